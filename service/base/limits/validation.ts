/** Limits of log-ins, account locks, and the log of outcomes. Units last in the name. */
export const validationLimits = {
  /**
   * Longest text accepted in a passcode field; a request with a longer one is malformed and does not count as a wrong
   * passcode.
   */
  passcodeFieldMax: 64,
  /** Accepted passcodes remembered per token, to distinguish a replay from a wrong code. */
  acceptancesKept: 12,
  /** Consecutive failures that lock an account, and for how long. */
  lockThreshold: 3,
  lockPeriodMs: 15 * 60_000,
  lockThresholdMax: 100,
  lockPeriodMaxMs: 7 * 24 * 3_600_000,
  /** Log-ins decided in one transaction. */
  batchMax: 64,
  /** Transactions of log-ins that one node runs on PostgreSQL side by side; a node has 16 connections for log-ins. */
  postgresTransactionsMax: 4,
  /** Log-ins in running transactions, from which on no further transaction is started beside them. */
  sideBySideMax: 8,
  /** The minimum response time of refusals over HTTP, and the range of the random time added to it. */
  refusalFloorMs: 40,
  refusalJitterMs: 10,
  sweepMs: 60_000,
  /** How long a repeated request still gets its first response. */
  retryWindowMs: 120_000,
  retriesKept: 10_000,
  /** Outcomes among which the one of the present request is looked up. */
  acceptanceEvents: 10_000,
  idempotencyKeyMin: 8,
  idempotencyKeyMax: 128,
  sourceMax: 64,
  /**
   * Rows in the log of each outcome that anybody can cause, whatever their age: failures of known users, attempts that
   * were not evaluated (locked, disabled), and all attempts with unknown names together.
   */
  eventRows: { missed: 100_000, unseen: 20_000, strangers: 20_000 },
  eventsListed: 50,
  lockPeriodMinMs: 1_000,
  /** Log-ins that wait for their evaluation, in all and of one user name; any more get `busy`. */
  decisionsWaiting: 4_096,
  decisionsWaitingOfOne: 256,
  /** Log-ins of one user name, and of one source, whose password or PIN check is running or queued. */
  slowChecksOfOne: 8,
  slowChecksOfSource: 32,
} as const;
