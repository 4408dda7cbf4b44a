import { randomInt } from 'node:crypto';

/** The agent's clock and chance, as arguments. */
export interface Time {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls once after so long. Returns what keeps it from doing so. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** From 0 up to, without, 1. */
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
