import { HIDAsync } from 'node-hid';
import { SerialPort } from 'serialport';
import type { DeviceKind } from './agent-words.ts';

/**
 * Opens a device by the package below the transport and tells, in words, what that emits when the device goes, and what
 * becomes of a write after it.
 */
export async function watchRaw(
  kind: DeviceKind,
  path: string,
  tell: (words: readonly string[]) => void,
): Promise<void> {
  if (kind === 'serial') return watchSerial(path, tell);
  const device = await HIDAsync.open(path);
  device.on('data', () => undefined);
  device.once('error', (error: unknown) => {
    const words = ['error', typeof error];
    device
      .write([2, ...new Uint8Array(63)])
      .then(
        () => tell([...words, 'written']),
        () => tell([...words, 'write refused']),
      )
      .finally(() => device.close().catch(() => undefined));
  });
}

async function watchSerial(path: string, tell: (words: readonly string[]) => void): Promise<void> {
  const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open(error => (error ? reject(error) : resolve())));
  port.on('error', () => undefined);
  port.on('data', () => undefined);
  port.once('close', (error: { disconnected?: boolean } | null) => {
    const words = ['close', error?.disconnected ? 'disconnected' : 'asked for'];
    port.write('x', failure => tell([...words, failure ? 'write refused' : 'written']));
  });
}
