import { connect } from '../client/client.ts';
import type { RetryPolicy } from '../client/link.ts';
import { type WireWatch, watched } from '../client/trace.ts';
import { FobError, isFobError } from '../errors.ts';
import { PROBE_SENDS_MAX, PROBE_SIBLING_MS, PROBE_TIMEOUT_MS } from '../limits.ts';
import { addressText, openTransport } from '../transports/discover.ts';
import { knock, strangerAt } from '../transports/knock.ts';
import type { PortFound } from '../transports/ports.ts';
import { type Found, isSameBoard } from './joined.ts';

const PROBE = { answerTimeoutMs: PROBE_TIMEOUT_MS, sendsMax: PROBE_SENDS_MAX };

type PortToAsk = Pick<PortFound, 'address' | 'isShared'>;

/** Options for the communication with fobs. */
export interface WireOptions extends WireWatch {
  /** Sends nothing that changes a fob; such a command throws `dry-run`. */
  readonly isDryRun?: boolean | undefined;
}

/** Asks all ports at once. Once a port of a board has answered, its other ports get a shorter timeout. */
export function probeAll(
  ports: readonly PortFound[],
  wire: WireOptions = {},
  signal?: AbortSignal,
): Promise<PromiseSettledResult<Found>[]> {
  const hurry = ports.map(() => new AbortController());
  const probes = ports.map(async (port, place) => {
    const found = await probe(port, wire, hurry[place]?.signal, signal);
    if (!('client' in found)) return found;
    for (const [at, other] of hurry.entries()) if (isSameBoard(port, ports[at])) other.abort();
    return found;
  });
  return Promise.allSettled(probes);
}

/** Opens one port and says hello, at a port that others share only to a fob. @throws FobError `cancelled` */
export function probePort(
  port: PortToAsk,
  signal: AbortSignal | undefined,
  patience: RetryPolicy = PROBE,
): Promise<Found> {
  return probe(port, {}, undefined, signal, patience);
}

/**
 * @param hurry aborted when the port is likely silent; from then on, or from the opening, it gets PROBE_SIBLING_MS
 */
async function probe(
  { address, isShared }: PortToAsk,
  wire: WireOptions,
  hurry?: AbortSignal,
  signal?: AbortSignal,
  patience: RetryPolicy = PROBE,
): Promise<Found> {
  const name = addressText(address);
  try {
    const opened = await openTransport(address);
    const transport = watched(opened, wire, () => performance.now());
    const ending = abortedLater(hurry);
    try {
      const either = signal === undefined ? ending.signal : AbortSignal.any([ending.signal, signal]);
      if (isShared && (await knock(transport, patience, either)) !== 'fob') throw strangerAt(name);
      const client = connect(transport, { isDryRun: wire.isDryRun });
      return { address: name, client, hello: await client.hello(patience, either) };
    } catch (error) {
      await transport.close();
      if (!ending.signal.aborted || signal?.aborted) throw error;
      throw new FobError('no-answer', { subject: name });
    } finally {
      ending.forget();
    }
  } catch (error) {
    if (!isFobError(error) || isFobError(error, 'cancelled')) throw error;
    return { address: name, error };
  }
}

/** Returns a signal that aborts PROBE_SIBLING_MS after another. */
function abortedLater(first: AbortSignal | undefined): { readonly signal: AbortSignal; forget(): void } {
  const later = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => later.abort(), PROBE_SIBLING_MS);
  };
  if (first?.aborted) begin();
  else first?.addEventListener('abort', begin, { once: true });
  return {
    signal: later.signal,
    forget() {
      first?.removeEventListener('abort', begin);
      clearTimeout(timer);
    },
  };
}
