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
  /** Alerts of each kind. */
  alertsKept: 10_000,
  alertsListed: 50,
} as const;
