import type { CalendarMoment } from './rtc-alarm.ts';

/**
 * The calendar's counters (RM0368 §17.3.1–17.3.2): cycles of the RTC's clock pass the asynchronous and the synchronous
 * prescaler and count seconds.
 */
export class RtcCounter {
  /** Seconds since 2000 at cycle `#anchor`, where a second began. */
  #seconds = 0;
  #anchor = 0;
  #asynchronous = 0x7f;
  #synchronous = 0xff;
  /** Cycles that count for one (RM0368 §17.3.11). */
  #rate = 1;

  /** Begins second `seconds` at `cycle`, with the prescalers of PRER. */
  start(cycle: number, seconds: number, prer: number): void {
    this.#anchor = cycle;
    this.#seconds = seconds;
    this.#asynchronous = (prer >> 16) & 0x7f;
    this.#synchronous = prer & 0x7fff;
  }

  /** PREDIV_S. */
  get subsecondStart(): number {
    return this.#synchronous;
  }

  /** Adds to the seconds. */
  add(seconds: number): void {
    this.#seconds = Math.max(0, this.#seconds + seconds);
  }

  /** Lets cycles count for `rate` each, from `cycle` on. */
  calibrate(cycle: number, rate: number): void {
    this.#anchor = cycle - ((cycle - this.#anchor) * this.#rate) / rate;
    this.#rate = rate;
  }

  at(cycle: number): CalendarMoment {
    // Before its start it shows the moment it begins with.
    const counted = Math.max(0, (cycle - this.#anchor) * this.#rate);
    const steps = Math.floor((counted + 1e-6) / (this.#asynchronous + 1));
    const seconds = Math.floor(steps / (this.#synchronous + 1));
    const step = steps - seconds * (this.#synchronous + 1);
    return { seconds: this.#seconds + seconds, subsecond: this.#synchronous - step };
  }

  /** Returns the cycle at which a moment begins. */
  cycleOf({ seconds, subsecond }: CalendarMoment): number {
    const steps = (seconds - this.#seconds) * (this.#synchronous + 1) + this.#synchronous - subsecond;
    return Math.ceil(this.#anchor + (steps * (this.#asynchronous + 1)) / this.#rate - 1e-6);
  }
}

const CALP = 1 << 15;
const CALM = 0x1ff;

/**
 * Returns the cycles that one counts for under CALR: CALM takes out up to 511 of 2^20, CALP puts in 512, which needs an
 * asynchronous prescaler of at least 3 (RM0368 §17.3.11).
 */
export function calibrationRate(calr: number, prer: number): number {
  const added = (calr & CALP) !== 0 && ((prer >> 16) & 0x7f) >= 3 ? 512 : 0;
  const removed = calr & CALM;
  return 1 + (added - removed) / (2 ** 20 + removed - added);
}
