import type { RtcCounter } from './rtc-counter.ts';
import { RTC_CR } from './rtc-registers.ts';

/** When the timer is over: a cycle of the RTC's clock, or a second of the calendar. */
interface End {
  readonly unit: 'cycle' | 'second';
  readonly at: number;
}

/**
 * The periodic wake-up timer (RM0368 §17.3.4): `WUT + 1` periods of the RTC's clock divided by 16, 8, 4 or 2, or seconds
 * of the calendar, with WUCKSEL 11x 65,536 more of them.
 */
export class RtcWakeUp {
  #end: End | undefined;
  #length = 0;

  start(wuckselBits: number, wutr: number, cycle: number, seconds: number): void {
    const select = wuckselBits & RTC_CR.WUCKSEL;
    if (select < 4) {
      this.#length = (wutr + 1) * (16 >> select);
      this.#end = { unit: 'cycle', at: cycle + this.#length };
    } else {
      this.#length = wutr + 1 + (select >= 6 ? 0x1_0000 : 0);
      this.#end = { unit: 'second', at: seconds + this.#length };
    }
  }

  stop(): void {
    this.#end = undefined;
  }

  /** The calendar was set: what is left of the time stays. */
  shift(seconds: number): void {
    if (this.#end?.unit === 'second') this.#end = { unit: 'second', at: this.#end.at + seconds };
  }

  /** Returns the cycle at which the timer is over; infinite while it is off or waits for a stopped calendar. */
  endCycle(counter: RtcCounter, isCalendarStopped: boolean): number {
    if (this.#end === undefined || (this.#end.unit === 'second' && isCalendarStopped))
      return Number.POSITIVE_INFINITY;
    if (this.#end.unit === 'cycle') return this.#end.at;
    return counter.cycleOf({ seconds: this.#end.at, subsecond: counter.subsecondStart });
  }

  /** The timer was over and runs again. */
  repeat(): void {
    if (this.#end) this.#end = { unit: this.#end.unit, at: this.#end.at + this.#length };
  }
}
