/** Limits and times of the try page. */

/** Fobs on one page: each one is a worker with a boot of its own. */
export const FOBS_MAX = 4;

/** Bytes of the file by which a fob is born with randomness, instead of many presses. */
export const BIRTH_BYTES = 32;

/** How often a worker moves its fob's time on, and shows what changed. */
export const TICK_MS = 20;
/** Simulated time in one go: between two pieces the worker looks at its own clock. */
export const TIME_PIECE_MS = 60_000;
/** How long a worker may simulate before it looks for messages again. */
export const TIME_BUDGET_MS = 40;
/** A fob that is further behind than this is on a journey through time, and the page says so. */
export const BEHIND_MS = 2_000;
/** A key stays down for at least this long: the fob takes a shorter press for a bounce of its contact. */
export const SHORT_PRESS_MS = 80;

/** Digits of the passcodes, and seconds of a time step. */
export const DIGITS = 6;
export const PERIOD_SECONDS = 30;
/** Bytes of a new secret: as many as the hash has (RFC 4226 §4). */
export const SECRET_BYTES = 20;
export const PUSH_SECRET_BYTES = 32;
/** Steps of time before and after the present one that are accepted (RFC 6238 §5.2 recommends one). */
export const SKEW_STEPS = 1;
/** Counters from the expected one on that are accepted (RFC 4226 §7.4). */
export const LOOK_AHEAD = 10;
/** Counters before the last accepted one by which an old passcode is recognised, to say why it is refused. */
export const LOOK_BACK = 10;

/** Bytes of a request's id, and the numbers that a person compares. */
export const PUSH_ID_BYTES = 16;
export const NUMBERS = 100;

/** The part of the display below which a phone shows a small copy of it. */
export const COPY_BELOW = 0.9;

/** Rows that the view of the wire keeps, the newest. */
export const WIRE_ROWS_MAX = 200;
/** Results of the service that its log keeps, the newest. */
export const LOG_ROWS_MAX = 50;

/** Time between two updates of the clock on the page. */
export const CLOCK_SHOWN_MS = 250;

/** Most CSS pixels for one pixel of a display. */
export const SCALE_MAX = 3;

/** Compressed bytes of the whole page (gzip): about a second on a slow mobile line. */
export const PAGE_BYTES_MAX = 155_000;

/** Of a message from a worker: keys of a board, lines of a display, characters of one, pixels of a side, and bytes. */
export const KEYS_MAX = 8;
export const LINES_MAX = 64;
export const LINE_CHARS_MAX = 1_000;
export const SIDE_MAX = 256;
export const BYTES_MAX = 65_536;
