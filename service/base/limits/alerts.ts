/** The bounds of alerts about guessing, and of their way out. */
export const alertLimits = {
  /** Locked accounts that are told one by one within a time; more of them are listed only. */
  lockedTold: 20,
  lockedToldMs: 3_600_000,
  /** Users of whom a source tries secrets within a time for it to be an alert; the log-ins and sources looked at, at most. */
  sprayUsers: 20,
  sprayPeriodMs: 15 * 60_000,
  sprayRows: 20_000,
  spraySourcesMax: 10,
  sprayLookMs: 60_000,
  /** Channels that may have something due at once: those there are, and as many that were removed. */
  channelsDueMax: 32,
  /** What one name server has for one try. */
  lookupTimeoutMs: 3_000,
  lookupTries: 2,
  /** Of each kind. */
  alertsKept: 10_000,
  alertsListed: 50,
} as const;
