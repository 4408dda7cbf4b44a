import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Wire } from '../base/fob.ts';
import type { Front } from './front.ts';
import {
  MAX_PTY_MESSAGE_CHARS,
  MAX_UNREAD_BYTES,
  PTY_END_TIMEOUT_MS,
  PTY_READY_TIMEOUT_MS,
} from './limits.ts';
import { isLinkTo, refuseUsedLink } from './pty-link.ts';
import { PtyUnavailable } from './pty-unavailable.ts';
import { type PtyWay, ptyWays } from './pty-ways.ts';

export { PtyUnavailable };

export interface PtyOptions {
  /** Path of the link to the pseudo-terminal. Default: a new name in the directory for temporary files. */
  readonly link?: string;
  /** Use only this way, instead of the first that works. */
  readonly way?: PtyWay['name'];
  /** Called when the pseudo-terminal disappeared without a request. */
  readonly onLost?: (why: string) => void;
}

export interface PtyFront extends Front {
  /** Path for a host to open: a link that names the same fob before and after a replug. */
  readonly path: string;
  readonly way: PtyWay['name'];
}

/**
 * Carries the wire over a pseudo-terminal in raw mode.
 * @throws PtyUnavailable if the machine offers none, or the link cannot be made.
 * @throws StartRefused if another fob is behind the link, or its folder does not exist.
 */
export async function ptyFront(wire: Wire, options: PtyOptions = {}): Promise<PtyFront> {
  const path = options.link ?? join(tmpdir(), `passfob-${randomBytes(6).toString('hex')}`);
  const toWire = (bytes: Uint8Array) => wire.write(bytes);
  const lost = (why: string) => {
    plug = undefined;
    options.onLost?.(why);
  };
  const first = await firstThatWorks(options.way, way => plugIn(way, path, toWire, lost));
  const way = first.way;
  let plug: Plug | undefined = first.plug;
  const stopListening = wire.onData(bytes => plug?.write(bytes));

  let turn: Promise<void> = Promise.resolve();
  /** Runs one change of the cable at a time. A failed change does not affect the next. */
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    const result = turn.then(change);
    turn = result.catch(() => undefined);
    return result;
  };
  const unplug = async () => {
    const plugged = plug;
    plug = undefined;
    await plugged?.pull();
  };
  return {
    path,
    way: way.name,
    unplug: () => inTurn(unplug),
    replug: () =>
      inTurn(async () => {
        plug ??= await plugIn(way, path, toWire, lost);
      }),
    close: () => {
      stopListening();
      return inTurn(unplug);
    },
  };
}

/** An open pseudo-terminal. */
interface Plug {
  write(bytes: Uint8Array): void;
  pull(): Promise<void>;
}

async function firstThatWorks(
  only: PtyWay['name'] | undefined,
  attempt: (way: PtyWay) => Promise<Plug>,
): Promise<{ way: PtyWay; plug: Plug }> {
  const reasons: string[] = [];
  for (const way of ptyWays(MAX_UNREAD_BYTES)) {
    if (only !== undefined && way.name !== only) continue;
    try {
      return { way, plug: await attempt(way) };
    } catch (error) {
      if (!(error instanceof PtyUnavailable)) throw error;
      reasons.push(...error.reasons);
    }
  }
  throw new PtyUnavailable(reasons);
}

type Helper = ChildProcessByStdio<Writable, Readable, Readable>;

async function plugIn(
  way: PtyWay,
  link: string,
  onBytes: (bytes: Uint8Array) => void,
  onLost: (why: string) => void,
): Promise<Plug> {
  refuseUsedLink(link);
  const [program, ...args] = way.command(link);
  const helper = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  // The write may meet a helper that has just ended; `exit` reports its end.
  helper.stdin.on('error', () => undefined);
  const slave = await readyOrFailed(way, helper);

  // Held open so that the pair and its raw mode survive when a host closes its end: with no slave open the master
  // reports a hang-up. Not as our controlling terminal.
  let held: number;
  try {
    held = openSync(slave, constants.O_RDWR | constants.O_NOCTTY);
  } catch (error) {
    helper.kill();
    throw new PtyUnavailable([`${way.name}: ${reasonOf(error)}`]);
  }
  let pulled = false;
  const ended = new Promise<void>(resolve => {
    helper.once('exit', (code, signal) => {
      closeSync(held);
      resolve();
      if (!pulled) onLost(`${way.name} ended (${signal ?? `exit code ${code}`})`);
    });
  });
  helper.stdout.on('data', onBytes);
  helper.stderr.resume();
  return {
    write(bytes) {
      if (helper.stdin.writableLength <= MAX_UNREAD_BYTES) helper.stdin.write(bytes);
    },
    async pull() {
      pulled = true;
      helper.stdout.off('data', onBytes);
      helper.stdout.resume();
      // On a request to end, socat removes the link whatever it names by now.
      helper.kill(isLinkTo(link, slave) ? 'SIGTERM' : 'SIGKILL');
      const killer = setTimeout(() => helper.kill('SIGKILL'), PTY_END_TIMEOUT_MS);
      await ended;
      clearTimeout(killer);
    },
  };
}

/** Waits for the slave's path on the helper's standard error. */
function readyOrFailed(way: PtyWay, helper: Helper): Promise<string> {
  return new Promise((resolve, reject) => {
    let messages = '';
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      helper.stderr.off('data', read);
      helper.off('close', ended);
      finish();
    };
    const fail = (reason: string) =>
      settle(() => {
        helper.kill();
        reject(new PtyUnavailable([`${way.name}: ${reason}`]));
      });
    const read = (bytes: Buffer) => {
      messages = (messages + bytes.toString('utf8')).slice(-MAX_PTY_MESSAGE_CHARS);
      const slave = way.ready(messages);
      if (slave !== undefined) settle(() => resolve(slave));
    };
    const ended = () => fail(messages.trim().split('\n').at(-1) || 'it ended at once');
    const timer = setTimeout(() => fail('it did not get ready in time'), PTY_READY_TIMEOUT_MS);
    helper.stderr.on('data', read);
    helper.once('close', ended);
    helper.on('error', error =>
      fail('code' in error && error.code === 'ENOENT' ? 'not installed' : error.message),
    );
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
