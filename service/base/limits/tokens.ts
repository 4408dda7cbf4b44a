/** Limits of tokens, their passcodes and policies. Units last in the name. */
export const tokenLimits = {
  /** Shortest and longest decimal passcode (RFC 4226 §5.3; ten digits are left to OCRA). */
  digitsMin: 6,
  digitsMax: 8,
  /** Shortest passcode in another alphabet; and the length of a temporary code, which is the longest passcode. */
  charactersMin: 5,
  passcodeMin: 5,
  passcodeMax: 10,
  temporaryCodeDigits: 10,
  /** Shortest shared secret (RFC 4226 §4, R6: 128 bits) and the longest one imported. */
  secretMinBytes: 16,
  secretMaxBytes: 128,
  /** The secret of the dummy evaluation. */
  decoySecretBytes: 32,
  issuerMaxBytes: 32,
  labelMaxBytes: 32,
  serialMax: 64,
  periodMinSeconds: 10,
  periodMaxSeconds: 300,
  periodDefaultSeconds: 30,
  digitsDefault: 6,
  /** HOTP look-ahead in policies: counters from the expected one on (RFC 4226 §7.4, parameter s). */
  lookAheadMin: 1,
  lookAheadDefault: 10,
  lookAheadMax: 100,
  /** TOTP: one step before and one after the expected step (RFC 6238 §5.2). */
  totpSkewSteps: 1,
  /** The largest stored drift; beyond it the fob's clock must be set again (RFC 6238 §6). */
  driftMaxSteps: 10,
  /** Every check computes at least this many HMACs, even if no token exists, so that its duration reveals nothing. */
  evaluationsMin: 3,
  /** The last counter that leaves room for the window below 2^53, where a JavaScript number stays exact. */
  counterMax: Number.MAX_SAFE_INTEGER - 16,
  tokensPerUserMax: 8,
  tokensListed: 100,
  /**
   * How far ahead resynchronisation searches for two consecutive passcodes (RFC 4226 §7.4), and how far around the
   * time.
   */
  resyncCounters: 1_000,
  resyncAroundMs: 24 * 3_600_000,
  /**
   * How far beyond the window a refused passcode is searched for, so that the next one resynchronises the fob; and
   * how long the service waits for that one.
   */
  offCounters: 100,
  offAroundMs: 30 * 60_000,
  offKeptMs: 10 * 60_000,
  /** Steps that are checked before other work has its turn. */
  resyncStepsAtOnce: 256,
  /** Tokens per transaction whose last accepted step is moved back from the future. */
  stepsRepairedAtOnce: 500,
  temporaryCodeMs: 8 * 3_600_000,
  temporaryCodeMinMs: 60_000,
  temporaryCodeMaxMs: 24 * 3_600_000,
  policyNameMax: 64,
  policiesMax: 1_000,
  boardMax: 16,
  firmwareMax: 16,
  clockErrorMaxMs: 10 * 365 * 24 * 3_600_000,
  driftPpmMax: 100_000,
  /** Characters of a serial number derived from a token's data, for tokens whose file names none. */
  madeSerialChars: 16,
  seedTextMax: 256,
} as const;
