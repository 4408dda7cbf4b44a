import { type BoardTime, TICKS_PER_SECOND } from '../base/timeline.ts';

/** Part of a cycle that may be missing where moments and frequencies do not divide evenly. */
const ROUNDING = 0.01;

/** Counts the cycles of a clock whose frequency may change, without an event per cycle. */
export class ClockCount {
  readonly #time: BoardTime;
  #hz = 0;
  /** Cycles at the moment `#since`, with the fraction of the one begun. */
  #base = 0;
  #since: number;

  constructor(time: BoardTime) {
    this.#time = time;
    this.#since = time.now;
  }

  /** Of the clock, in Hz; 0 while it stands still. */
  get hz(): number {
    return this.#hz;
  }

  /** From now on. The cycles so far stay. */
  set hz(hz: number) {
    if (hz === this.#hz) return;
    this.#base = this.#exactAt(this.#time.now);
    this.#since = this.#time.now;
    this.#hz = hz;
  }

  /** Cycles completed so far. */
  get cycles(): number {
    return this.#cyclesAt(this.#time.now);
  }

  #exactAt(ticks: number): number {
    return this.#base + ((ticks - this.#since) * this.#hz) / TICKS_PER_SECOND;
  }

  #cyclesAt(ticks: number): number {
    return Math.floor(this.#exactAt(ticks) + ROUNDING);
  }

  /** Returns the moment in ticks at which `cycles` are completed; infinite while the clock stands still. */
  due(cycles: number): number {
    if (this.#hz === 0) return Number.POSITIVE_INFINITY;
    const due = this.#since + ((cycles - this.#base) * TICKS_PER_SECOND) / this.#hz;
    // Where the number's precision cut it short, one step of that later: an alarm must not come before its cycle.
    return this.#cyclesAt(due) >= cycles ? due : due * (1 + Number.EPSILON);
  }
}
