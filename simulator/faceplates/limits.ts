/** Every bound and duration of the faceplates. */

/**
 * Duration of the terminal's hold key, since a terminal does not report the end of a key press. A little longer than
 * the required second.
 */
export const HOLD_MS = 1_200;

/**
 * Columns and rows that a terminal needs beyond the display drawn in it: the frame at its sides, frame and texts
 * below.
 */
export const TERMINAL_MARGIN_COLUMNS = 2;
export const TERMINAL_MARGIN_ROWS = 5;
/** The frame above and below the display. */
export const FRAME_ROWS = 2;

/** Keys of the terminal that may wait behind a press. */
export const MAX_WAITING_KEYS = 8;

/** The page's messages are requests of the control protocol, one each. */
export const MAX_PAGE_MESSAGE_BYTES = 4_096;

/** Random bytes in the address of the page. */
export const WEB_KEY_BYTES = 32;

/** Pages that may be open on one fob. */
export const MAX_PAGES = 16;

/** A page with more unsent bytes than this gets no new screen until it has caught up. */
export const MAX_PAGE_UNSENT_BYTES = 64 * 1_024;
/** Time between two looks at whether a slow page has caught up. */
export const PAGE_DRAIN_MS = 50;

export const MAX_URL_CHARS = 2_048;

/** A number that falls by no more than this is a countdown, which the fob refreshes at least this often. */
export const COUNTDOWN_STEP = 3;

/** CSS pixels that the page uses at most for one pixel of the display. */
export const MAX_PAGE_SCALE = 3;

/** The page reconnects after this time, then after twice as long each time, up to the maximum. */
export const PAGE_RECONNECT_MS = 500;
export const MAX_PAGE_RECONNECT_MS = 8_000;

/** Lines of the wire on the page; older ones are in the trace that can be saved. */
export const MAX_SHOWN_LINES = 500;

/** Rows of the lists about the memories: pages of Storage with something in them, files, latest writes. */
export const MAX_SHOWN_PAGES = 64;
export const MAX_SHOWN_FILES = 64;
export const MAX_SHOWN_WRITES = 12;

/** Pages of the EEPROM that are named as the most written ones. */
export const MAX_NAMED_PAGES = 5;

/** Recordings that the page reads, in bytes. */
export const MAX_LOADED_BYTES = 16 * 1_024 * 1_024;

/** Characters of a plan of faults. */
export const MAX_PLAN_CHARS = 2_000;
