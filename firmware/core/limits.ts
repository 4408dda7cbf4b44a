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
/** Holding to approve, and to erase. */
export const APPROVE_HOLD_MS = 1000;
export const ERASE_HOLD_MS = 10000;
/** From the third press within this time of the one before, a press goes on by five in a list of more. */
export const JUMP_MS = 350;
export const JUMP_PLACES = 5;
/** A passcode stays on the screen this long. */
export const CODE_MS = 60000;
/** A HOTP value is not followed by another within this time: one press is one value. */
export const HOTP_GUARD_MS = 700;
/** The next passcode is shown so long by a hold, and when so few seconds are left. */
export const PEEK_MS = 5000;
export const NEXT_SECONDS = 5;
export const MESSAGE_MS = 5000;
/** Seconds until the display goes off: as many, or twice, four or eight times as many. */
export const SCREEN_SECONDS_MIN = 15;
export const SCREEN_SECONDS_MAX = 120;
/** How often a screen with a running time is looked at: the clock counts whole seconds. */
export const REFRESH_MS = 1000;
/** A deadline when nothing is due, inside the person and outside. */
export const FAR = 1e15;
export const NEVER = -1;
/** From this percentage the list says that the battery is low. */
export const BATTERY_LOW = 15;

/** Typing: the computer settles first, then a key goes down or up at each step, and is offered so long. */
export const TYPING_SETTLE_MS = 500;
export const TYPING_STEP_MS = 20;
export const TYPING_PATIENCE_MS = 1000;
