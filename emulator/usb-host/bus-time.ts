/** Full speed: bits a µs (USB 2.0 §7.1.11). */
const BITS_PER_US = 12;
/** Bytes of token, handshake, SYNC fields, ends of packet and turn-arounds of a transaction (USB 2.0 §5.11.3). */
const OVERHEAD = 13;
/** The same of a transaction that ends with NAK or STALL in place of data. */
const REFUSED = 8;

/** Returns how long a transaction with `bytes` of data occupies the bus, in µs; bit stuffing not counted. */
export function transactionUs(bytes: number): number {
  return ((OVERHEAD + bytes) * 8) / BITS_PER_US;
}

/** How long a refused transaction occupies the bus, in µs. */
export const REFUSED_US = (REFUSED * 8) / BITS_PER_US;
