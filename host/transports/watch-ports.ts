import { stat } from 'node:fs/promises';
import { PORT_POLL_INTERVAL_MS } from '../limits.ts';
import { type Address, addressText } from './discover.ts';
import { listPorts, type PortFound } from './ports.ts';

/**
 * Watches ports come and go until the signal aborts; reports the ports present at the start at once. A port replugged
 * between two looks is reported as gone and come. A listener that throws ends the watch.
 * @param look lists the ports
 * @throws errors of `look` and of the listeners
 */
export async function watchPorts(
  onAppear: (port: PortFound) => void,
  onGone: (port: PortFound) => void,
  signal: AbortSignal,
  look: () => Promise<readonly PortFound[]> = listPorts,
): Promise<void> {
  let known = new Map<string, PortFound>();
  while (!signal.aborted) {
    const ports = await look();
    const seen = new Map(
      await Promise.all(ports.map(async port => [await keyOf(port.address), port] as const)),
    );
    if (signal.aborted) return;
    for (const [key, port] of known) if (!seen.has(key)) onGone(port);
    for (const [key, port] of seen) if (!known.has(key)) onAppear(port);
    known = seen;
    await rest(signal);
  }
}

/** Returns the address and, for a file, its identity: a device that comes back is another file of the same name. */
async function keyOf(address: Address): Promise<string> {
  const path = address.kind === 'serial' ? address.path : address.kind === 'hid' ? address.name : undefined;
  const file = path === undefined ? undefined : await stat(path).catch(() => undefined);
  return `${addressText(address)} ${file === undefined ? '' : `${file.ino} ${file.rdev}`}`;
}

function rest(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, PORT_POLL_INTERVAL_MS);
    signal.addEventListener('abort', end, { once: true });
  });
}
