import { connect } from '../client/client.ts';
import type { Patience } from '../client/link.ts';
import { FobError, isFobError } from '../errors.ts';
import { PROBE_SENDS_MAX, PROBE_TIMEOUT_MS } from '../limits.ts';
import { type Address, addressText, listPorts, openTransport, readAddress } from '../transports/discover.ts';
import type { FobAtHand } from './context.ts';

/** Which fob is meant. */
export interface FobChoice {
  /** An address as `readAddress` reads it; without it the likely ports of this machine are asked. */
  readonly port?: string | undefined;
  /** A serial as `readSerial` gives it; needed when several fobs are there. */
  readonly serial?: string | undefined;
}

/** What came out of asking one port. */
export type Found = FobAtHand | { readonly address: string; readonly error: FobError };

const PROBE = { answerTimeoutMs: PROBE_TIMEOUT_MS, sendsMax: PROBE_SENDS_MAX };

/**
 * Opens every port that may hold a fob and says hello. Those that answered stay open: the caller closes them.
 * @param all also ports that are not known to belong to an Espruino board
 * @throws FobError `bad-input`, `cancelled`
 */
export async function findFobs(port?: string, all = false, signal?: AbortSignal): Promise<Found[]> {
  const ports = port === undefined ? await listPorts() : [];
  const addresses =
    port === undefined
      ? ports.filter(({ isLikely }) => isLikely || all).map(found => found.address)
      : [readAddress(port)];
  const probed = await Promise.allSettled(addresses.map(address => probe(address, signal)));
  const found = probed.filter(one => one.status === 'fulfilled').map(({ value }) => value);
  const failed = probed.find(one => one.status === 'rejected');
  if (failed === undefined) return found;
  await closeAll(found);
  throw failed.reason;
}

/** Releases the ports of fobs that were found. */
export async function closeAll(found: readonly Found[]): Promise<void> {
  await Promise.all(found.map(one => ('client' in one ? one.client.close() : undefined)));
}

/** Opens a port and says hello. @throws FobError `cancelled` */
export async function probe(
  address: Address,
  signal?: AbortSignal,
  patience: Patience = PROBE,
): Promise<Found> {
  const name = addressText(address);
  try {
    const client = connect(await openTransport(address));
    try {
      return { address: name, client, hello: await client.hello(patience, signal) };
    } catch (error) {
      await client.close();
      throw error;
    }
  } catch (error) {
    if (!isFobError(error) || isFobError(error, 'cancelled')) throw error;
    return { address: name, error };
  }
}

/**
 * Finds the one fob that is meant, does something with it and closes it.
 * @throws FobError `no-fob`, `several-fobs`, what the named port gives, what `work` throws
 */
export async function withFob<T>(
  choice: FobChoice,
  work: (fob: FobAtHand) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const found = await findFobs(choice.port, false, signal);
  try {
    const fob = chooseFob(found, choice);
    await closeAll(found.filter(one => one !== fob));
    return await work(fob);
  } finally {
    await closeAll(found);
  }
}

/**
 * The one fob that is meant, of what was found.
 * @throws FobError `no-fob`, `several-fobs`, or the first port's own error where no port gave a fob
 */
export function chooseFob(found: readonly Found[], choice: FobChoice): FobAtHand {
  const fobs = found.filter(one => 'client' in one);
  const meant = fobs.filter(({ hello }) => choice.serial === undefined || hello.serial === choice.serial);
  const [fob] = meant;
  if (meant.length > 1) {
    throw new FobError('several-fobs', { subject: meant.map(({ hello }) => hello.serial).join(', ') });
  }
  if (fob) return fob;
  if (fobs.length > 0 && choice.serial !== undefined) {
    throw new FobError('no-fob', {
      sentence: `The fob ${choice.serial} is not there, but ${fobs.map(({ hello }) => hello.serial).join(', ')}.`,
      next: 'Plug it in, or name another one with --fob.',
    });
  }
  // A port that cannot be used tells more than that no fob was found.
  for (const one of found) if ('error' in one) throw one.error;
  throw new FobError('no-fob');
}
