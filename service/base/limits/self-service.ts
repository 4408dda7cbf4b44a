/** The bounds of the users' own page. */
export const selfServiceLimits = {
  /** How long the page stays open. */
  userSessionMs: 30 * 60_000,
  userSessionsKept: 4,
  /** What a user calls a fob, in UTF-16 units. */
  nicknameMax: 32,
  /** Sign-ins, tests and other acts of one user, from whatever address. */
  userActBucket: { burst: 20, perSecond: 0.2 },
  /** Searches for the fob of one user name by somebody who is not signed in; searches at once; and how long a refusal takes. */
  findBucket: { burst: 6, perSecond: 0.02 },
  findsAtOnce: 4,
  findFloorMs: 1_000,
} as const;
