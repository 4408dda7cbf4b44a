import { validationLimits } from './limits/validation.ts';

/** When an account locks. A threshold of 0 means never. */
export interface LockPolicy {
  readonly threshold: number;
  readonly periodMs: number;
}

/** What can be guessed at. A temporary code is a passcode. */
export type Factor = 'passcode' | 'password' | 'pin';

/** Failures that no success has ended: all of them, and which of them were made at a password or a PIN. */
export interface Failures {
  readonly failures: number;
  readonly passwordFailures: number;
  readonly pinFailures: number;
}

/** What is stored about an account's failures. */
export interface LockFacts extends Failures {
  readonly lastFailureMs: number | null;
}

/** Where an account stands at one moment: the failures that still count, and what follows from them. */
export interface LockState extends LockFacts {
  readonly locked: boolean;
  /** The first moment it is open again; null when it is not locked. */
  readonly untilMs: number | null;
  /** Whether it is open and one failure more locks it. */
  readonly isLastTry: boolean;
}

export const defaultLockPolicy: LockPolicy = {
  threshold: validationLimits.lockThreshold,
  periodMs: validationLimits.lockPeriodMs,
};

/** The facts of an account without failures. */
export const noFailures: LockFacts = {
  failures: 0,
  passwordFailures: 0,
  pinFailures: 0,
  lastFailureMs: null,
};

/**
 * Where an account stands: nothing but the stored facts, the policy and the time decide, so no job has to unlock
 * anything. A lock that has run out takes its failures with it. A clock set back never shortens a lock.
 */
export function lockState(facts: LockFacts, policy: LockPolicy, nowMs: number): LockState {
  const { failures, lastFailureMs } = facts;
  const isLimited = policy.threshold > 0;
  const isReached = isLimited && lastFailureMs !== null && failures >= policy.threshold;
  const untilMs = isReached ? lastFailureMs + policy.periodMs : null;
  if (untilMs !== null && nowMs < untilMs) return { ...facts, locked: true, untilMs, isLastTry: false };
  const counting = isReached ? noFailures : facts;
  const isLastTry = isLimited && counting.failures + 1 >= policy.threshold;
  return { ...counting, locked: false, untilMs: null, isLastTry };
}

/** The facts after a failure in an open account. */
export function afterFailure(standing: LockState, factor: Factor, nowMs: number): LockFacts {
  return {
    failures: standing.failures + 1,
    passwordFailures: standing.passwordFailures + (factor === 'password' ? 1 : 0),
    pinFailures: standing.pinFailures + (factor === 'pin' ? 1 : 0),
    lastFailureMs: nowMs,
  };
}

/** Which factors a success proved besides a passcode, which every success proves. */
export interface ProvedFactors {
  readonly password?: boolean | undefined;
  readonly pin?: boolean | undefined;
}

/**
 * The facts after a success: it ends the failures of the factors that it proved, of all tokens, and no others. Who
 * has the fob could otherwise guess at the password for ever, with a log-in in between that asks for none.
 */
export function afterSuccess(standing: LockState, proved: ProvedFactors): LockFacts {
  const passwordFailures = proved.password === true ? 0 : standing.passwordFailures;
  const pinFailures = proved.pin === true ? 0 : standing.pinFailures;
  const failures = passwordFailures + pinFailures;
  if (failures === 0) return noFailures;
  return { failures, passwordFailures, pinFailures, lastFailureMs: standing.lastFailureMs };
}
