/** Times in µs, by USB 2.0 §7.1.7 and §9.2.6 or as Linux has them. */
export const LIMITS = {
  /** From VBUS or D+ going away to the port's notice: TDDIS. */
  disconnectUs: 2.5,
  /** How long the device has to be attached without a break: TATTDB. */
  debounceUs: 100_000,
  /** A reset by a root port: TDRSTR. */
  resetUs: 50_000,
  /** From a reset to the first request: TRSTRCY. */
  resetRecoveryUs: 10_000,
  /** From SET_ADDRESS to the first request at the new address. */
  addressRecoveryUs: 2_000,
  /** K for a resume: TDRSMDN. */
  resumeUs: 20_000,
  /** From a resume to the first transaction: TRSMRCY. */
  resumeRecoveryUs: 10_000,
  /** A control transfer that takes longer has failed. */
  controlUs: 5_000_000,
  /** From a failed enumeration to the next attempt; Linux tries for some two seconds. */
  attemptUs: 500_000,
  /** A pause of the operating system between two requests: at most. */
  thinkingUs: 500,
} as const;

/** Transactions without any answer after which an endpoint has failed (USB 2.0 §4.4). */
export const ERRORS_IN_A_ROW = 3;

/** Resets of the port after which the host gives a device up until it is plugged in anew. */
export const PORT_ATTEMPTS = 4;

/** Bytes of a configuration descriptor, with all that belongs to it, that the host reads. */
export const CONFIGURATION_BYTES = 4_096;

/** Bytes of writes that wait for the device; what is written beyond is lost. */
export const PENDING_BYTES = 1 << 20;
