import { validationLimits } from './limits/validation.ts';

/** When an account locks. A threshold of 0 means never. */
export interface LockPolicy {
  readonly threshold: number;
  readonly periodMs: number;
}

/** A secret that an attacker can guess. A temporary code counts as a passcode. */
export type Factor = 'passcode' | 'password' | 'pin';

/** Failures since the last success: all of them, and those of the password and of the PIN. */
export interface Failures {
  readonly failures: number;
  readonly passwordFailures: number;
  readonly pinFailures: number;
}

/** The stored failures of an account. */
export interface LockFacts extends Failures {
  readonly lastFailureMs: number | null;
}

/** The lock state of an account at one moment: the failures that still count, and whether they lock it. */
export interface LockState extends LockFacts {
  readonly locked: boolean;
  /** The first moment at which the account is open again; null if it is not locked. */
  readonly untilMs: number | null;
  /** Whether the account is open and one more failure locks it. */
  readonly isLastTry: boolean;
}

export const defaultLockPolicy: LockPolicy = {
  threshold: validationLimits.lockThreshold,
  periodMs: validationLimits.lockPeriodMs,
};

/** The stored failures of an account without any. */
export const noFailures: LockFacts = {
  failures: 0,
  passwordFailures: 0,
  pinFailures: 0,
  lastFailureMs: null,
};

/**
 * Returns the lock state of an account. It depends only on the stored facts, the policy and the time, so no job has
 * to unlock anything. A lock that has expired clears its failures. A clock set back never shortens a lock.
 */
export function lockState(facts: LockFacts, policy: LockPolicy, nowMs: number): LockState {
  const { failures, lastFailureMs } = facts;
  const isLimited = policy.threshold > 0;
  const isReached = isLimited && lastFailureMs !== null && failures >= policy.threshold;
  const untilMs = isReached ? lastFailureMs + policy.periodMs : null;
  if (untilMs !== null && nowMs < untilMs) return stateOf(facts, { locked: true, untilMs, isLastTry: false });
  const counting = isReached ? noFailures : facts;
  const isLastTry = isLimited && counting.failures + 1 >= policy.threshold;
  return stateOf(counting, { locked: false, untilMs: null, isLastTry });
}

/** Field by field: every log-in does this, and a spread costs ten times as much. */
function stateOf(
  facts: LockFacts,
  { locked, untilMs, isLastTry }: Omit<LockState, keyof LockFacts>,
): LockState {
  const { failures, passwordFailures, pinFailures, lastFailureMs } = facts;
  return { failures, passwordFailures, pinFailures, lastFailureMs, locked, untilMs, isLastTry };
}

/** Returns the facts after a failure in an open account. */
export function afterFailure(standing: LockState, factor: Factor, nowMs: number): LockFacts {
  return {
    failures: standing.failures + 1,
    passwordFailures: standing.passwordFailures + (factor === 'password' ? 1 : 0),
    pinFailures: standing.pinFailures + (factor === 'pin' ? 1 : 0),
    lastFailureMs: nowMs,
  };
}

/** The factors that a success proved besides the passcode, which every success proves. */
export interface ProvedFactors {
  readonly password?: boolean | undefined;
  readonly pin?: boolean | undefined;
}

/**
 * Returns the facts after a success. It clears the failures of the factors that it proved, of all tokens, and no
 * others. Otherwise a thief of the fob could guess the password without limit, by a log-in without a password after
 * every few guesses.
 */
export function afterSuccess(standing: LockState, proved: ProvedFactors): LockFacts {
  const passwordFailures = proved.password === true ? 0 : standing.passwordFailures;
  const pinFailures = proved.pin === true ? 0 : standing.pinFailures;
  const failures = passwordFailures + pinFailures;
  if (failures === 0) return noFailures;
  return { failures, passwordFailures, pinFailures, lastFailureMs: standing.lastFailureMs };
}
