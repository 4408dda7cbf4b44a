/** The bounds of questions and answers. */
export const challengeLimits = {
  /** Challenges (RFC 6287): how long a question is open, and how many wrong answers end it. */
  challengeMs: 60_000,
  challengeAttempts: 3,
  /** What the asking session is known by: long enough not to be guessed where it is chosen by chance. */
  challengeSessionMin: 16,
  challengeSessionMax: 256,
  challengeIdMax: 64,
  /** Suites that are checked: shorter passcodes and questions than these could be guessed or come again. */
  ocraDigitsMin: 6,
  ocraQuestionMin: 6,
  ocraQuestionBytes: 128,
  ocraSuiteMax: 64,
  /** A fob that answered without its answer being sent has counted on: the expected counter and the next nine. */
  ocraWindowCounters: 10,
  /** How far the fob's clock may be off, in steps of at least this time, at least one and at most so many. */
  ocraSkewMs: 30_000,
  ocraSkewStepsMax: 10,
} as const;
