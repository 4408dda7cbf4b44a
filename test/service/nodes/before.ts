import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { othersOutside } from '../../kit/bundle.ts';
import type { Need } from '../../kit/tools.ts';

/** A commit whose nodes share a database with the present ones. */
export interface Before {
  readonly name: string;
  readonly commit: string;
  /** The folder of the service that had backups and validation. */
  readonly subjects: string;
  /** How many migrations it had. If there are more today, its nodes refuse to decide. */
  readonly migrations: number;
}

export const versionsBefore: readonly Before[] = [
  { name: '0.2.0', commit: '4b7b160d', subjects: 'features', migrations: 17 },
  // The last one that ran each migration of 0.2.0 by itself.
  { name: 'dfd239d3', commit: 'dfd239d3', subjects: 'subjects', migrations: 21 },
];

const root = fileURLToPath(new URL('../../..', import.meta.url));
const modules = join(root, 'node_modules');
/** Matches the package name of an import that is no path and not part of Node. */
const PACKAGE = /^(?!node:)(?:@[\w.-]+\/)?[\w.-]+/;

/** The program that runs in the tree of a commit. */
const programOf = ({ subjects }: Before) => `
import { serviceActor } from '@passfob/service/base/actor';
import { createService } from '@passfob/service/service';
import { openStore } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import { backup } from '@passfob/service/${subjects}/operations/backup';
import { restore } from '@passfob/service/${subjects}/operations/restore';

let service;
const onRecords = async ({ directory, databaseUrl }, work) => {
  const store = await openStore({ directory, databaseUrl });
  const place = { store, keys: openKeyFile(directory, false), clock: Date.now };
  const result = await work(place).finally(() => store.close());
  return result.ok;
};
const orders = {
  async start(options) {
    service = await createService({ ...options, port: 0, decisionThread: true, version: 'before' });
    return { url: service.url, apiKey: service.apiKey ?? '' };
  },
  async add(token) {
    return (await service.addToken({ ...token, secret: Buffer.from(token.secret, 'hex') })).ok;
  },
  backup: options => onRecords(options, place => backup(place, serviceActor, { path: options.path })),
  restore: options => onRecords(options, place => restore(place, serviceActor, { path: options.path })),
  end: async () => void (await service?.close()),
};
process.on('message', async ({ order, value }) => {
  try {
    process.send({ done: await orders[order](value) });
  } catch (error) {
    process.send({ refused: error.code ?? 'unknown', words: error.message });
  }
});
process.once('disconnect', () => process.exit());
`;

/** A runnable version of the service. */
export interface Version {
  /** Path of the bundle. */
  readonly program: string;
  remove(): void;
}

/** The result of an order to a process of that version. */
export interface Told {
  /** The returned value; absent if it refused. */
  readonly done?: unknown;
  /** Code of the error. */
  readonly refused?: string;
  readonly words?: string;
}

/** Whether the history of this checkout reaches back to that commit; a shallow clone's does not. */
export const needsBefore = ({ commit }: Before): Need<true> => ({
  name: `the commit ${commit} in the history of this checkout`,
  found:
    spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: root, stdio: 'ignore' }).status === 0 ||
    undefined,
});

/**
 * Extracts the tree of that commit and bundles the program of a node, over the packages that are installed here.
 *
 * @throws Error naming the required packages that are no longer installed
 */
export async function buildBefore(before: Before): Promise<Version> {
  // Packages of others are found in the folders above, ours in its own.
  const parent = join(root, 'service/dist/test');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'before-'));
  const tree = execFileSync(
    'git',
    ['archive', before.commit, 'host', 'protocol', 'service', 'package.json'],
    {
      cwd: root,
      maxBuffer: 256 * 1024 * 1024,
    },
  );
  execFileSync('tar', ['x', '-C', folder], { input: tree });
  mkdirSync(join(folder, 'node_modules/@passfob'), { recursive: true });
  for (const name of ['protocol', 'service'])
    symlinkSync(join(folder, name), join(folder, 'node_modules/@passfob', name));
  symlinkSync(join(folder, 'host'), join(folder, 'node_modules/passfob'));
  writeFileSync(join(folder, 'program.ts'), programOf(before));
  const { metafile } = await build({
    absWorkingDir: folder,
    // The worker thread's file must be beside the file that starts it.
    entryPoints: {
      program: 'program.ts',
      worker: `service/${before.subjects}/validation/thread/worker.ts`,
    },
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['source'],
    plugins: [othersOutside],
    logLevel: 'error',
    metafile: true,
  });
  const named = Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  );
  const needed = new Set(named.flatMap(path => PACKAGE.exec(path)?.[0] ?? []));
  const missing = [...needed].filter(name => !existsSync(join(modules, name, 'package.json')));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (missing.length === 0) return { program: join(folder, 'dist/program.js'), remove };
  remove();
  throw new Error(
    `the version of before needs packages that are not installed any more: ${missing.join(', ')}`,
  );
}

/** A process of that version, which executes one order at a time. */
export class BeforeProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<never>;

  constructor(program: string) {
    this.child = fork(program, { stdio: 'inherit' });
    this.ended = once(this.child, 'exit').then(([code]) => Promise.reject(new Error(`ended with ${code}`)));
    // The end is only awaited from here on.
    this.ended.catch(() => undefined);
  }

  async tell(order: 'start' | 'add' | 'backup' | 'restore' | 'end', value: object = {}): Promise<Told> {
    this.child.send({ order, value });
    const heard = new Promise<Told>(resolve => this.child.once('message', told => resolve(told as Told)));
    return Promise.race([heard, this.ended]);
  }

  /** Kills the process like a power cut. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended.catch(() => undefined);
  }
}
