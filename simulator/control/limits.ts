/** Every bound and duration of the control protocol. */

/** Longer requests are refused; the rest of the line is skipped. */
export const MAX_REQUEST_BYTES = 4_096;

/** Requests of one connection that may wait behind a long press. */
export const MAX_WAITING_REQUESTS = 64;

export const MAX_ID_CHARS = 64;

/** Default duration of a press. */
export const SHORT_PRESS_MS = 100;

export const MAX_PRESS_MS = 60_000;

/**
 * A press in real time waits in steps. If the process stalls in a step, at most `STALL_MS` of it count, as for the
 * fob.
 */
export const PRESS_STEP_MS = 50;
export const STALL_MS = 250;

/** Wait after a press, so that the fob's debounce is over when the press counts as done (as in `Fob.press`). */
export const SETTLE_MS = 50;

/** A hundred years: longer than the life of any fob. */
export const MAX_ADVANCE_MS = 100 * 365.25 * 86_400_000;

export const MAX_OPERATIONS_AHEAD = 1_000_000;

/** Changes of the screen within this time are shown together. */
export const FRAME_MS = 20;

export const MAX_CONTROL_CLIENTS = 8;

/** Answers carry at most this many characters of console output, the last ones. */
export const MAX_CONSOLE_CHARS = 16_384;
