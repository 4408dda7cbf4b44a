const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Limits of self-enrolment. */
export const enrolmentLimits = {
  /** How long an activation is valid. */
  activationMs: 72 * HOUR_MS,
  activationMinMs: HOUR_MS,
  activationMaxMs: 30 * DAY_MS,
  /** Resends for one user within the last hour. */
  resendsMax: 10,
  resendWindowMs: HOUR_MS,
  /**
   * Reminders, and expiries that are reported to the help desk, in one transaction; and the pause between two turns.
   */
  remindersAtOnce: 50,
  remindEveryMs: 60_000,
  activationsOfUserListed: 20,
  activationsListed: 200,
  /** Rows of the audit that are searched for the last refusals of the listed activations. */
  activationRefusalsRead: 1_000,
  /** How long an activation is kept after it has ended. */
  activationsKeptMs: 90 * DAY_MS,
} as const;
