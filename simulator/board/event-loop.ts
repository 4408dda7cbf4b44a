import { COMPUTER } from '../base/computer.ts';
import { BUSY_MIN_US, IMMEDIATE_WORK_US, MAX_IDLE_PASSES, TIMER_MIN_MS } from '../base/limits.ts';
import { type Pacing, realPacing, type Scheduler, VIRTUAL_PACING } from '../base/time.ts';
import type { Listeners } from './listeners.ts';
import type { Microcontroller } from './microcontroller.ts';

interface LoopParts {
  readonly scheduler: Scheduler;
  readonly microcontroller: Microcontroller;
  readonly listeners: Listeners;
}

/**
 * The time of a board, which its calls advance or the computer's clock. All work of the image runs in here, one event at a
 * time; calls from listeners outside wait for their turn.
 */
export class EventLoop {
  readonly #parts: LoopParts;
  readonly #clock: 'virtual' | 'real';
  readonly #pacing: Pacing;
  #isRunning = false;
  /**
   * Where virtual time was advanced to. Work of the board may have taken longer: a key then moves in the middle of it, at
   * this time. Infinite once something else came from outside.
   */
  #advancedUs = Number.POSITIVE_INFINITY;
  /** When a key went down in the middle of work: the next advance, the length of the press, goes on from there. */
  #pressedUs: number | undefined;

  constructor(parts: LoopParts, clock: 'virtual' | 'real') {
    this.#parts = parts;
    this.#clock = clock;
    this.#pacing =
      clock === 'real' ? realPacing(parts.scheduler, COMPUTER, () => this.react()) : VIRTUAL_PACING;
  }

  /** Moves to the computer's time, where the clock is real. Called before anything comes from outside. */
  follow(): void {
    this.#pacing.follow();
  }

  stop(): void {
    this.#pacing.stop();
  }

  /** Runs due events, and the timers without delay that they start. Called after something came from outside. */
  react(): void {
    const { scheduler } = this.#parts;
    this.#pacing.follow();
    this.#advancedUs = Number.POSITIVE_INFINITY;
    this.#pressedUs = undefined;
    const horizonUs = scheduler.nowUs + IMMEDIATE_WORK_US;
    const virtual = this.#clock === 'virtual';
    this.#run(dueUs => {
      if (dueUs <= scheduler.nowUs) return scheduler.nowUs < horizonUs;
      return virtual && dueUs <= scheduler.nowUs + TIMER_MIN_MS * 1000 && scheduler.nowUs < horizonUs;
    });
  }

  /** Runs a change from outside and its consequences. */
  change(work: () => void): void {
    this.#pacing.follow();
    work();
    this.react();
  }

  /** Runs work of the board that no event interrupts. */
  alone(work: () => void): void {
    const nested = this.#isRunning;
    this.#isRunning = true;
    try {
      work();
    } finally {
      this.#isRunning = nested;
    }
  }

  /** Virtual clock only. */
  advance(ms: number): void {
    if (this.#clock === 'real') throw new Error('a real clock moves by itself');
    if (!(ms >= 0)) throw new Error('time moves forward only');
    if (this.#isRunning) throw new Error('time cannot be advanced from within a listener');
    const { scheduler } = this.#parts;
    const targetUs = (this.#pressedUs ?? scheduler.nowUs) + Math.round(ms * 1000);
    this.#pressedUs = undefined;
    this.#advancedUs = targetUs;
    if (targetUs < scheduler.nowUs) scheduler.runDue(targetUs);
    this.#run(dueUs => dueUs <= targetUs);
    scheduler.moveTo(targetUs);
  }

  /** A time in the middle of work, where time was advanced to; undefined while the board is not busy. */
  get busyAtUs(): number | undefined {
    // Less than a millisecond is the work of any pass.
    return this.#advancedUs < this.#parts.scheduler.nowUs - BUSY_MIN_US ? this.#advancedUs : undefined;
  }

  /** The next advance goes on from this time. */
  goOnFrom(us: number): void {
    this.#pressedUs = us;
  }

  #nextDueUs(): number {
    const { scheduler, microcontroller } = this.#parts;
    return Math.min(scheduler.nextDueUs(), microcontroller.nextDueUs());
  }

  /** Runs events in order while `wanted` accepts the next one. */
  #run(wanted: (dueUs: number) => boolean): void {
    if (this.#isRunning) return;
    const { scheduler, microcontroller, listeners } = this.#parts;
    this.#isRunning = true;
    try {
      let passes = 0;
      listeners.flush();
      for (let dueUs = this.#nextDueUs(); wanted(dueUs); dueUs = this.#nextDueUs()) {
        passes = dueUs > scheduler.nowUs ? 0 : passes + 1;
        if (passes > MAX_IDLE_PASSES) throw new Error('the image never comes to rest');
        scheduler.moveTo(dueUs);
        scheduler.runDue();
        microcontroller.pass();
        microcontroller.fallAsleep();
        listeners.flush();
        this.#pacing.follow();
      }
    } finally {
      this.#isRunning = false;
      microcontroller.fallAsleep();
      this.#pacing.arm(this.#nextDueUs());
    }
  }
}
