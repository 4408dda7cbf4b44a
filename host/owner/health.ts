import { BATTERY_LOW_PERCENT, CLOCK_OFF_MS, DRIFT_AGE_SECONDS_MIN, DRIFT_BUDGET_PPM } from '../limits.ts';
import { needsHold } from './clock.ts';
import type { ListedAccount, ObservedClock, ObservedFob } from './observe.ts';

/** Something about a fob that its owner, or the person with it, should know. */
export type HealthFinding =
  /** The clock has no time: it was never set, or lost its power. */
  | { readonly kind: 'clock-unset'; readonly wasSet: boolean }
  /** The clock was set so long ago that passcodes may be refused. */
  | { readonly kind: 'clock-stale' }
  /** The clock is off by more than a second. errorMs: fob minus owner. */
  | { readonly kind: 'clock-off'; readonly errorMs: number; readonly needsHold: boolean }
  /** The clock drifts more than the crystal of its board may. Positive: the clock is fast. */
  | { readonly kind: 'drift-high'; readonly driftPpm: number; readonly crystalPpm: number }
  | { readonly kind: 'battery-low'; readonly percent: number }
  | { readonly kind: 'old-firmware'; readonly firmware: string; readonly newest: string }
  | { readonly kind: 'pin-to-be-chosen' }
  /** attemptsLeft: wrong PINs until the fob erases itself, or only its owner can open it. */
  | { readonly kind: 'locked'; readonly attemptsLeft: number }
  /** isSure: false if the fob cannot tell. */
  | { readonly kind: 'memory-went-back'; readonly isSure: boolean }
  /** The fob has no recovery key: a forgotten PIN cannot be reset. */
  | { readonly kind: 'cannot-reset-pin' }
  | { readonly kind: 'damaged-account'; readonly account: ListedAccount }
  /** No further account fits. */
  | { readonly kind: 'full' };

/** Facts that no fob tells. */
export interface HealthFacts {
  /** Largest drift of the crystal of the fob's board, ppm; undefined if unknown. */
  readonly crystalPpm?: number | undefined;
  /** Version of the newest image for the fob's board; undefined if there is none. */
  readonly newestFirmware?: string | undefined;
  /** Time at which the owner last set the clock, ms since 1970; undefined for never. */
  readonly lastSetMs?: number | undefined;
}

/** Returns the findings about a fob, in a fixed order; none for a fob with nothing to tell. */
export function healthOf(fob: ObservedFob, facts: HealthFacts): HealthFinding[] {
  return [...clockFindings(fob.clock, facts), ...statusFindings(fob), ...restFindings(fob, facts)];
}

/** Whether somebody has to act. A locked or full fob works as it should. */
export function needsAttention(finding: HealthFinding): boolean {
  if (finding.kind === 'locked') return finding.attemptsLeft === 0;
  return finding.kind !== 'full';
}

function clockFindings(clock: ObservedClock, { crystalPpm, lastSetMs }: HealthFacts): HealthFinding[] {
  const { state, errorMs } = clock;
  if (state === 'unset' || errorMs === null) {
    return [{ kind: 'clock-unset', wasSet: lastSetMs !== undefined }];
  }
  const drift = crystalPpm === undefined ? undefined : excessiveDrift(clock, crystalPpm);
  return [
    ...(state === 'stale' ? [{ kind: 'clock-stale' } as const] : []),
    ...(isOff(clock) ? [{ kind: 'clock-off', errorMs, needsHold: needsHold(clock) } as const] : []),
    ...(drift === undefined ? [] : [drift]),
  ];
}

/** Whether the clock is certainly off by more than a second. */
export function isOff({ errorMs, uncertaintyMs }: ObservedClock): boolean {
  return errorMs !== null && uncertaintyMs !== null && Math.abs(errorMs) - uncertaintyMs > CLOCK_OFF_MS;
}

/** A clock's drift since it was last set, with its learned correction. */
export interface Drift {
  /** Positive: the clock is fast. To a tenth. */
  readonly ppm: number;
  /** How far `ppm` may be from the truth. */
  readonly uncertaintyPpm: number;
}

/** Returns a clock's drift; undefined if it is not set, was set too recently, or was not set right. */
export function driftOf({ errorMs, uncertaintyMs, ageSeconds = 0 }: ObservedClock): Drift | undefined {
  if (errorMs === null || uncertaintyMs === null || ageSeconds < DRIFT_AGE_SECONDS_MIN) return undefined;
  const perSecond = 1000 / ageSeconds;
  const drift = {
    ppm: tenths(errorMs * perSecond),
    // A fob may round the time to which it is set, by up to a second.
    uncertaintyPpm: Math.ceil((uncertaintyMs + CLOCK_OFF_MS) * perSecond * 10) / 10,
  };
  return Math.abs(drift.ppm) - drift.uncertaintyPpm > DRIFT_BUDGET_PPM ? undefined : drift;
}

function excessiveDrift(clock: ObservedClock, crystalPpm: number): HealthFinding | undefined {
  const drift = driftOf(clock);
  if (drift === undefined || Math.abs(drift.ppm) - drift.uncertaintyPpm <= crystalPpm) return undefined;
  return { kind: 'drift-high', driftPpm: drift.ppm, crystalPpm };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function statusFindings({ status, accounts }: ObservedFob): HealthFinding[] {
  if (status === undefined) return [];
  const { batteryPercent, pin, isLocked, wentBack, canBeReset, policy, failures } = status;
  const attemptsLeft = Math.max(0, policy.attempts - failures);
  return [
    ...(batteryPercent !== undefined && batteryPercent <= BATTERY_LOW_PERCENT
      ? [{ kind: 'battery-low', percent: batteryPercent } as const]
      : []),
    ...(pin === 'to-be-chosen' ? [{ kind: 'pin-to-be-chosen' } as const] : []),
    ...(isLocked || accounts === 'locked' ? [{ kind: 'locked', attemptsLeft } as const] : []),
    ...(wentBack === 'no' ? [] : [{ kind: 'memory-went-back', isSure: wentBack === 'yes' } as const]),
    ...(canBeReset ? [] : [{ kind: 'cannot-reset-pin' } as const]),
  ];
}

function restFindings(
  { firmware, accounts, freeRecords }: ObservedFob,
  { newestFirmware }: HealthFacts,
): HealthFinding[] {
  const isOld = newestFirmware !== undefined && isOlder(firmware, newestFirmware);
  const listed = accounts === 'locked' ? [] : accounts;
  return [
    ...(isOld ? [{ kind: 'old-firmware', firmware, newest: newestFirmware } as const] : []),
    ...listed
      .filter(({ isDamaged }) => isDamaged)
      .map(account => ({ kind: 'damaged-account', account }) as const),
    ...(freeRecords === 0 ? [{ kind: 'full' } as const] : []),
  ];
}

/** Whether a version `1.2.3` is before another. False if one of them has another form. */
function isOlder(version: string, other: string): boolean {
  const [left, right] = [numbersOf(version), numbersOf(other)];
  if (left === undefined || right === undefined) return false;
  const place = left.findIndex((number, at) => number !== right[at]);
  return place >= 0 && (left[place] ?? 0) < (right[place] ?? 0);
}

function numbersOf(version: string): number[] | undefined {
  const found = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  return found?.slice(1).map(Number);
}
