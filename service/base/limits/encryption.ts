/** The bounds of encryption at rest and MACs that are the service's own. Units last in the name. */
export const encryptionLimits = {
  /** The length in front of each part of what seals and MACs are bound to: an unsigned 32-bit number. */
  partLengthBytes: 4,
  /** How long a lock of the key file counts that a crash left behind. */
  keyFileLockMs: 60_000,
} as const;
