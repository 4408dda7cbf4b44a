/** Limits of the service's own encryption at rest and MACs. Units last in the name. */
export const encryptionLimits = {
  /**
   * Bytes of the length, an unsigned number, in front of each part of the data that encryption and MACs are bound to.
   */
  partLengthBytes: 4,
} as const;
