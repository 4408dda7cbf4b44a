import { randomInt } from 'node:crypto';

/** The agent's clock and randomness, passed as arguments. */
export interface Time {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back once after this time. Returns a function that cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** A random number from 0 (included) to 1 (excluded). */
  readonly chance: () => number;
}

const PARTS = 2 ** 32;

export const systemTime: Time = {
  now: Date.now,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  chance: () => randomInt(PARTS) / PARTS,
};
