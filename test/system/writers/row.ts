import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { built } from '../../kit/built.ts';

/** A process that writes a file: the arguments of `passfob`, or the text of an ES module. */
export type Writer = readonly string[] | string;

/** System calls that take longer than usual, so that the other process comes in between. */
export interface Delay {
  /** As strace names them, with commas between. */
  readonly calls: string;
  readonly ms: number;
  /** Only calls on these paths; all of the process where it is left out. */
  readonly paths?: readonly string[];
  /** Only from the nth of them on. */
  readonly from?: number;
}

/** What a writer said and how it ended. */
export interface Ended {
  readonly exitCode: number;
  readonly printed: string;
}

/** The files of one attempt: a new folder, which is also the folder of the inventory. */
export interface Attempt {
  readonly folder: string;
  /** Returns the path of a file in it. */
  at(name: string): string;
}

/** A file of ours, the two processes that write it at once, and what must hold afterwards. */
export interface Row {
  /** The file, in the words of the documents. */
  readonly file: string;
  /** The sources that write it, from the root of the tree. */
  readonly sources: readonly string[];
  /** The writers, in the words of the command line. */
  readonly writers: string;
  /** Makes what the writers need. @returns the two of them */
  prepare(attempt: Attempt): readonly [Writer, Writer] | Promise<readonly [Writer, Writer]>;
  /** Delays that this row needs besides those of all rows. */
  readonly delays?: (attempt: Attempt) => readonly Delay[];
  /** @throws an assertion where the file is not as it must be */
  holds(attempt: Attempt, ended: readonly Ended[]): void | Promise<void>;
}

/** The delays that every row is tried with. */
export const DELAYS: readonly Delay[] = [
  { calls: 'fsync,fdatasync', ms: 400 },
  { calls: 'rename,renameat,renameat2,link,linkat,unlink,unlinkat', ms: 400 },
  { calls: 'pwrite64,ftruncate', ms: 20 },
];

/** Returns an import of a built module, for the text of a writer. */
export function imported(names: string, path: string): string {
  return `const { ${names} } = await import(${JSON.stringify(built(path))});`;
}

/** Loaded before two writers start, so that neither is far ahead of the other. */
function loaded(): string[] {
  const shared = ['host', 'service'].map(part => `${part}/dist/program/chunks`);
  const chunks = shared.flatMap(folder =>
    readdirSync(built(folder)).flatMap(name => (name.endsWith('.js') ? [`${folder}/${name}`] : [])),
  );
  return [...chunks, 'host/dist/inventory/handover.js', 'service/dist/storage/database/database.js'];
}

/** Writes a module that waits until both writers have loaded it. */
function meeting(folder: string): string {
  const text = `
    import { readdirSync, writeFileSync } from 'node:fs';
    ${loaded()
      .map(path => `await import(${JSON.stringify(built(path))});`)
      .join('\n')}
    const folder = ${JSON.stringify(join(folder, 'meeting'))};
    writeFileSync(folder + '/' + process.pid, '');
    while (readdirSync(folder).length < 2) await new Promise(resolve => setTimeout(resolve, 2));`;
  const path = join(folder, 'meet.mjs');
  writeFileSync(path, text);
  return path;
}

/**
 * Runs two writers at once.
 * @param delayed how many of them are delayed: the first, or both
 */
export function runBoth(
  strace: string,
  { folder }: Attempt,
  writers: readonly [Writer, Writer],
  { delay, delayed }: { readonly delay: Delay; readonly delayed: 1 | 2 },
): Promise<readonly Ended[]> {
  mkdirSync(join(folder, 'meeting'));
  const meet = ['--import', meeting(folder)];
  return Promise.all(
    writers.map((writer, index) => run(folder, writer, meet, index < delayed ? through(strace, delay) : [])),
  );
}

/** Returns the beginning of a command whose system calls are delayed. */
function through(strace: string, { calls, ms, paths = [], from = 1 }: Delay): string[] {
  return [
    ...[strace, '-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`],
    ...['-e', `inject=${calls}:delay_enter=${ms * 1_000}:when=${from}+`],
    ...paths.flatMap(path => ['-P', path]),
    // Calls that are not traced cost nothing, but paths need them all.
    ...(paths.length === 0 ? ['--seccomp-bpf'] : []),
  ];
}

/** Runs a writer to its end. */
export function run(
  folder: string,
  writer: Writer,
  options: readonly string[] = [],
  before: readonly string[] = [],
): Promise<Ended> {
  const what =
    typeof writer === 'string'
      ? ['--input-type=module', '-e', writer]
      : [built('host/dist/program/cli/main.js'), ...writer];
  const [program = '', ...args] = [...before, process.execPath, ...options, ...what];
  const child = spawn(program, args, {
    env: { ...process.env, PASSFOB_HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      printed += chunk;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => {
      const outputs = process.env.PASSFOB_OUTPUT_DIR;
      if (outputs) appendFileSync(join(outputs, 'passfob-printed'), printed);
      resolve({ exitCode: code ?? -1, printed });
    });
  });
}
