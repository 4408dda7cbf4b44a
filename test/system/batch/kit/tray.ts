import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { readPairingCode } from '@passfob/protocol/pairing';
import { secret } from '../../../kit/secrets.ts';
import { cliMain } from '../../../unit/host/kit/simulated-fob.ts';

const worker = fileURLToPath(new URL('fobs.mjs', import.meta.url));

/** The traffic on one fob's wire. */
export interface Traffic {
  readonly toFob: number;
  readonly toHost: number;
  readonly requests: number;
  /** Pages and words that the fob wrote to its memories. */
  readonly writes: number;
}

/** Simulated fobs in a few processes, each on a TCP port. */
export interface Tray {
  /** `tcp:127.0.0.1:PORT` */
  readonly addresses: readonly string[];
  /** Returns the pairing code on the screen of a fob, once there is one. */
  code(address: string): Promise<string>;
  /** Holds the button of a fob with one account, and returns the passcode on its screen; undefined if none comes. */
  passcode(address: string): Promise<string | undefined>;
  traffic(address: string): Promise<Traffic>;
  /** Returns the milliseconds of processor time that the process of a fob has used. */
  cpuMs(address: string): Promise<number>;
  /** Turns the power off and on. */
  restart(address: string): Promise<void>;
  unplug(address: string): Promise<void>;
  replug(address: string): Promise<void>;
  close(): Promise<void>;
}

/** A question that a fob showed and its person approved. Times are those of `process.hrtime`, in milliseconds. */
export interface Answered {
  readonly address: string;
  readonly shownMs: number;
  readonly answeredMs: number;
  /** 1, or more where the person pressed the button while keys were still deaf. */
  readonly presses: number;
}

export interface TrayOptions {
  readonly processes?: number;
  /** Speed of the fobs' lines; without it there is no limit. */
  readonly baud?: number;
  /** Approves every question of the fobs as fast as possible, and reports each here. */
  readonly onAnswered?: (answered: Answered) => void;
}

/** A message of a process with fobs. */
interface Said {
  readonly id: number;
  readonly answer: unknown;
  readonly answered?: Omit<Answered, 'address'> & { readonly port: number };
}

export async function trayOf(
  fobs: number,
  { processes = 1, baud = 0, onAnswered }: TrayOptions = {},
): Promise<Tray> {
  const homes = new Map<string, (ask: string) => Promise<unknown>>();
  const children: ChildProcess[] = [];
  for (let from = 0; from < fobs; from += Math.ceil(fobs / processes)) {
    const count = Math.min(Math.ceil(fobs / processes), fobs - from);
    // The built files, and so not the condition by which this process finds sources.
    const child = fork(worker, [count, baud, onAnswered === undefined ? 0 : 1].map(String), { execArgv: [] });
    children.push(child);
    const [{ ports }] = (await once(child, 'message')) as [{ ports: number[] }];
    const waiting = new Map<number, (answer: unknown) => void>();
    child.on('message', ({ id, answer, answered }: Said) => {
      if (answered !== undefined) onAnswered?.({ ...answered, address: `tcp:127.0.0.1:${answered.port}` });
      waiting.get(id)?.(answer);
      waiting.delete(id);
    });
    let last = 0;
    for (const port of ports) {
      homes.set(`tcp:127.0.0.1:${port}`, ask => {
        last++;
        const id = last;
        const answer = new Promise(resolve => waiting.set(id, resolve));
        child.send({ id, ask, port });
        return answer;
      });
    }
  }
  const ask = async <T>(address: string, what: string) => (await homes.get(address)?.(what)) as T;
  return {
    addresses: [...homes.keys()],
    async code(address) {
      for (;;) {
        // The fob draws it a moment after the answer.
        const shown = (await ask<string[]>(address, 'screen')).slice(2).join('').replaceAll(' ', '');
        if (readPairingCode(shown) !== undefined) return secret(shown);
      }
    },
    passcode: address => ask<string | undefined>(address, 'passcode'),
    traffic: address => ask<Traffic>(address, 'traffic'),
    cpuMs: address => ask<number>(address, 'cpu'),
    restart: address => ask<void>(address, 'power'),
    unplug: address => ask<void>(address, 'unplug'),
    replug: address => ask<void>(address, 'replug'),
    async close() {
      for (const child of children) {
        const ended = once(child, 'exit');
        child.disconnect();
        await ended;
      }
    },
  };
}

export interface BatchRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BatchRunOptions {
  readonly home: string;
  readonly args: readonly string[];
  /** Called with each piece of standard error; may end the run. */
  readonly onSaid?: (said: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** Changes the code that is read off a screen. */
  readonly misread?: (code: string, address: string) => string;
}

/** Runs `passfob batch`; every code on a screen is read and typed. */
export async function batchRun(tray: Tray, options: BatchRunOptions): Promise<BatchRun> {
  const { PASSFOB_DEBUG: _, PASSFOB_PORT: __, ...environment } = process.env;
  const child = spawn(process.execPath, [cliMain, 'batch', ...options.args, '--codes-from', '-'], {
    env: { ...environment, PASSFOB_HOME: options.home },
  });
  let stdout = '';
  let stderr = '';
  let begun = '';
  const addressOf = new Map<string, string>();
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', chunk => {
    stdout += chunk;
  });
  const line = async (said: string) => {
    const [, begunSerial = '', address = ''] = /^(\S+) at (\S+): begun/.exec(said) ?? [];
    if (begunSerial !== '') addressOf.set(begunSerial, address);
    const [, serial = ''] = /^The fob (\S+) shows a pairing code/.exec(said) ?? [];
    const at = addressOf.get(serial);
    if (at === undefined) return;
    const code = await tray.code(at);
    child.stdin.write(`${serial} ${options.misread?.(code, at) ?? code}\n`);
  };
  child.stderr.on('data', chunk => {
    stderr += chunk;
    const lines = `${begun}${chunk}`.split('\n');
    begun = lines.pop() ?? '';
    for (const each of lines) {
      void line(each);
      options.onSaid?.(each, signal => void child.kill(signal));
    }
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout, stderr };
}
