/** Limits of the batch. */

export const PLAN_BYTES_MAX = 16_777_216;
export const PLAN_ROWS_MAX = 10_000;
/** Mistakes of a plan that one error lists, for people and for programs. */
export const BAD_LINES_SHOWN_MAX = 20;
export const BAD_LINES_REPORTED_MAX = 1_000;
export const PLAN_COLUMNS_MAX = 64;
export const CELL_CHARS_MAX = 1_024;

/** Fobs provisioned at once: more would not be faster, because their answers wait for the processor. */
export const PARALLEL_MAX = 16;
/** How often the ports are checked for the next fob. */
export const INSERT_POLL_MS = 1_000;

/** A line with a pairing code: serial, code and anything that people put between. */
export const CODE_LINE_CHARS_MAX = 128;
/** How long to wait for a code from a file: as long as the fob shows it. */
export const CODE_WAIT_MS = 180_000;
/** The clock of a fob owned before is set if it differs by more than this: twice the rounding of a second. */
export const CLOCK_OFF_SECONDS = 2;

/** How long after the last fob a batch may be exported again, if its operator allowed that: default and limit. */
export const EXPORT_DAYS_DEFAULT = 7;
export const EXPORT_DAYS_MAX = 30;
export const DAY_MS = 86_400_000;
/** Codes that came before the question for them: far more than one tray has fobs. */
export const CODES_KEPT_MAX = 10_000;
