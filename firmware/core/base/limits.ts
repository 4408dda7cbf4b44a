/** Every bound of the firmware core. The wire's are in `protocol/limits.ts`. */

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
/** Record ids below this are the fob's own; owners choose account ids above. */
export const SYSTEM_IDS = 256;

/**
 * The partition of the first pages. Header B follows header A, recovery B recovery A. Page 25 is where an adapter may
 * find out how large its memory is. Records begin at page 26.
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
/** Slots beyond the accounts: one for changes. */
export const SLOTS_MAX = 101;
/** Sessions whose counters are reserved by one write, so that a relay that opens sessions does not wear a page. */
export const COUNTER_BLOCK = 16;
export const COUNTER_RING_PAGES = 4;
/** Numbers of the ring stay below this: they are four bytes in storage and on the wire. */
export const COUNTER_END = 4294967295;

/** Entries of the press journal: three bytes of an account's id, three of its counter. */
export const PRESS_ENTRY_BYTES = 6;
export const PRESS_ENTRIES = 3;
export const PRESS_MODULUS = 16777216;

/** Wrong PINs before a fob is wiped, where its owner has not said otherwise. */
export const ATTEMPTS_DEFAULT = 10;
export const SCREEN_SECONDS_DEFAULT = 30;

/** A clock is stale after 180 days, or when it may be off by more than this. */
export const STALE_SECONDS = 15552000;
export const STALE_ERROR_SECONDS = 30;
/**
 * A clock learns its trim from a synchronisation that lies so far back that three seconds, which rounding to whole ones
 * may make of nothing, are no more than `TRIMMED_PPM` of it; and that differs by two seconds or more.
 */
export const TRIM_AGE_SECONDS = 1500000;
export const TRIM_TENTHS_MAX = 2000;
/** Drift that is left to a clock whose trim was learned, in ppm. */
export const TRIMMED_PPM = 2;

/** Drift budget: 200 ppm of the time since the last synchronisation and five seconds. */
export const DRIFT_PPM = 200;
export const DRIFT_SECONDS = 5;

/** Bits of chance a pairing code needs, and what one edge of the button is counted for. */
export const POOL_BITS_NEEDED = 80;
export const POOL_BITS_PER_EDGE = 4;
export const POOL_BYTES = 32;
/** Numbers kept of keys before they are mixed in: two of each edge. */
export const POOL_EDGES = 32;

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

/** While a key is held that approves or erases, keys are looked at as often; what is longer between two looks is not held. */
export const LOOK_MS = 100;
export const LOOK_MS_MAX = 250;
/** How far the time of a poll may lie from the one that the person was shown, to a minute. */
export const ASK_CLOCK_SECONDS = 60;

/** Orders of the accounts in the person's list: one byte each, spread to this distance when there is no room between. */
export const ORDER_MAX = 255;
export const ORDER_GAP = 2;
