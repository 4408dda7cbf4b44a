/** The clock of the interpreter: `getTime`, timers and watches count in it. True time is the scheduler's. */
export interface SystemClock {
  /** Returns the clock's time in µs at a true time in µs. */
  at(trueUs: number): number;
  /** Returns the first true time, `fromUs` or later, at which the clock shows `systemUs` or more. */
  when(systemUs: number, fromUs: number): number;
}

/** @param rate seconds on the clock per second of true time */
export function steadyClock(rate: number): SystemClock {
  return {
    at: trueUs => trueUs * rate,
    when(systemUs, fromUs) {
      let trueUs = systemUs / rate;
      while (trueUs * rate < systemUs) trueUs++;
      return Math.max(fromUs, trueUs);
    },
  };
}
