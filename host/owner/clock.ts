import type { Client } from '../client/client.ts';
import { pause } from '../client/pause.ts';
import type { OwnerTools } from './tools.ts';

/** In the order of their numbers on the wire. */
const STATES = ['unset', 'trusted', 'stale'] as const;
const TRIM_ZERO = 32_768;

/** stale: it was set so long ago that it may be off by more than a passcode tolerates. */
export type ClockState = (typeof STATES)[number];

/** A fob's clock as reported by the fob. */
export interface FobTime {
  readonly state: ClockState;
  /** Seconds since 1970. */
  readonly utc: number;
  /** The fob's own estimate of its error; absent for old firmware, like `trimPpm`. */
  readonly errorSeconds?: number;
  readonly trimPpm?: number;
}

/**
 * Reads the clock and, with newer firmware, its error estimate and trim. Inside an open session.
 * @throws FobError those of the link
 */
export async function askTime({ signal }: OwnerTools, client: Client): Promise<FobTime> {
  if (!client.knows('time')) {
    const { state, utc } = await client.call('clock', {}, { signal });
    return { state: STATES[state] ?? 'unset', utc };
  }
  const { state, utc, error, trim } = await client.call('time', {}, { signal });
  return {
    state: STATES[state] ?? 'unset',
    utc,
    errorSeconds: error,
    trimPpm: (trim - TRIM_ZERO) / 10,
  };
}

/**
 * Sets the clock to the owner's on a whole second, inside an open session. Setting it backward, or forward by more
 * than the possible drift, needs approval on the fob.
 * @param onPressNeeded as in `CallOptions`, like `onPressAwaited`
 * @throws FobError `refused` (press-denied, press-timeout, clock-failed …), those of the link
 */
export async function setTime(
  { now, signal }: OwnerTools,
  client: Client,
  onPressNeeded: () => void,
  onPressAwaited?: () => void,
): Promise<void> {
  const asked = now();
  await client.call('clock', {}, { signal });
  const onWayMs = (now() - asked) / 2;
  /** Sent early enough to arrive as a second begins. Each poll during an approval sends the time of that poll. */
  const renew = async () => {
    const utc = Math.ceil((now() + onWayMs) / 1000);
    await pause(utc * 1000 - onWayMs - now(), signal);
    return { utc };
  };
  await client.call('setClock', await renew(), { signal, onPressNeeded, onPressAwaited, renew });
}
