/** Every bound of the batch. */

export const PLAN_BYTES_MAX = 16_777_216;
export const PLAN_ROWS_MAX = 10_000;
/** Lines of a plan that one error names. */
export const BAD_LINES_SHOWN_MAX = 20;
export const PLAN_COLUMNS_MAX = 64;
export const CELL_CHARS_MAX = 1_024;

/** Fobs at work at once: more would not be faster, and each waits for its turn of the processor to be answered. */
export const PARALLEL_MAX = 16;
/** How often ports are looked at for the next fob. */
export const INSERT_POLL_MS = 1_000;

/** A line of pairing codes: serial, code and what people put between. */
export const CODE_LINE_CHARS_MAX = 128;
/** How long a code is waited for that comes from a file: as long as the fob shows it. */
export const CODE_WAIT_MS = 180_000;
/** A fob that was owned before is given the time where it is off by more: what rounding may have made of a second, twice. */
export const CLOCK_OFF_SECONDS = 2;
