import { FobError, isRefusal } from '../errors.ts';
import { addClockReading } from '../inventory/clocks.ts';
import { addHistory } from '../inventory/history.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { DRIFT_UNCERTAINTY_PPM_MAX } from '../limits.ts';
import { needsHold, setTimeWithoutHold } from '../owner/clock.ts';
import { driftOf, type HealthFinding, healthOf, isOff, needsAttention } from '../owner/health.ts';
import { type ObservedClock, type ObservedFob, observeClock } from '../owner/observe.ts';
import { acknowledgeWentBack } from '../owner/status.ts';
import { setInSession } from './clock.ts';
import type { Context, FobAtHand } from './context.ts';
import { healthFacts, isAboutTime } from './health.ts';
import { giveLostKey, keepObserved, type Observed, observeOwned } from './observed.ts';

/** What care does on a fob. Setting the clock lets the fob learn its trim. */
export type CareAct = 'clock-set' | 'recovery-key-left' | 'power-loss-acknowledged';

export interface CareOptions {
  /** Whether a person is at the fob who expects to hold its button. */
  readonly mayHold: boolean;
  /** Whether a person has said that only the clock module of this fob was without power. */
  readonly acknowledges?: boolean;
  /** Changes nothing, and says what would be done. */
  readonly isDryRun: boolean;
}

export interface CareResult {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  /** The findings before anything was done. */
  readonly found: readonly HealthFinding[];
  readonly done: readonly CareAct[];
  /** What a dry run would do. */
  readonly planned: readonly CareAct[];
  /** Acts that the fob, or the person at it, refused. */
  readonly refused: readonly { readonly act: CareAct; readonly error: FobError }[];
  /** The findings that are left, without those that a dry run would mend. */
  readonly left: readonly HealthFinding[];
  /** Whether the clock waits for a hold of the button. */
  readonly waitsForHold: boolean;
  /** The state afterwards. */
  readonly observed: ObservedFob;
}

/** Whether a person has to do something about a fob after care. */
export function isLeftToPerson({ left, refused }: CareResult): boolean {
  return refused.length > 0 || left.some(needsAttention);
}

/** Whether a person may acknowledge that the clock module lost its power, so that the fob cannot tell the rest. */
export function awaitsAcknowledgement({ left }: Pick<CareResult, 'left'>): boolean {
  return left.some(finding => finding.kind === 'memory-went-back' && !finding.isSure);
}

/**
 * Checks a fob and mends what it can: sets a clock that is unset, stale or off by more than a second, gives back a
 * lost recovery key, and acknowledges a loss of power of the clock module if a person has said so. The state of the fob alone decides what is to be done, so the call can be repeated after any
 * interruption, and does nothing twice.
 * @throws FobError as `openOwnerSession`, `wrong-version`
 */
export async function careFor(context: Context, fob: FobAtHand, options: CareOptions): Promise<CareResult> {
  const before = await observeOwned(context, fob);
  const facts = () => healthFacts(context.inventory, before.pairing, before.observed.board);
  const found = healthOf(before.observed, await facts());
  const record: CareRecord = { done: [], planned: [], refused: [] };
  const withKey = await mendRecoveryKey(context, fob, before, options, record);
  const { clock, waits } = await mendClock(context, fob, before, options, record);
  const observed = await mendWentBack(context, fob, { ...withKey, clock }, options, record);
  if (record.done.length > 0) await keepObserved(context, before.pairing, observed);
  const isPlanned = (finding: HealthFinding) =>
    (finding.kind === 'cannot-reset-pin' && record.planned.includes('recovery-key-left')) ||
    (finding.kind === 'memory-went-back' && record.planned.includes('power-loss-acknowledged')) ||
    (isAboutTime(finding) && record.planned.includes('clock-set'));
  return {
    serial: observed.serial,
    board: observed.board,
    firmware: observed.firmware,
    found,
    ...record,
    left: healthOf(observed, await facts()).filter(finding => !isPlanned(finding)),
    waitsForHold: waits,
    observed,
  };
}

/** What was done so far. */
interface CareRecord {
  readonly done: CareAct[];
  readonly planned: CareAct[];
  readonly refused: { readonly act: CareAct; readonly error: FobError }[];
}

async function mendRecoveryKey(
  context: Context,
  fob: FobAtHand,
  before: Observed,
  { isDryRun }: CareOptions,
  record: CareRecord,
): Promise<ObservedFob> {
  const { status } = before.observed;
  if (status === undefined || status.canBeReset || status.isLocked) return before.observed;
  if (isDryRun) {
    record.planned.push('recovery-key-left');
    return before.observed;
  }
  const after = await giveLostKey(context, fob, before);
  if (after.status?.canBeReset) record.done.push('recovery-key-left');
  return after;
}

/** @returns the clock afterwards, and whether it waits for a hold */
async function mendClock(
  context: Context,
  fob: FobAtHand,
  { pairing, observed: { clock } }: Observed,
  { mayHold, isDryRun }: CareOptions,
  record: CareRecord,
): Promise<{ readonly clock: ObservedClock; readonly waits: boolean }> {
  if (clock.state === 'trusted' && !isOff(clock)) return { clock, waits: false };
  if (needsHold(clock) && !mayHold) return { clock, waits: true };
  if (isDryRun) {
    record.planned.push('clock-set');
    return { clock, waits: false };
  }
  try {
    if (mayHold) await setInSession(context, fob);
    else if (await setTimeWithoutHold(context, fob.client)) {
      context.report({ event: 'clock-set', serial: fob.hello.serial });
    } else return { clock, waits: true };
  } catch (error) {
    if (!isRefusal(error, 'clock-failed', 'press-denied', 'press-timeout', 'press-reported')) throw error;
    record.refused.push({ act: 'clock-set', error });
    return { clock, waits: false };
  }
  await keepSetting(context, pairing, clock);
  record.done.push('clock-set');
  return { clock: await observeClock(context, fob.client), waits: false };
}

async function mendWentBack(
  context: Context,
  fob: FobAtHand,
  observed: ObservedFob,
  { acknowledges = false, isDryRun }: CareOptions,
  record: CareRecord,
): Promise<ObservedFob> {
  const { status: before } = observed;
  if (!acknowledges || before?.wentBack !== 'unknown') return observed;
  const act = 'power-loss-acknowledged';
  if (isDryRun) {
    record.planned.push(act);
    return observed;
  }
  const status = await acknowledgeWentBack(context, fob.client, before);
  if (status.wentBack === 'no') {
    record.done.push(act);
    await addHistory(context.inventory, observed.serial, act, context.now());
  } else record.refused.push({ act, error: new FobError('refused', { refusal: 'went-back' }) });
  return { ...observed, status };
}

/** Notes the setting, with the clock's error before. */
async function keepSetting(
  { inventory, now }: Context,
  pairing: Pairing,
  clock: ObservedClock,
): Promise<void> {
  const drift = driftOf(clock);
  const isSure = drift !== undefined && drift.uncertaintyPpm <= DRIFT_UNCERTAINTY_PPM_MAX;
  await addClockReading(inventory, pairing.id, {
    readMs: now(),
    isSet: true,
    differenceMs: clock.errorMs ?? undefined,
    uncertaintyMs: clock.uncertaintyMs ?? undefined,
    ageSeconds: clock.ageSeconds,
    driftPpm: isSure ? drift.ppm : undefined,
    trimPpm: clock.trimPpm,
  });
  await addHistory(inventory, pairing.serial, 'clock-set', now());
}
