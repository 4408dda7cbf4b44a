/** Every bound of the firmware core. The bounds of the wire are in `protocol/limits.ts`. */

/** Readings of bytes that no MAC proves, until two in a row are the same. */
export const READS_MAX = 4;

/** A data key seals every record; 128 bits, for AES-128-CCM. */
export const DATA_KEY_BYTES = 16;
/** A vault header fits one page; its synthetic nonce ends here. */
export const HEADER_BYTES = 32;
export const HEADER_NONCE_END = 8;
/** A journal's page: number, content, MAC. */
export const JOURNAL_CONTENT_BYTES = 20;
export const JOURNAL_MAC_BYTES = 8;
/** Bytes of a synthetic nonce. The rest of the initialisation vector is zero. */
export const RECORD_NONCE_BYTES = 8;
/** Magic, order, id, length, nonce. */
export const RECORD_HEADER_BYTES = 15;
/** Record ids below this belong to the fob; owners choose account ids above. */
export const SYSTEM_IDS = 256;

/**
 * Layout of the first pages. Header B follows header A, recovery B recovery A. An adapter may use page 25 to find out
 * how large its memory is. Records begin at page 26.
 */
export const HEADER_PAGE = 0;
export const INTENT_PAGE = 2;
export const RING_PAGE = 3;
export const RECOVERY_PAGE = 7;
export const STATE_PAGE = 9;
export const STATE_PAGES = 4;
export const CLOCK_PAGE = 13;
export const ATTEMPTS_PAGE = 15;
export const PRESSES_PAGE = 17;
export const PRESSES_PAGES = 8;
export const SYSTEM_PAGES = 26;
/** The slots of all accounts and one more for changes. */
export const SLOTS_MAX = 101;
/** Sessions whose counters one write reserves, so that a relay that opens sessions does not wear out a page. */
export const COUNTER_BLOCK = 16;
export const COUNTER_RING_PAGES = 4;
/** Numbers of the ring stay below this, since they have four bytes in storage and on the wire. */
export const COUNTER_END = 4294967295;

/** Entries of the press journal: three bytes of an account's id, three of its counter. */
export const PRESS_ENTRY_BYTES = 6;
export const PRESS_ENTRIES = 3;
export const PRESS_MODULUS = 16777216;

/** Wrong PINs before a fob is wiped, unless its owner has set another number. */
export const ATTEMPTS_DEFAULT = 10;
export const SCREEN_SECONDS_DEFAULT = 30;

/** A clock is stale after 180 days, or when its error may exceed this. */
export const STALE_SECONDS = 15552000;
export const STALE_ERROR_SECONDS = 30;
/**
 * A clock learns its trim from a synchronisation only if the last one is so long ago that three seconds of rounding
 * error are no more than `TRIMMED_PPM` of that time, and only if the step is two seconds or more.
 */
export const TRIM_AGE_SECONDS = 1500000;
export const TRIM_TENTHS_MAX = 2000;
/** Assumed drift of a clock with a learned trim, in ppm. */
export const TRIMMED_PPM = 2;

/** Drift budget: 200 ppm of the time since the last synchronisation, and five seconds. */
export const DRIFT_PPM = 200;
export const DRIFT_SECONDS = 5;

/** Bits of randomness that a pairing code needs, and bits credited for one edge of the button. */
export const POOL_BITS_NEEDED = 80;
export const POOL_BITS_PER_EDGE = 4;
export const POOL_BYTES = 32;
/** Numbers from keys kept before they are mixed in: two for each edge. */
export const POOL_EDGES = 32;

/** A key down for this long is a hold. */
export const HOLD_MS = 600;
/** Duration of a hold that approves, and of one that erases. */
export const APPROVE_HOLD_MS = 1000;
export const ERASE_HOLD_MS = 10000;
/**
 * From the third press on, each within this time of the last, a press moves by five places in a list that is longer.
 */
export const JUMP_MS = 350;
export const JUMP_PLACES = 5;
/** Time for which a passcode stays on the screen. */
export const CODE_MS = 60000;
/** Time after a HOTP value in which no other follows, so that one press is one value. */
export const HOTP_GUARD_MS = 700;
/** Time for which a hold shows the next passcode, and the remaining seconds at which it appears by itself. */
export const PEEK_MS = 5000;
export const NEXT_SECONDS = 5;
export const MESSAGE_MS = 5000;
/** Seconds until the display goes off. The person can choose this, or two, four or eight times this. */
export const SCREEN_SECONDS_MIN = 15;
export const SCREEN_SECONDS_MAX = 120;
/** Refresh interval of a screen with a running time, since the clock counts whole seconds. */
export const REFRESH_MS = 1000;
/** Values of a deadline when nothing is due: inside the person, and outside. */
export const FAR = 1e15;
export const NEVER = -1;
/** Percentage from which the list shows a low battery. */
export const BATTERY_LOW = 15;

/**
 * Typing: wait until the computer is ready, time for a key to go down or up, and time for which a report is offered.
 */
export const TYPING_SETTLE_MS = 500;
export const TYPING_STEP_MS = 20;
export const TYPING_PATIENCE_MS = 1000;

/**
 * Interval at which keys are checked while a hold approves or erases. A longer gap between two checks does not count
 * as held.
 */
export const LOOK_MS = 100;
export const LOOK_MS_MAX = 250;
/** Largest difference between the time of a poll and the time shown to the person, which is shown to a minute. */
export const ASK_CLOCK_SECONDS = 60;

/** Characters of the longest hexadecimal question that a person is asked to enter with one button. */
export const TYPED_HEX_MAX = 20;

/**
 * Orders of the accounts in the person's list: one byte each, spread to this distance when no value is left between
 * two. `ORDER_LAST` keeps an account for approvals behind all others.
 */
export const ORDER_LAST = 255;
export const ORDER_MAX = 254;
export const ORDER_GAP = 2;
