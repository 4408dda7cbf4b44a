import type { Client } from '../client/client.ts';
import { pause } from '../client/pause.ts';
import { isFobError } from '../errors.ts';
import { CLOCK_WAY_MAX_MS, DRIFT_BUDGET_MS, DRIFT_BUDGET_PPM } from '../limits.ts';
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
  /** Time since the clock was last set; 0 for a clock that is not set. */
  readonly ageSeconds: number;
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
    const { state, utc, age } = await client.call('clock', {}, { signal });
    return { state: STATES[state] as ClockState, utc, ageSeconds: age };
  }
  const { state, utc, age, error, trim } = await client.call('time', {}, { signal });
  return {
    state: STATES[state] as ClockState,
    utc,
    ageSeconds: age,
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
  // A relay that holds the reading back must not make the clock fast: a step back needs a hold.
  const onWayMs = Math.min((now() - asked) / 2, CLOCK_WAY_MAX_MS);
  /** Sent early enough to arrive as a second begins. Each poll during an approval sends the time of that poll. */
  const renew = async () => {
    const utc = Math.ceil((now() + onWayMs) / 1000);
    await pause(utc * 1000 - onWayMs - now(), signal);
    return { utc };
  };
  await client.call('setClock', await renew(), { signal, onPressNeeded, onPressAwaited, renew });
}

/** A clock as the owner sees it: `ObservedClock` of `observe.ts`. */
interface SeenClock {
  readonly state: ClockState;
  readonly errorMs: number | null;
  readonly uncertaintyMs: number | null;
  readonly ageSeconds?: number;
}

/**
 * Whether the fob will probably ask its person before it lets its clock be set: a step back, or one forward beyond the
 * drift budget. The fob decides, and may have used up a part of its budget.
 */
export function needsHold({ state, errorMs, uncertaintyMs, ageSeconds = 0 }: SeenClock): boolean {
  if (state === 'unset' || errorMs === null || uncertaintyMs === null) return false;
  const budgetMs = DRIFT_BUDGET_MS + (ageSeconds * DRIFT_BUDGET_PPM) / 1000;
  return errorMs - uncertaintyMs > 0 || -errorMs - uncertaintyMs > budgetMs;
}

/**
 * Sets the clock like `setTime`, but withdraws at once if the fob asks its person. Inside an open session.
 * @returns false if the clock was not set, because that needs a hold
 * @throws FobError `refused` (clock-failed, busy …), those of the link
 */
export async function setTimeWithoutHold(tools: OwnerTools, client: Client): Promise<boolean> {
  const asking = new AbortController();
  const { signal } = tools;
  const either = signal === undefined ? asking.signal : AbortSignal.any([signal, asking.signal]);
  try {
    await setTime({ ...tools, signal: either }, client, () => asking.abort());
    return true;
  } catch (error) {
    if (!asking.signal.aborted || signal?.aborted || !isFobError(error, 'cancelled')) throw error;
    return false;
  }
}
