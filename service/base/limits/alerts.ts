/** Limits of alerts about guessing, and of their delivery. */
export const alertLimits = {
  /** Locked accounts reported one by one within a time; any more are only listed. */
  lockedTold: 20,
  lockedToldMs: 3_600_000,
  /**
   * Users whose secrets one source tries within a time, from which on it is an alert; the most log-ins and sources
   * examined.
   */
  sprayUsers: 20,
  sprayPeriodMs: 15 * 60_000,
  sprayRows: 20_000,
  spraySourcesMax: 10,
  sprayLookMs: 60_000,
  /** Channels with deliveries due at once: the existing ones, and as many removed ones. */
  channelsDueMax: 32,
  /** The time that one name server has for one try. */
  lookupTimeoutMs: 3_000,
  lookupTries: 2,
  /** An alert about a fob is raised again after this time, if its reason is still there. */
  fobToldMs: 7 * 24 * 3_600_000,
  /** How long agents may report a fob without a session that it completes. */
  fobWithheldMs: 24 * 3_600_000,
  /** A fob that was not reported for this long is away. */
  fobReportedMs: 3_600_000,
  /** How often a node stores the fobs that its agents report, and looks for fobs that were withheld. */
  fobReportsEveryMs: 10 * 60_000,
  fobWithheldLookMs: 5 * 60_000,
  fobsReportedAtOnce: 1_000,
  /** Alerts of each kind. */
  alertsKept: 10_000,
  alertsListed: 50,
} as const;
