/** Limits of questions and answers. */
export const challengeLimits = {
  /** Challenges (RFC 6287): how long a question is open, and how many wrong answers end it. */
  challengeMs: 60_000,
  challengeAttempts: 3,
  /** The identifier of the session that asks: long enough that a random one cannot be guessed. */
  challengeSessionMin: 16,
  challengeSessionMax: 256,
  challengeIdMax: 64,
  /** Shortest passcodes and questions of suites that the service checks: shorter ones could be guessed or repeat. */
  ocraDigitsMin: 6,
  ocraQuestionMin: 6,
  ocraQuestionBytes: 128,
  ocraSuiteMax: 64,
  /** The expected counter and the next nine: a fob advances its counter even if its answer is never sent. */
  ocraWindowCounters: 10,
  /** How far the fob's clock may be off, rounded up to whole steps; and the most steps. */
  ocraSkewMs: 30_000,
  ocraSkewStepsMax: 10,
} as const;
