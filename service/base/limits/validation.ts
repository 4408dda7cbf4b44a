/** The bounds of deciding log-ins, account locks, and the log of outcomes. Units last in the name. */
export const validationLimits = {
  /** Longest text taken from a passcode field; longer requests are malformed, not wrong. */
  passcodeFieldMax: 64,
  /** Accepted passcodes remembered per token, to tell a replay from a wrong code. */
  acceptancesKept: 12,
  /** Consecutive failures that lock an account, and for how long. */
  lockThreshold: 3,
  lockPeriodMs: 15 * 60_000,
  lockThresholdMax: 100,
  lockPeriodMaxMs: 7 * 24 * 3_600_000,
  /** Log-ins decided in one transaction. */
  batchMax: 64,
  /** Refusals over HTTP leave this long after they came in, and up to so much later by chance. */
  refusalFloorMs: 40,
  refusalJitterMs: 10,
  sweepMs: 60_000,
  /** How long a repeated request still gets its first answer. */
  retryWindowMs: 120_000,
  retriesKept: 10_000,
  idempotencyKeyMin: 8,
  idempotencyKeyMax: 128,
  sourceMax: 64,
  /**
   * Outcomes in the log, by what can cause them: log-ins that were accepted, misses, tries of users that were not looked at
   * (locked, disabled), and tries of names that nobody has.
   */
  eventsKept: { accepted: 100_000, missed: 50_000, unseen: 20_000, strangers: 10_000 },
  eventsListed: 50,
  lockPeriodMinMs: 1_000,
  /** Log-ins that wait for their decision, in all and of one user name; more than that is answered by `busy`. */
  decisionsWaiting: 4_096,
  decisionsWaitingOfOne: 256,
  /** Log-ins of one user name, and of one source, whose password or PIN is being checked or waits for that. */
  slowChecksOfOne: 8,
  slowChecksOfSource: 32,
} as const;
