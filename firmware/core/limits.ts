/** Every bound of the firmware core. The wire's are in `protocol/limits.ts`. */

/** A data key seals every record; 128 bits, for AES-128-CCM. */
export const DATA_KEY_BYTES = 16;
/** Bytes of the synthetic nonce in a vault header, which has to fit one page. */
export const WRAP_NONCE_BYTES = 6;
/** Bytes of a synthetic nonce that are stored; the other five of CCM's 13 are zero. */
export const RECORD_NONCE_BYTES = 8;
export const RECORD_TAG_BYTES = 8;
/** Magic, order, id, length, nonce. */
export const RECORD_HEADER_BYTES = 15;
/** A HOTP counter in a record: 2^53 - 1 fits 7 bytes. */
export const RECORD_COUNTER_BYTES = 7;
/** Record ids below this are the fob's own; owners choose account ids above. */
export const SYSTEM_IDS = 256;

/** Pages before the records: two vault headers of two pages, intent, counter ring; the rest is for later parts. */
export const SYSTEM_PAGES = 26;
/** Sessions whose counters are reserved by one write, so that a relay that opens sessions does not wear a page. */
export const COUNTER_BLOCK = 16;
export const COUNTER_RING_PAGES = 4;
/** Numbers of the ring stay below this: they are four bytes in storage and on the wire. */
export const COUNTER_END = 4294967295;

/** Drift budget: 200 ppm of the time since the last synchronisation and five seconds. */
export const DRIFT_PPM = 200;
export const DRIFT_SECONDS = 5;

/** Bits of chance a pairing code needs, and what one edge of the button is counted for. */
export const POOL_BITS_NEEDED = 80;
export const POOL_BITS_PER_EDGE = 4;
export const POOL_BYTES = 32;

/** A key held this long is a hold. */
export const HOLD_MS = 600;
/** Holding to approve, and to erase a fob that lost its keys. */
export const APPROVE_HOLD_MS = 1000;
export const ERASE_HOLD_MS = 10000;
/** The display goes off after this long without a key. */
export const SLEEP_MS = 30000;
/** A passcode stays on the screen this long. */
export const CODE_MS = 60000;
export const MESSAGE_MS = 5000;
/** How often a screen with a running time looks at the clock. */
export const REFRESH_MS = 200;
