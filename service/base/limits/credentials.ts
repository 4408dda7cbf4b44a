/** Limits of passwords and PINs. Units last in the name. */
export const credentialLimits = {
  /**
   * Passwords, in code points after NFKC (SP 800-63B §5.1.1.2, longer than it asks), and the field for typing them.
   */
  passwordMin: 12,
  passwordMax: 128,
  passwordFieldMax: 512,
  passwordDistinctMin: 5,
  /**
   * Argon2id (RFC 9106; OWASP's first choice for servers), and how many hashes may be computed at once and may wait.
   */
  slowHashMemoryKib: 19_456,
  slowHashPasses: 2,
  slowHashLanes: 1,
  slowHashSaltBytes: 16,
  slowHashBytes: 32,
  slowHashesAtOnce: 2,
  slowHashesWaiting: 64,
  /** How long a user may choose a PIN after using up a passcode for it. */
  pinProofMs: 5 * 60_000,
  pinProofMax: 64,
} as const;
