import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { program } from '@passfob/simulator/cli';
import { FobError } from 'passfob/errors';
import { SimulatorControl } from './control.ts';
import type { FobHome } from './home.ts';
import { FOB_END_TIMEOUT_MS, FOB_NOTES_CHARS_MAX, FOB_START_TIMEOUT_MS } from './limits.ts';
import { texts } from './texts.ts';
import { unlessStopped } from './waiting.ts';

/** A simulated fob in a process of its own, with its control protocol and serial port. */
export interface DemoFob {
  /** The address of its serial port, as `readAddress` accepts it. */
  readonly address: string;
  /** Why the port is TCP and not a pseudo-terminal; undefined if it is a pseudo-terminal. */
  readonly noPtyBecause: string | undefined;
  /** The URL of the page that shows its display and button. */
  readonly face: string;
  readonly control: SimulatorControl;
  /** Ends the simulator. */
  close(): Promise<void>;
}

/**
 * Starts a simulated fob with its serial port on a pseudo-terminal, or on TCP if the system has none.
 * @param stop aborted here if the simulator ends unexpectedly
 * @throws FobError `no-fob` if it is not built or does not start
 */
export async function startFob(place: FobHome, stop: AbortController): Promise<DemoFob> {
  const child = spawned(place);
  const process = watched(child, stop);
  const patience = {
    timeoutMs: FOB_START_TIMEOUT_MS,
    tooLate: new FobError('no-fob', texts.errors.fobTooSlow),
  };
  try {
    const ready = await unlessStopped(process.ready, stop.signal, patience);
    const control = new SimulatorControl(child.stdin, child.stdout, stop.signal);
    await control.watch();
    return {
      address: ready.pty ? `serial:${ready.pty}` : `tcp:127.0.0.1:${ready.tcp}`,
      noPtyBecause: ready.pty ? undefined : ready.ptyUnavailable,
      face: ready.web,
      control,
      close: process.close,
    };
  } catch (error) {
    await process.close();
    throw error;
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function spawned({ board: name, port, memories }: FobHome): Child {
  if (!existsSync(program)) throw new FobError('no-fob', texts.errors.notBuilt);
  const board = ['--board', name, '--clock', 'real', '--birth', 'random', '--storage', memories];
  const fronts = ['--pty', port, '--tcp', '0', '--web', '0', '--control'];
  return spawn(process.execPath, [program, ...board, ...fronts], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C must reach only this process, which then ends the simulator. If this process is killed, the closed pipe
    // ends the simulator.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
}

/** The simulator's message when it is ready. */
interface Ready {
  readonly pty?: string | null;
  readonly ptyUnavailable?: string;
  readonly tcp: number;
  readonly web: string;
}

/** Reads the simulator's ready line, and detects the end of the process. */
function watched(child: Child, stop: AbortController): { ready: Promise<Ready>; close(): Promise<void> } {
  let notes = '';
  let isAsked = false;
  const ready = new Promise<Ready>(resolve => {
    child.stderr.on('data', chunk => {
      notes = (notes + chunk).slice(-FOB_NOTES_CHARS_MAX);
      const line = /^\{"ready":true.*\}$/m.exec(notes)?.[0];
      if (line !== undefined) resolve(JSON.parse(line) as Ready);
    });
  });
  // A request to a simulator that has just ended; `close` reports the end.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>(resolve => {
    const gone = (reason: string) => {
      resolve();
      if (!isAsked) stop.abort(new FobError('no-fob', texts.errors.fobGone(reason)));
    };
    child.once('error', error => gone(error.message));
    child.once('close', (code, killedBy) => gone(lastWords(notes) ?? killedBy ?? `exit code ${code}`));
  });
  const close = async () => {
    isAsked = true;
    child.stdin.end();
    const killer = setTimeout(() => child.kill('SIGKILL'), FOB_END_TIMEOUT_MS);
    await ended;
    clearTimeout(killer);
  };
  return { ready, close };
}

/** Returns the last line of the simulator's standard error, without its name and its ready line. */
function lastWords(notes: string): string | undefined {
  return /^simulator: (.*)$/m.exec(notes.slice(notes.lastIndexOf('\nsimulator: ') + 1))?.[1];
}
