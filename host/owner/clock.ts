import type { Client } from '../client/client.ts';
import { pause } from '../client/pause.ts';
import type { OwnerTools } from './tools.ts';

/** In the order of their numbers on the wire. */
const STATES = ['unset', 'trusted', 'stale'] as const;
const TRIM_ZERO = 32_768;

/** stale: it was trusted, and was set so long ago that it may be off by more than a passcode forgives. */
export type ClockState = (typeof STATES)[number];

/** A fob's clock as it says it is. */
export interface FobTime {
  readonly state: ClockState;
  /** Seconds since 1970. */
  readonly utc: number;
  /** How far it may be off by its own account; absent for an old firmware, like `trimPpm`. */
  readonly errorSeconds?: number;
  readonly trimPpm?: number;
}

/**
 * The clock and, where the firmware has it, what it knows of itself. Inside an open session.
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
 * Sets the clock to the owner's on the whole second, inside an open session. Backward, or forward beyond what it may
 * have drifted, it goes only after a press.
 * @throws FobError `refused` (press-denied, press-timeout, clock-failed …), those of the link
 */
export async function setTime(
  { now, signal }: OwnerTools,
  client: Client,
  onPressNeeded: () => void,
): Promise<void> {
  const asked = now();
  await client.call('clock', {}, { signal });
  const onWayMs = (now() - asked) / 2;
  /** Sent so early that it arrives as a second begins. Each poll for a press brings the time of that poll. */
  const renew = async () => {
    const utc = Math.ceil((now() + onWayMs) / 1000);
    await pause(utc * 1000 - onWayMs - now(), signal);
    return { utc };
  };
  await client.call('setClock', await renew(), { signal, onPressNeeded, renew });
}
