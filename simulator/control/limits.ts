/** Every bound of the control protocol, and its times. */

/** A request longer than this is refused; the rest of its line is skipped. */
export const MAX_REQUEST_BYTES = 4_096;

/** Requests that one connection may have waiting behind a long press. */
export const MAX_WAITING_REQUESTS = 64;

export const MAX_ID_CHARS = 64;

/** How long a press lasts when nothing is said. */
export const SHORT_PRESS_MS = 100;

export const MAX_PRESS_MS = 60_000;

/** A press in real time is waited for in steps; of one in which the process stood still so much counts, as for the fob. */
export const PRESS_STEP_MS = 50;
export const STALL_MS = 250;

/** Follows a press, so that the fob's debounce is over when the press counts as done (as `Fob.press` does). */
export const SETTLE_MS = 50;

/** A hundred years: farther than any fob lives. */
export const MAX_ADVANCE_MS = 100 * 365.25 * 86_400_000;

export const MAX_OPERATIONS_AHEAD = 1_000_000;

/** Changes of the screen within this time are shown together. */
export const FRAME_MS = 20;

export const MAX_CONTROL_CLIENTS = 8;

/** What the console printed is answered up to this many characters, the last ones. */
export const MAX_CONSOLE_CHARS = 16_384;
