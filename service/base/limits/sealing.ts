/** The bounds of encryption at rest and MACs. Units last in the name. */
export const sealingLimits = {
  /** Sealing: AES-256-GCM with a 96-bit random nonce (SP 800-38D §8.2.2). */
  sealKeyBytes: 32,
  sealNonceBytes: 12,
  sealTagBytes: 16,
  /** The length in front of each part of what seals and MACs are bound to: an unsigned 32-bit number. */
  sealLengthBytes: 4,
  macKeyBytes: 32,
  keyIdBytes: 4,
  keyFileMaxBytes: 16_384,
} as const;
