/** The oldest Node that `engines` of package.json allows. */
export const NODE_VERSION_MIN = [20, 19] as const;
/** How long a program of the system may take to say how it is. */
export const PROGRAM_TIMEOUT_MS = 5_000;
/** Longest output of one that is read. */
export const PROGRAM_OUTPUT_BYTES_MAX = 65_536;
/** A computer that says an earlier year has not been told the time since it was switched on. */
export const YEAR_MIN = 2026;
