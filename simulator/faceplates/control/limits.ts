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
 * A press in real time waits in steps. Of the time that the board ran in a step, at most `STALL_MS` count: the process may
 * have stalled in it, which the fob does not count either.
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

/** Records of the wire, of keys and of the memories that are kept for a view and for a file, and their bytes in all. */
export const MAX_TRACE_RECORDS = 4_000;
export const MAX_TRACE_BYTES = 1_024 * 1_024;

/** Lines of the wire that one event carries; more follow in the next. */
export const MAX_WIRE_ITEMS = 100;

/** Lines of the wire that wait for a slow reader. Older ones are left out and counted. */
export const MAX_WAITING_ITEMS = 500;

/** Characters of one line of the wire. */
export const MAX_WIRE_TEXT_CHARS = 2_000;

/** Lines of the wire within this time come in one event. */
export const WIRE_EVENT_MS = 50;

/** The inside is looked at this often, and sent if it changed. */
export const INSIDE_EVENT_MS = 500;

/** Entries of each list about the inside: timers, watches, violations, and writes to the memories. */
export const MAX_INSIDE_ENTRIES = 100;

/** Files of Storage in one answer. */
export const MAX_INSIDE_FILES = 400;

export const MAX_SUPPLY_MILLIVOLTS = 6_000;

export const MAX_CRYPTO_CALLS_AHEAD = 1_000_000;

/** Bytes of a file in one answer: a recording or a trace comes in parts. */
export const MAX_FILE_PART_BYTES = 24 * 1_024;

/** Characters of a recording in one request. */
export const MAX_REPLAY_PART_CHARS = 1_800;

/** Bytes of a fob's pairing key. */
export const PAIRING_KEY_BYTES = 32;
