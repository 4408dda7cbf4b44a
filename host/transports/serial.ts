import { stat } from 'node:fs/promises';
import type { SerialPort } from 'serialport';
import { FobError } from '../errors.ts';
import { SERIAL_BAUD, WATCHDOG_INTERVAL_MS } from '../limits.ts';
import { cannotLoad } from './native-part.ts';
import { openFailure } from './open-failure.ts';
import { pipe } from './pipe.ts';
import { ownersOf } from './port-owners.ts';
import type { Transport } from './transport.ts';

/**
 * Opens a serial port exclusively.
 * @param path its system name: `/dev/ttyACM0`, `COM3`
 * @throws FobError `port-absent`, `port-busy`, `port-forbidden`, `port-failed`
 */
export async function openSerial(path: string): Promise<Transport> {
  // Read before opening, so that a device unplugged right after is noticed too.
  const identity = await identityOf(path);
  const { SerialPort } = await serialport();
  const port = new SerialPort({ path, baudRate: SERIAL_BAUD, autoOpen: false, lock: true });
  const failure = await new Promise<Error | null>(resolve => port.open(resolve));
  if (failure) throw openFailure(path, failure, await ownersOf(path));
  raiseModemLines(port);

  const unplugged = (cause?: unknown) => new FobError('unplugged', { subject: path, cause });
  const { transport, receive, lost } = pipe({
    name: path,
    write: text =>
      new Promise((resolve, reject) =>
        port.write(Buffer.from(text, 'latin1'), error => (error ? reject(unplugged(error)) : resolve())),
      ),
    release: async () => {
      watchdog.stop();
      if (port.isOpen) await new Promise<void>(resolve => port.close(() => resolve()));
    },
  });
  const watchdog = watchPath(path, identity, () => lost(unplugged()));
  port.on('data', receive);
  port.on('error', error => lost(unplugged(error)));
  port.on('close', () => lost(unplugged()));
  return transport;
}

/**
 * Loads serialport with its native part on demand, so that everything else works if it cannot be loaded.
 * @throws FobError `port-failed`
 */
export async function serialport(): Promise<typeof import('serialport')> {
  return await import('serialport').catch((cause: unknown) => {
    throw cannotLoad('serialport', cause);
  });
}

/**
 * DTR tells a USB port that a program listens. Pseudo-terminals and some boards have no modem lines; their error is
 * ignored.
 */
function raiseModemLines(port: SerialPort): void {
  port.set({ dtr: true, rts: true }, () => undefined);
}

/**
 * Calls `onGone` once the device behind a path is no longer the opened one. Needed because serialport reports neither
 * `close` nor `error` for a hang-up between two reads (serialport bindings-cpp, issue 162).
 */
function watchPath(path: string, identity: string | undefined, onGone: () => void): { stop(): void } {
  if (identity === undefined) return { stop: () => undefined };
  const look = async () => {
    if ((await identityOf(path)) !== identity) onGone();
  };
  const timer = setInterval(() => void look(), WATCHDOG_INTERVAL_MS);
  timer.unref();
  void look();
  return { stop: () => clearInterval(timer) };
}

/** Returns device and inode of a path, or undefined if paths are no files (Windows) or nothing exists. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, rdev } = await stat(path);
    return `${dev} ${ino} ${rdev}`;
  } catch {
    return undefined;
  }
}
