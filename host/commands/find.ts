import { startsSerial } from '../client/fob-serial.ts';
import { FobError } from '../errors.ts';
import { readAddress } from '../transports/discover.ts';
import { likelyPorts, listPorts, portNamed } from '../transports/ports.ts';
import type { FobAtHand } from './context.ts';
import { type Found, joined } from './joined.ts';
import { probeAll, type WireOptions } from './probe.ts';

/** Selects a fob. */
export interface FobChoice {
  /** An address as `readAddress` accepts it; without it this machine's likely ports are tried. */
  readonly port?: string | undefined;
  /** A serial as `readSerial` returns it; needed if several fobs are connected. */
  readonly serial?: string | undefined;
  /** Beginnings of serials, as `readSerialStart` returns them, in place of `serial`: the fob has one of them. */
  readonly starts?: readonly string[] | undefined;
  readonly wire?: WireOptions | undefined;
}

/**
 * Opens every port that may have a fob and says hello. Fobs that answered stay open; the caller closes them. A fob
 * that answers at two ports of its board is listed once, by the first port.
 * @param all also ports that are not known to belong to an Espruino board
 * @throws FobError `bad-input`, `cancelled`
 */
export async function findFobs(
  port?: string,
  all = false,
  signal?: AbortSignal,
  wire: WireOptions = {},
): Promise<Found[]> {
  const list = all ? listPorts : likelyPorts;
  const asked = port === undefined ? await list() : [await portNamed(readAddress(port))];
  const probed = await probeAll(asked, wire, signal);
  const found = probed.filter(one => one.status === 'fulfilled').map(({ value }) => value);
  const failed = probed.find(one => one.status === 'rejected');
  if (failed !== undefined) {
    await closeAll(found);
    throw failed.reason;
  }
  const { kept, spare } = joined(asked.map((at, place) => ({ at, found: found[place] as Found })));
  await closeAll(spare);
  return kept;
}

/** Releases the ports of the fobs found. */
export async function closeAll(found: readonly Found[]): Promise<void> {
  await Promise.all(found.map(one => ('client' in one ? one.client.close() : undefined)));
}

/**
 * Finds the selected fob, runs `work` with it and closes it.
 * @throws FobError `no-fob`, `several-fobs`, errors of the named port and of `work`
 */
export async function withFob<T>(
  choice: FobChoice,
  work: (fob: FobAtHand) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const found = await findFobs(choice.port, false, signal, choice.wire);
  try {
    const fob = chooseFob(found, choice);
    await closeAll(found.filter(one => one !== fob));
    return await work(fob);
  } finally {
    await closeAll(found);
  }
}

/**
 * Returns the selected fob among those found.
 * @throws FobError `no-fob`, `several-fobs`, or the first port's own error if no port gave a fob
 */
export function chooseFob(found: readonly Found[], choice: FobChoice): FobAtHand {
  const fobs = found.filter(one => 'client' in one);
  const meant = fobs.filter(({ hello }) => isChosen(hello.serial, choice));
  const [fob] = meant;
  if (meant.length > 1) {
    throw new FobError('several-fobs', { subject: meant.map(({ hello }) => hello.serial).join(', ') });
  }
  if (fob) return fob;
  if (fobs.length > 0 && (choice.serial ?? choice.starts) !== undefined) {
    const others = fobs.map(({ hello }) => hello.serial).join(', ');
    throw new FobError('no-fob', {
      sentence: `The ${choice.serial === undefined ? 'chosen fob' : `fob ${choice.serial}`} is not there, but ${others}.`,
      next: 'Plug it in, or name another one with --device.',
    });
  }
  // The error of a port says more than "no fob found".
  for (const one of found) if ('error' in one) throw one.error;
  throw new FobError('no-fob');
}

/** Whether a fob is the selected one, or may be. */
export function isChosen(serial: string, { serial: chosen, starts }: FobChoice): boolean {
  if (chosen !== undefined) return serial === chosen;
  return starts === undefined || starts.some(start => startsSerial(start, serial));
}
