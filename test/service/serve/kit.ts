import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secret } from '../../kit/secrets.ts';
import { cliMain } from '../../unit/host/kit/simulated-fob.ts';
import { testOf } from '../kit.ts';

/** The result of a run of the service. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The output of `passfob serve --json` once it listens. */
export interface Started {
  readonly url: string;
  readonly made: readonly string[];
  readonly adminLink?: string;
}

/** `passfob serve` as a process. */
export interface Serving {
  readonly started: Started;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** The lines of its log so far. */
  log(): readonly Readonly<Record<string, unknown>>[];
  /** Resolves when the log has a line with this message after its first `skip` lines. */
  logged(message: string, skip?: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** Returns the start of a command that limits a program's open files and sockets. */
export const withOpenFiles = (most: number): readonly string[] => [
  'sh',
  '-c',
  `ulimit -n ${most}; exec "$0" "$@"`,
];

const onSomePort = (args: readonly string[]) => (args.includes('--port') ? args : ['--port', '0', ...args]);

/** A folder for services, and every process started in it; all goes when the scope ends. */
export class Premises implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'passfob-serve-'));
  readonly directory: string;
  readonly #running: { readonly child: ChildProcess; readonly ended: Promise<Ended> }[] = [];

  /** @param directory of the service, if it already exists */
  constructor(directory?: string) {
    this.directory = directory ?? join(this.folder, 'service');
  }

  /** Returns the variables of a process: only the given ones of ours. */
  environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PASSFOB_'));
    return { ...Object.fromEntries(inherited), PASSFOB_HOME: join(this.folder, 'home'), ...more };
  }

  /**
   * Starts a service, on a free port where `args` name none, and waits until it listens. Its link may appear on standard output but not in the
   * log.
   *
   * @param through the program that starts it: `strace` and its options, or `withOpenFiles`
   */
  async serve(
    args: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
    through: readonly string[] = [],
  ): Promise<Serving> {
    const command = [...through, process.execPath, cliMain, 'serve', '--json', '--dir', this.directory];
    const [program = '', ...programArgs] = [...command, ...onSomePort(args)];
    const child = spawn(program, programArgs, {
      env: this.environment(environment),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let log = '';
    const ended = new Promise<Ended>(resolve => {
      child.once('close', (code, signal) => {
        const folder = process.env.PASSFOB_OUTPUT_DIR;
        if (folder) appendFileSync(join(folder, 'passfob-printed'), log);
        resolve({ code, signal });
      });
    });
    this.#running.push({ child, ended });
    const waiting: { readonly isMet: () => boolean; readonly resolve: () => void }[] = [];
    const look = () => {
      for (const wait of waiting) if (wait.isMet()) wait.resolve();
    };
    const until = (isMet: () => boolean) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ isMet, resolve });
        void ended.then(() => reject(new Error(`the service ended: ${log}`)));
        look();
      });
    child.stdout.on('data', chunk => {
      said += chunk;
      look();
    });
    child.stderr.on('data', chunk => {
      log += chunk;
      look();
    });
    await until(() => said.endsWith('\n'));
    const started = JSON.parse(said) as Started;
    if (started.adminLink !== undefined) secret(new URL(started.adminLink).searchParams.get('key') ?? '');
    const lines = () =>
      log
        .split('\n')
        .slice(0, -1)
        .map(line => JSON.parse(line) as Record<string, unknown>);
    return {
      started,
      pid: child.pid ?? 0,
      ended,
      log: lines,
      logged: (message, skip = 0) =>
        until(() => lines().filter(line => line.message === message).length > skip),
      kill: signal => void child.kill(signal),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child, ended } of this.#running) {
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Tests in a folder for processes of the service. */
export const testOfPremises = testOf(() => new Premises());
