import { type Alarm, type BoardTime, TICKS_PER_SECOND, TICKS_PER_US } from '../base/timeline.ts';
import type { Clocks } from './clocks.ts';

interface Wait {
  readonly run: () => void;
  readonly due: number;
  readonly alarm: Alarm;
}

/** Counts bits on the wires. It keeps its count while the clock of the peripheral stands still. */
export class BitTimer {
  readonly #time: BoardTime;
  readonly #clocks: Clocks;
  readonly #cyclesPerBit: () => number;
  #wait: Wait | undefined;
  /** Of the present wait; 0 while PCLK1 stands still. */
  #ticksPerBit = 0;
  #stopped: { readonly bits: number; readonly run: () => void } | undefined;

  /** @param cyclesPerBit of PCLK1 */
  constructor(time: BoardTime, clocks: Clocks, cyclesPerBit: () => number) {
    this.#time = time;
    this.#clocks = clocks;
    this.#cyclesPerBit = cyclesPerBit;
    clocks.onChange(() => this.#changeClock());
  }

  /** Calls `run` after some bits, in place of what was waited for. @param lateUs microseconds that come on top */
  after(bits: number, run: () => void, lateUs = 0): void {
    this.cancel();
    this.#arm(bits, run, lateUs * TICKS_PER_US);
  }

  cancel(): void {
    this.#time.cancel(this.#wait?.alarm);
    this.#wait = undefined;
    this.#stopped = undefined;
  }

  #arm(bits: number, run: () => void, lateTicks: number): void {
    const { pclk1 } = this.#clocks;
    if (pclk1 === 0) {
      this.#stopped = { bits, run };
      return;
    }
    this.#ticksPerBit = (this.#cyclesPerBit() * TICKS_PER_SECOND) / pclk1;
    const due = this.#time.now + bits * this.#ticksPerBit + lateTicks;
    const alarm = this.#time.at(due, () => {
      this.#wait = undefined;
      run();
    });
    this.#wait = { run, due, alarm };
  }

  #changeClock(): void {
    const wait = this.#wait;
    const left = wait
      ? { bits: (wait.due - this.#time.now) / this.#ticksPerBit, run: wait.run }
      : this.#stopped;
    if (!left) return;
    this.cancel();
    this.#arm(left.bits, left.run, 0);
  }
}
