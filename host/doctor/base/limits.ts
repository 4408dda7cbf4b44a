/** The oldest Node that `engines` of package.json allows. */
export const NODE_VERSION_MIN = [20, 19] as const;
/** How long a system program may take to answer. */
export const PROGRAM_TIMEOUT_MS = 5_000;
/** Longest output read from a system program. */
export const PROGRAM_OUTPUT_BYTES_MAX = 65_536;
/** An earlier year means that the computer's clock was not set since it was switched on. */
export const YEAR_MIN = 2026;
