/** The bounds of the users' own page; a part of `limits`. */
export const meLimits = {
  /** How long the page stays open. */
  userSessionMs: 30 * 60_000,
  userSessionsKept: 4,
  /** What a user calls a fob, in UTF-16 units. */
  nicknameMax: 32,
  /** Sign-ins, tests and other acts of one user, from whatever address. */
  userActBucket: { burst: 20, perSecond: 0.2 },
} as const;
