const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The bounds of self-enrolment. */
export const enrolmentLimits = {
  /** How long an activation can be used. */
  activationMs: 72 * HOUR_MS,
  activationMinMs: HOUR_MS,
  activationMaxMs: 30 * DAY_MS,
  /** Resends for one user within the last hour. */
  resendsMax: 10,
  resendWindowMs: HOUR_MS,
  /** Reminders, and expiries that help desk is told of, in one transaction; and the pause between two turns. */
  remindersAtOnce: 50,
  remindEveryMs: 60_000,
  activationsOfUserListed: 20,
  activationsListed: 200,
  /** Rows of the audit in which the last refusals of the listed ones are looked for. */
  activationRefusalsRead: 1_000,
  /** How long after its end it is still known what became of an activation. */
  activationsKeptMs: 90 * DAY_MS,
} as const;
