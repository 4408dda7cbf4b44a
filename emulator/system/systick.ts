import type { Peripheral } from '../base/peripheral.ts';
import { type Alarm, type BoardTime, TICKS_PER_SECOND } from '../base/timeline.ts';
import { SYS_TICK } from '../core/exception-numbers.ts';
import type { ExceptionState } from './exception-state.ts';
import type { ProcessorClock } from './processor-clock.ts';

/** Offsets from 0xE000E000 (ARMv7-M ARM B3.3.2). */
const CTRL = 0x10;
const LOAD = 0x14;
const VAL = 0x18;
const CALIB = 0x1c;

const ENABLE = 1 << 0;
const TICKINT = 1 << 1;
const CLKSOURCE = 1 << 2;
const COUNTFLAG = 1 << 16;
const COUNTER_BITS = 0xffffff;
/** 1 ms of HCLK/8 at 84 MHz (PM0214 §4.5.4: no reference clock, and the value is not exact). */
const CALIBRATION = 0xc0000000 | 10499;

/**
 * The system timer (ARMv7-M ARM B3.3). It counts by itself only where somebody looks: a read computes the value from the
 * time, and an alarm is set for the moment at which it reaches 0.
 */
export class SysTick implements Peripheral {
  readonly name = 'SysTick';
  readonly #time: BoardTime;
  readonly #clock: ProcessorClock;
  readonly #state: ExceptionState;
  #control = 0;
  #load = 0;
  /** The value at `#since`, from which it goes on counting. */
  #value = 0;
  #since = 0;
  #ticksPerCount = 0;
  #alarm: Alarm | undefined;

  constructor(ports: { time: BoardTime; clock: ProcessorClock; state: ExceptionState }) {
    this.#time = ports.time;
    this.#clock = ports.clock;
    this.#state = ports.state;
    ports.clock.onChange(() => this.#restart());
  }

  reset(): void {
    this.#control = 0;
    this.#load = 0;
    this.#value = 0;
    this.#restart();
  }

  /** Counts that have passed since `#since`. */
  #passed(): number {
    if (this.#ticksPerCount === 0) return 0;
    return Math.floor((this.#time.now - this.#since) / this.#ticksPerCount);
  }

  /** The value now. From 0 the counter goes to LOAD and on from there; with LOAD at 0 it stays at 0. */
  #now(): number {
    const passed = this.#passed();
    if (passed <= this.#value) return this.#value - passed;
    if (this.#load === 0) return 0;
    const period = this.#load + 1;
    return this.#load - ((passed - this.#value - 1) % period);
  }

  /** Makes the present value the one to count from. */
  #settle(): void {
    const passed = this.#passed();
    this.#value = this.#now();
    this.#since = this.#ticksPerCount === 0 ? this.#time.now : this.#since + passed * this.#ticksPerCount;
  }

  /** Goes on from the present value, with the present clock. */
  #restart(): void {
    this.#settle();
    const hertz = (this.#control & CLKSOURCE) !== 0 ? this.#clock.hertz : this.#clock.hertz / 8;
    this.#ticksPerCount = (this.#control & ENABLE) === 0 || hertz === 0 ? 0 : TICKS_PER_SECOND / hertz;
    this.#setAlarm();
  }

  #setAlarm(): void {
    this.#time.cancel(this.#alarm);
    this.#alarm = undefined;
    if (this.#ticksPerCount === 0 || (this.#value === 0 && this.#load === 0)) return;
    const counts = this.#value === 0 ? this.#load + 1 : this.#value;
    this.#alarm = this.#time.at(this.#since + counts * this.#ticksPerCount, () => this.#reachedZero(counts));
  }

  /** After a stall of the bus it may have reached 0 many times: all of them together pend one interrupt. */
  #reachedZero(counts: number): void {
    const period = this.#load + 1;
    const periods = this.#load === 0 ? 0 : Math.max(0, Math.floor((this.#passed() - counts) / period));
    this.#since += (counts + periods * period) * this.#ticksPerCount;
    this.#value = 0;
    this.#control |= COUNTFLAG;
    if (this.#control & TICKINT) this.#state.pend(SYS_TICK);
    this.#setAlarm();
  }

  /** Tells whether a read changes nothing: reading CTRL clears COUNTFLAG. */
  static isSteady(offset: number): boolean {
    return offset === LOAD || offset === VAL || offset === CALIB;
  }

  read(offset: number): number {
    if (offset === CTRL) {
      const control = this.#control;
      this.#control &= ~COUNTFLAG;
      return control;
    }
    if (offset === LOAD) return this.#load;
    if (offset === VAL) return this.#now();
    return offset === CALIB ? CALIBRATION >>> 0 : 0;
  }

  write(offset: number, value: number, mask: number): void {
    if (offset === CTRL) {
      const bits = (ENABLE | TICKINT | CLKSOURCE) & mask;
      this.#control = (this.#control & ~bits) | (value & bits);
      this.#restart();
    } else if (offset === LOAD) {
      this.#settle();
      this.#load = ((this.#load & ~mask) | (value & mask)) & COUNTER_BITS;
      this.#setAlarm();
    } else if (offset === VAL) {
      // Any write clears the counter and COUNTFLAG, without an interrupt (B3.3.5).
      this.#value = 0;
      this.#since = this.#time.now;
      this.#control &= ~COUNTFLAG;
      this.#setAlarm();
    }
  }
}
