import { limits } from '../limits.ts';

/** When an account locks. A threshold of 0 means never. */
export interface LockPolicy {
  readonly threshold: number;
  readonly periodMs: number;
}

/** What is stored about an account's failures. */
export interface LockFacts {
  readonly failures: number;
  readonly lastFailureMs: number | null;
}

/** Where an account stands at one moment. */
export interface LockStanding {
  readonly locked: boolean;
  /** The first moment it is open again; null when it is not locked. */
  readonly untilMs: number | null;
  /** Consecutive failures that still count. */
  readonly failures: number;
}

export const defaultLockPolicy: LockPolicy = {
  threshold: limits.lockThreshold,
  periodMs: limits.lockPeriodMs,
};

/**
 * Where an account stands: nothing but the stored facts, the policy and the time decide, so no job has to unlock
 * anything. A lock that has run out takes its failures with it. A clock set back never shortens a lock.
 */
export function lockStanding(facts: LockFacts, policy: LockPolicy, nowMs: number): LockStanding {
  const { failures, lastFailureMs } = facts;
  if (policy.threshold === 0 || lastFailureMs === null || failures < policy.threshold)
    return { locked: false, untilMs: null, failures };
  const untilMs = lastFailureMs + policy.periodMs;
  if (nowMs < untilMs) return { locked: true, untilMs, failures };
  return { locked: false, untilMs: null, failures: 0 };
}

/** The facts after a failure in an open account. */
export function afterFailure(standing: LockStanding, nowMs: number): LockFacts {
  return { failures: standing.failures + 1, lastFailureMs: nowMs };
}

/** The facts after a success: consecutive failures end (R23). */
export const afterSuccess: LockFacts = { failures: 0, lastFailureMs: null };
