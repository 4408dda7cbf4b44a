import { TIMER_MAX_MS, TIMER_MIN_MS } from '../base/limits.ts';

export interface Timer {
  readonly id: number;
  /** System time in µs, which `setTime` does not move. */
  dueUs: number;
  intervalUs: number | undefined;
  readonly run: () => void;
  /** Made by a watch for its debounce: `clearTimeout()` without an id does not remove it. */
  readonly ofWatch: boolean;
}

/**
 * Timers like those of Espruino's idle loop: a list in the order of creation, checked against the system time of the
 * pass. An interval keeps its phase after a stall. If the system time falls back, all of them are that much later.
 */
export class Timers {
  readonly #nowUs: () => number;
  #list: Timer[] = [];
  #nextId = 1;
  #changed = false;

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  /** Adds a timer. A time under a tenth of a millisecond counts as that. Throws RangeError above a hundred years. */
  add(run: () => void, ms: number, repeating: boolean, ofWatch = false): Timer {
    const intervalUs = toUs(ms);
    const timer: Timer = {
      id: this.#nextId++,
      dueUs: this.#nowUs() + intervalUs,
      intervalUs: repeating ? intervalUs : undefined,
      run,
      ofWatch,
    };
    this.#list.push(timer);
    this.#changed = true;
    return timer;
  }

  /** Changes a timer. False if there is no such timer. */
  change(id: number, ms: number): boolean {
    const timer = this.#list.find(each => each.id === id);
    if (!timer) return false;
    timer.intervalUs = toUs(ms);
    timer.dueUs = this.#nowUs() + timer.intervalUs;
    this.#changed = true;
    return true;
  }

  clear(id: number): void {
    this.#list = this.#list.filter(timer => timer.id !== id);
    this.#changed = true;
  }

  clearAll(): void {
    this.#list = this.#list.filter(timer => timer.ofWatch);
    this.#changed = true;
  }

  /** Every timer, in the order of creation. */
  get all(): readonly Timer[] {
    return this.#list;
  }

  nextDueUs(): number {
    return this.#list.reduce((first, timer) => Math.min(first, timer.dueUs), Number.POSITIVE_INFINITY);
  }

  /** Runs the timers that are due at `nowUs`. True if any ran. */
  pass(nowUs: number): boolean {
    let ran = false;
    do {
      this.#changed = false;
      for (const timer of [...this.#list]) {
        if (this.#changed) break;
        if (timer.dueUs > nowUs) continue;
        ran = true;
        timer.run();
        if (timer.intervalUs === undefined) this.#list = this.#list.filter(each => each !== timer);
        else timer.dueUs += timer.intervalUs;
      }
    } while (this.#changed);
    return ran;
  }
}

function toUs(ms: number): number {
  if (ms > TIMER_MAX_MS) throw new RangeError('Interval is too long (>100 years)');
  return Math.round((Number.isNaN(ms) || ms < TIMER_MIN_MS ? TIMER_MIN_MS : ms) * 1000);
}
