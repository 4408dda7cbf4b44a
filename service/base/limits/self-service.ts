/** Limits of the self-service page. */
export const selfServiceLimits = {
  /** How long a session lasts. */
  userSessionMs: 30 * 60_000,
  userSessionsKept: 4,
  /** A user's name for a fob, in UTF-16 units. */
  nicknameMax: 32,
  /** Sign-ins, tests and other actions of one user, from any address. */
  userActBucket: { burst: 20, perSecond: 0.2 },
  /**
   * Searches for the fob of one user name without a sign-in; searches at once; and the minimum response time of a
   * refusal.
   */
  findBucket: { burst: 6, perSecond: 0.02 },
  findsAtOnce: 4,
  findFloorMs: 1_000,
} as const;
