import { REAL_JUMP_MS, REAL_SLEEP_MAX_MS } from './limits.ts';

export interface Due {
  readonly dueUs: number;
}
interface ScheduledEvent extends Due {
  readonly isOutside: boolean;
  readonly run: (dueUs: number) => void;
}

/**
 * Time outside the board, in microseconds since 1970, and the hardware's events in it (key bounce, watchdog). It
 * never goes back. Events with the same time run in the order in which they were scheduled.
 */
export class Scheduler {
  #nowUs: number;
  #entries: ScheduledEvent[] = [];

  constructor(startUs: number) {
    this.#nowUs = startUs;
  }

  get nowUs(): number {
    return this.#nowUs;
  }

  /** Lets work take time: no event runs meanwhile, and due events run late, as in an interpreter with one thread. */
  spend(us: number): void {
    this.#nowUs += us;
  }

  moveTo(us: number): void {
    if (us > this.#nowUs) this.#nowUs = us;
  }

  /**
   * @param run gets its time, before the present one where the board was busy
   * @param isOutside of the board, so that it comes without the board's power, too
   */
  at(dueUs: number, run: (dueUs: number) => void, isOutside = false): Due {
    const entry = { dueUs, run, isOutside };
    const later = this.#entries.findIndex(other => other.dueUs > dueUs);
    if (later < 0) this.#entries.push(entry);
    else this.#entries.splice(later, 0, entry);
    return entry;
  }

  cancel(due: Due | undefined): void {
    const at = due === undefined ? -1 : this.#entries.indexOf(due as ScheduledEvent);
    if (at >= 0) this.#entries.splice(at, 1);
  }

  /** Cancels everything that needs the power of the board. */
  cancelInside(): void {
    this.#entries = this.#entries.filter(({ isOutside }) => isOutside);
  }

  nextDueUs(): number {
    return this.#entries[0]?.dueUs ?? Number.POSITIVE_INFINITY;
  }

  /** Runs all events that are due by `untilUs`. True if any ran. */
  runDue(untilUs = this.#nowUs): boolean {
    let ran = false;
    for (let first = this.#entries[0]; first && first.dueUs <= untilUs; first = this.#entries[0]) {
      this.#entries.shift();
      first.run(first.dueUs);
      ran = true;
    }
    return ran;
  }
}

/** The source of progress in time: calls (`virtual`) or the computer's clock (`real`). */
export interface Pacing {
  /** Moves the scheduler to the computer's time. */
  follow(): void;
  /** Requests a wake-up at `dueUs`. */
  arm(dueUs: number): void;
  stop(): void;
}

/** The clocks and the timer of the computer on which the simulator runs. */
export interface ComputerTime {
  /** Milliseconds of a clock that never jumps, from any start. */
  monotonicMs(): number;
  /** Milliseconds since 1970. */
  epochMs(): number;
  /** Runs `action` once after a time. Does not keep the program alive. Returns a function that cancels it. */
  after(ms: number, action: () => void): () => void;
}

export const VIRTUAL_PACING: Pacing = { follow() {}, arm() {}, stop() {} };

/**
 * Follows the computer's monotonic clock, and its wall clock after a jump ahead (the computer slept; the RTC's battery
 * did not). Uses one timer, for the next due event, which does not keep the process alive.
 */
export function realPacing(scheduler: Scheduler, computer: ComputerTime, wake: () => void): Pacing {
  const startUs = scheduler.nowUs;
  const startWallMs = computer.epochMs();
  const startMs = computer.monotonicMs();
  let jumpMs = 0;
  let stop = () => {};
  const pacing: Pacing = {
    follow() {
      const elapsedMs = computer.monotonicMs() - startMs;
      const aheadMs = computer.epochMs() - startWallMs - elapsedMs;
      if (aheadMs - jumpMs > REAL_JUMP_MS) jumpMs = aheadMs;
      scheduler.moveTo(startUs + Math.floor((elapsedMs + jumpMs) * 1000));
    },
    arm(dueUs) {
      stop();
      if (!Number.isFinite(dueUs)) return;
      const waitMs = Math.ceil((dueUs - scheduler.nowUs) / 1000);
      stop = computer.after(Math.min(Math.max(waitMs, 0), REAL_SLEEP_MAX_MS), wake);
    },
    stop() {
      stop();
    },
  };
  return pacing;
}
