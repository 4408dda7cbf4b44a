import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandTable } from 'passfob/cli/table';
import { afterAll } from 'vitest';
import { temporaryFolder } from '../../../kit/folder.ts';
import { cliMain, type SimulatedFob } from './simulated-fob.ts';

const commands = await commandTable();

/** The result of a run of the command line. */
export interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON. */
  json(): Readonly<Record<string, unknown>>;
  /** The same, with the exit code. */
  whole(): Readonly<Record<string, unknown>>;
}

export interface RunOptions {
  /** The inventory's folder. */
  readonly home: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** All of standard input; by default it stays open until the run ends. */
  readonly input?: string;
  /** Called once when standard error holds these words. */
  readonly when?: readonly [words: string, act: (run: Running) => unknown];
  /** Called with all of standard error so far, each time there is more. */
  readonly onSaid?: (said: string, run: Running) => void;
  /** Runs before the node program: `setpriv` and its options. */
  readonly through?: readonly string[];
}

/** A run that has not ended. */
export interface Running {
  type(text: string): void;
  kill(signal: NodeJS.Signals): void;
}

/** Runs `passfob` as a process; the search for secrets covers its output. */
export function passfob(args: readonly string[], options: RunOptions): Promise<Run> {
  const [program = '', ...programArgs] = [...(options.through ?? []), process.execPath, cliMain, ...args];
  const { PASSFOB_DEBUG: _, PASSFOB_PORT: __, ...inherited } = process.env;
  const child = spawn(program, programArgs, {
    env: { ...inherited, PASSFOB_HOME: options.home, ...options.environment },
    // In a session of its own: no question goes to the terminal of the person who runs the tests.
    detached: true,
  });
  const running: Running = {
    type: text => void child.stdin.write(text),
    kill: signal => void child.kill(signal),
  };
  let waiting = options.when;
  const kept = { stdout: '', stderr: '' };
  child.stdout.on('data', chunk => {
    kept.stdout += chunk;
  });
  child.stderr.on('data', chunk => {
    kept.stderr += chunk;
    options.onSaid?.(kept.stderr, running);
    if (waiting === undefined || !kept.stderr.includes(waiting[0])) return;
    const [, act] = waiting;
    waiting = undefined;
    act(running);
  });
  // A run may end without reading its input.
  child.stdin.on('error', () => undefined);
  if (options.input !== undefined) child.stdin.end(options.input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => {
      keep(`${kept.stdout}${kept.stderr}`);
      const json = () => documented(args, JSON.parse(kept.stdout));
      const exitCode = code ?? -1;
      resolve({ exitCode, ...kept, json, whole: () => ({ exitCode, ...json() }) });
    });
  });
}

/**
 * A person at the keyboard, with an inventory of their own and a fob that is plugged in.
 * @param port where the fob is reached; its TCP port by default
 */
export function personWith(
  fob: () => SimulatedFob,
  home = temporaryFolder('test', afterAll),
  port = ({ tcp }: SimulatedFob) => tcp,
) {
  const at = (args: readonly string[]) => [...args, '--port', port(fob())];
  const run = (...args: readonly string[]) => passfob(at(args), { home, input: '' });
  return {
    home,
    run,
    json: async (...args: readonly string[]) => (await run(...args, '--json')).whole(),
    /** Runs a command, and acts where it asks for a hold. */
    answering: (act: (run: Running) => unknown, ...args: readonly string[]) =>
      passfob(at(args), { home, when: ['hold its button', act] }),
    /** Types the code on the fob's screen. */
    pair: (...args: readonly string[]) =>
      passfob(at(['pair', ...args]), {
        home,
        when: ['Code on the screen', async ({ type }) => type(`${await fob().code()}\n`)],
      }),
  };
}

/** Returns the JSON of a command. @throws where its help does not name a field */
function documented(args: readonly string[], document: Readonly<Record<string, unknown>>): typeof document {
  const given = ` ${args.join(' ')} `;
  // The service has commands of its own, some with the last word of one of these.
  const own = args[0] === 'service' ? [] : commands;
  const called = own.filter(({ name, json }) => json !== undefined && given.includes(` ${name} `));
  const { name, json = '' } = called.sort((one, other) => other.name.length - one.name.length)[0] ?? {};
  const fields = document.dryRun === true || document.ok === false ? [] : Object.keys(document);
  const unnamed = fields.filter(field => field !== 'ok' && !json.includes(`\`${field}\``));
  if (name !== undefined && unnamed.length > 0)
    throw new Error(`passfob ${name} --help does not name ${unnamed.join(', ')}`);
  return document;
}

function keep(printed: string): void {
  const folder = process.env.PASSFOB_OUTPUT_DIR;
  if (folder) appendFileSync(join(folder, 'passfob-printed'), printed);
}
