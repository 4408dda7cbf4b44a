/**
 * How long a test waits for a thing that comes, which on a busy machine is long. Less than the limit of a test, so that the
 * failure names the thing.
 */
export const PATIENCE_MS = 100_000;

/** The limit of a test or a hook: for what hangs, because how long something takes is seldom what is tested. */
export const TEST_LIMIT_MS = 900_000;
