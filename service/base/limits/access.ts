/** Limits of operators, their links and their sessions. Units last in the name. */
export const accessLimits = {
  /** Random part of an API key, an operator link and an operator session. */
  bearerBytes: 32,
  operatorLinkMs: 12 * 3_600_000,
  operatorSessionMs: 12 * 3_600_000,
  /**
   * Operators and their sessions: the longest idle time, how often use is stored, how recent a proof of identity must
   * be.
   */
  operatorsMax: 500,
  sessionIdleMs: 30 * 60_000,
  seenAgainMs: 60_000,
  sessionsPerOperatorKept: 8,
  reauthenticationMs: 5 * 60_000,
  /**
   * A session of a one-time link cannot prove an identity again: it counts as fresh for as long as a set-up takes.
   */
  linkFreshMs: 30 * 60_000,
} as const;
