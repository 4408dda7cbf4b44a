/** The bounds of tokens, their passcodes and policies. Units last in the name. */
export const tokenLimits = {
  /** Shortest and longest decimal passcode (RFC 4226 §5.3; ten digits are left to OCRA). */
  digitsMin: 6,
  digitsMax: 8,
  /** Characters of a passcode in another alphabet, at least; and of a temporary code, which is the longest. */
  charactersMin: 5,
  passcodeMin: 5,
  passcodeMax: 10,
  temporaryCodeDigits: 10,
  /** Shortest shared secret (RFC 4226 §4, R6: 128 bits) and the longest one imported. */
  secretMinBytes: 16,
  secretMaxBytes: 128,
  /** Of the token that is evaluated where there is none. */
  decoySecretBytes: 32,
  issuerMaxBytes: 32,
  labelMaxBytes: 32,
  serialMax: 64,
  periodMinSeconds: 15,
  periodMaxSeconds: 300,
  periodDefaultSeconds: 30,
  digitsDefault: 6,
  /** HOTP look-ahead: counters from the expected one on (RFC 4226 §7.4, parameter s), as policies have it. */
  lookAheadMin: 1,
  lookAheadDefault: 10,
  lookAheadMax: 100,
  /** TOTP: one step before and one after the expected step (RFC 6238 §5.2). */
  totpSkewSteps: 1,
  /** A recorded drift never grows past this; beyond it the fob's clock must be set again (RFC 6238 §6). */
  driftMaxSteps: 10,
  /** Every token costs at least this many HMACs, and one that nobody has does, so that work tells nothing. */
  evaluationsMin: 3,
  /** The last counter that leaves room for the window below 2^53, where a JavaScript number stays exact. */
  counterMax: Number.MAX_SAFE_INTEGER - 16,
  tokensPerUserMax: 8,
  tokensListed: 100,
  /** How far ahead two consecutive passcodes are looked for (RFC 4226 §7.4), and how far around the time. */
  resyncCounters: 1_000,
  resyncAroundMs: 24 * 3_600_000,
  /**
   * How far beyond what is accepted a refused passcode is looked for, so that the one after it finds the fob again; and how long
   * that one is waited for.
   */
  offCounters: 100,
  offAroundMs: 30 * 60_000,
  offKeptMs: 10 * 60_000,
  /** Steps that are looked at before others have their turn. */
  resyncStepsAtOnce: 256,
  /** Tokens whose last accepted step is taken back from the future in one transaction. */
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
  /** Characters of a serial number made of what a token is, for tokens whose file names none. */
  madeSerialChars: 16,
  seedTextMax: 256,
} as const;
