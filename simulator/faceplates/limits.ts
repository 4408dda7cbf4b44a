/** Every bound of the faces, and their times. */

/** The terminal tells no end of a key press: this is what its hold key does. A little over the second asked for. */
export const HOLD_MS = 1_200;

/** Least size of a terminal, beside the screen drawn in it: the frame at its sides, frame and texts below. */
export const TERMINAL_MARGIN_COLUMNS = 2;
export const TERMINAL_MARGIN_ROWS = 5;

/** Keys of the terminal that may wait behind a press. */
export const MAX_WAITING_KEYS = 8;

/** The page's messages are requests of the control protocol, one each. */
export const MAX_PAGE_MESSAGE_BYTES = 4_096;

/** Of the key in an address of the page. */
export const WEB_KEY_BYTES = 32;

/** Pages that may be open on one fob. */
export const MAX_PAGES = 16;

/** A page with more unsent bytes than this gets no new screen until it has caught up. */
export const MAX_PAGE_UNSENT_BYTES = 64 * 1_024;

export const MAX_URL_CHARS = 2_048;

/** A countdown is refreshed at least this often: a number that fell by no more than this is one. */
export const COUNTDOWN_STEP = 3;

/** The page draws each pixel of the display with at most so many of its own (in CSS pixels). */
export const MAX_PAGE_SCALE = 3;

/** The page tries to reach the simulator again after this, then after twice as long, up to the most. */
export const PAGE_RECONNECT_MS = 500;
export const MAX_PAGE_RECONNECT_MS = 8_000;
