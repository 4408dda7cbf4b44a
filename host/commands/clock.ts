import { pause } from '../client/pause.ts';
import { FobError, isFobError } from '../errors.ts';
import { addClockReading } from '../inventory/clocks.ts';
import { addHistory } from '../inventory/history.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { CLOCK_POLL_INTERVAL_MS, CLOCK_POLLS_MAX, DRIFT_AGE_SECONDS_MIN } from '../limits.ts';
import { askTime, setTime } from '../owner/clock.ts';
import type { Context, FobAtHand } from './context.ts';
import { openOwnerSession } from './owner-session.ts';
import { withPress } from './press.ts';

export interface ClockResult {
  readonly serial: string;
  /** stale: it was set so long ago that it may be off by more than a passcode tolerates. */
  readonly state: 'unset' | 'trusted' | 'stale';
  /** The fob's time when it was read, ISO 8601 in UTC. Unset: absent. */
  readonly fobTime?: string;
  /** Fob minus host; positive: the fob is ahead. */
  readonly differenceMs?: number;
  /** Accuracy of the difference. */
  readonly uncertaintyMs?: number;
  /** Time since the clock was last set. */
  readonly ageSeconds?: number;
  /** Parts per million since then; absent if the age is too short for a measurement. */
  readonly driftPpm?: number;
  /** The fob's own estimate of its error; absent for old firmware, like `trimPpm`. */
  readonly errorSeconds?: number;
  /**
   * The correction that the fob has learned for its clock, to a tenth of a ppm; positive: the clock runs slow without
   * it.
   */
  readonly trimPpm?: number;
  /** Whether this command set it. */
  readonly isSet: boolean;
  /** The clock before it was set; absent if it was not set now, or unset before. */
  readonly before?: Measured;
}

type Measured = Pick<
  ClockResult,
  'differenceMs' | 'uncertaintyMs' | 'ageSeconds' | 'driftPpm' | 'errorSeconds' | 'trimPpm'
>;

/**
 * Compares the fob's clock with the host's.
 * @throws FobError as `openOwnerSession`
 */
export async function showClock(context: Context, fob: FobAtHand): Promise<ClockResult> {
  const pairing = await openOwnerSession(context, fob);
  const clock = await readClock(context, fob);
  if (clock.state !== 'unset') await keepReading(context, pairing, clock, false);
  return { serial: fob.hello.serial, ...clock, isSet: false };
}

/**
 * Reads the fob's clock, sets it to the host's on a whole second, and reads it back; the drift is stored in the
 * inventory. Setting it backward, or forward by more than the possible drift, needs approval on the fob.
 * @throws FobError `refused` (press-denied, clock-failed …), as `openOwnerSession`
 */
export async function setClock(context: Context, fob: FobAtHand): Promise<ClockResult> {
  const pairing = await openOwnerSession(context, fob);
  const before = await measured(context, fob);
  await setInSession(context, fob);
  await keepReading(context, pairing, before ?? {}, true);
  await addHistory(context.inventory, pairing.serial, 'clock-set', context.now());
  return {
    serial: fob.hello.serial,
    ...(await readClock(context, fob)),
    isSet: true,
    ...(before && { before }),
  };
}

/**
 * Measures the clock; undefined for a clock that is not set, or that stands still and may only start when it is set.
 */
async function measured(context: Context, fob: FobAtHand): Promise<Measured | undefined> {
  try {
    const { state, fobTime: _, ...reading } = await readClock(context, fob);
    return state === 'unset' ? undefined : reading;
  } catch (error) {
    if (isFobError(error, 'verification-failed')) return undefined;
    throw error;
  }
}

function keepReading(
  { inventory, now }: Context,
  pairing: Pairing,
  { differenceMs, uncertaintyMs, ageSeconds, driftPpm, trimPpm }: Measured,
  isSet: boolean,
): Promise<void> {
  const measured = { differenceMs, uncertaintyMs, ageSeconds, driftPpm, trimPpm };
  return addClockReading(inventory, pairing.id, { readMs: now(), isSet, ...measured });
}

/** Sets the clock inside an open session. */
export async function setInSession(context: Context, fob: FobAtHand): Promise<void> {
  const { serial } = fob.hello;
  const { onPressNeeded, onPressAwaited } = withPress(context, serial, 'clock');
  await setTime(context, fob.client, onPressNeeded, onPressAwaited);
  context.report({ event: 'clock-set', serial });
}

/**
 * Reads the fob's clock to within a poll, although it answers whole seconds: finds the moment at which its second
 * changes.
 */
async function readClock(context: Context, fob: FobAtHand): Promise<Omit<ClockResult, 'serial' | 'isSet'>> {
  const { now, signal } = context;
  const { state, utc: firstUtc, ageSeconds: _, ...about } = await askTime(context, fob.client);
  if (state === 'unset') return { state };
  let before = now();
  for (let polls = 0; polls < CLOCK_POLLS_MAX; polls++) {
    const { utc, age } = await fob.client.call('clock', {}, { signal });
    const after = now();
    if (utc !== firstUtc) {
      const differenceMs = Math.round(utc * 1000 - (before + after) / 2);
      return {
        state,
        fobTime: new Date(utc * 1000).toISOString(),
        differenceMs,
        uncertaintyMs: Math.ceil((after - before) / 2),
        ageSeconds: age,
        ...about,
        ...(age >= DRIFT_AGE_SECONDS_MIN && { driftPpm: Math.round((differenceMs * 1000) / age) }),
      };
    }
    before = after;
    await pause(CLOCK_POLL_INTERVAL_MS, signal);
  }
  throw new FobError('verification-failed', {
    sentence: `The clock of the fob ${fob.hello.serial} stands still.`,
    next: 'Check the clock module of the board and its battery.',
  });
}
