import type { ComputerTime } from './time.ts';

/** The needs of a simulated board from the computer that it runs on. */
interface Computer extends ComputerTime {
  /** Returns bytes that nobody can predict. */
  random(count: number): Uint8Array;
}

/** These functions as they were when this module was loaded: before an image may run, a page's worker removes them. */
const { setTimeout: start, clearTimeout: stop, crypto, performance } = globalThis;

/** The clocks and the randomness of this computer: Node and browsers have the same functions for them. */
export const COMPUTER: Computer = {
  random: count => crypto.getRandomValues(new Uint8Array(count)),
  monotonicMs: () => performance.now(),
  epochMs: () => Date.now(),
  after(ms, action) {
    const timer = start(action, ms);
    // In a browser it is a number, and keeps nothing alive.
    timer.unref?.();
    return () => stop(timer);
  },
};
