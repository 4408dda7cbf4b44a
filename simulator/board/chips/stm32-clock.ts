/**
 * System time of Espruino on an STM32F401 (targets/stm32/jshardware.c). The RTC starts on the internal oscillator
 * (LSI). At the tenth SysTick, two seconds after a cold start, the firmware changes to the crystal (LSE) if it runs.
 * The change resets the RTC: it loses the fraction of its second, and all code stands still until the crystal runs
 * again. From the next SysTick on, time is a smoothed average, which takes some seconds to recover from that loss.
 *
 * Not modelled: resolution of the RTC (31 µs).
 */
import type { Randomness } from '../../base/randomness.ts';
import type { Due, Scheduler } from '../../base/time.ts';
import { restartUs } from '../../faults/crystal.ts';
import type { SystemClock } from './system-clock.ts';

/** 2^24 cycles at 84 MHz. */
const TICK_US = 2 ** 24 / 84;
const TICKS_UNTIL_CHANGE = 10;
/** Ticks after which the average has recovered. */
const TICKS_OF_RECOVERY = 200;

/** RCC backup domain control register (RM0368 §6.3.20), and its bits. */
export const RCC_BDCR = 0x40023870;
const LSE_ON = 1;
const LSE_READY = 2;
const RTC_ON_LSE = 0x100;
const RTC_ON_LSI = 0x200;
const RTC_ENABLED = 0x8000;

/** A straight piece of the clock's course. */
interface Piece {
  readonly fromUs: number;
  readonly systemUs: number;
  readonly rate: number;
}

export class Stm32Clock implements SystemClock {
  readonly #scheduler: Scheduler;
  readonly #randomness: Randomness;
  readonly #bootUs: number;
  readonly #crystal: boolean;
  readonly #isSlow: boolean;
  #changing: Due;
  #crystalAsked = true;
  #onCrystal = false;
  #pieces: readonly Piece[];
  /** The RTC itself. */
  #rtc: Piece;

  /**
   * `crystal`: whether one starts; `isSlow`: and takes long; `rate`: seconds that the internal oscillator counts per
   * second of true time.
   */
  constructor(options: {
    scheduler: Scheduler;
    randomness: Randomness;
    crystal: boolean;
    isSlow?: boolean;
    rate: number;
  }) {
    this.#isSlow = options.isSlow ?? false;
    const { scheduler, rate } = options;
    this.#scheduler = scheduler;
    this.#randomness = options.randomness;
    this.#crystal = options.crystal;
    this.#bootUs = scheduler.nowUs;
    this.#rtc = { fromUs: this.#bootUs, systemUs: this.#bootUs, rate };
    this.#pieces = [this.#rtc];
    this.#changing = scheduler.at(this.stableUs, () => this.#change());
  }

  /** Called when the processor is reset. */
  stop(): void {
    this.#scheduler.cancel(this.#changing);
  }

  /** True time from which the firmware trusts the RTC: before it, there is no deep sleep. */
  get stableUs(): number {
    return this.#bootUs + TICKS_UNTIL_CHANGE * TICK_US;
  }

  at(trueUs: number): number {
    let current = this.#rtc;
    for (const piece of this.#pieces) if (piece.fromUs <= trueUs) current = piece;
    return shownBy(current, trueUs);
  }

  when(systemUs: number, fromUs: number): number {
    for (const [index, piece] of this.#pieces.entries()) {
      const endUs = this.#pieces[index + 1]?.fromUs ?? Number.POSITIVE_INFINITY;
      if (endUs <= fromUs) continue;
      const trueUs = Math.max(fromUs, piece.fromUs, firstIn(piece, systemUs));
      if (trueUs < endUs) return trueUs;
    }
    return fromUs;
  }

  /** The clock agrees with the RTC: after the recovery, and after deep sleep, when the firmware reads it anew. */
  resume(): void {
    this.#pieces = [this.#rtc];
  }

  /** `peek32` and `poke32` of RCC_BDCR: turns the crystal off or on. */
  get register(): number {
    const source = this.#onCrystal ? RTC_ON_LSE : RTC_ON_LSI;
    const crystal = this.#crystalAsked ? LSE_ON | (this.#crystal ? LSE_READY : 0) : 0;
    return RTC_ENABLED | source | crystal;
  }

  set register(value: number) {
    this.#crystalAsked = (value & LSE_ON) !== 0;
    // Without its source the RTC stands still.
    if (this.#onCrystal && !this.#crystalAsked) throw new Error('the RTC runs on the crystal');
  }

  #change(): void {
    if (!this.#crystal || !this.#crystalAsked) {
      this.#crystalAsked = false;
      return;
    }
    const scheduler = this.#scheduler;
    const second = Math.floor(shownBy(this.#rtc, scheduler.nowUs) / 1e6);
    scheduler.spend(restartUs(this.#randomness, this.#isSlow));
    this.#onCrystal = true;
    this.#rtc = { fromUs: scheduler.nowUs, systemUs: second * 1e6, rate: 1 };
    this.#pieces = [this.#rtc, ...this.#recovery()];
    const endUs = this.#pieces.at(-1)?.fromUs ?? scheduler.nowUs;
    this.#changing = scheduler.at(endUs, () => this.resume());
  }

  /** The averages of `jshDoSysTick`, tick by tick. */
  #recovery(): Piece[] {
    const rtc = this.#rtc;
    const pieces: Piece[] = [];
    let last = rtc.systemUs;
    let smoothLast = rtc.systemUs;
    let average = TICK_US;
    let smoothAverage = TICK_US;
    // Ticks that passed while the code stood still make one interrupt.
    const passed = Math.floor((rtc.fromUs - this.#bootUs) / TICK_US);
    const startUs = (tick: number) => this.#bootUs + tick * TICK_US;
    const first = passed > TICKS_UNTIL_CHANGE ? passed : passed + 1;
    for (let tick = first; tick < first + TICKS_OF_RECOVERY; tick++) {
      const fromUs = Math.max(startUs(tick), rtc.fromUs);
      const time = shownBy(rtc, fromUs);
      smoothLast += smoothAverage;
      average = average * 0.75 + Math.max(0, time - last) * 0.25;
      smoothAverage = smoothAverage * 0.75 + Math.max(0, time + average - smoothLast) * 0.25;
      last = time;
      const rate = smoothAverage / TICK_US;
      pieces.push({ fromUs, systemUs: smoothLast + (fromUs - startUs(tick)) * rate, rate });
    }
    const fromUs = startUs(first + TICKS_OF_RECOVERY);
    return [...pieces, { fromUs, systemUs: shownBy(rtc, fromUs), rate: 1 }];
  }
}

function shownBy({ fromUs, systemUs, rate }: Piece, trueUs: number): number {
  return systemUs + (trueUs - fromUs) * rate;
}

/** Returns the first time, to a µs, at which the piece, without its end, shows `systemUs` or more. */
function firstIn(piece: Piece, systemUs: number): number {
  if (piece.rate === 0) return piece.systemUs >= systemUs ? piece.fromUs : Number.POSITIVE_INFINITY;
  let trueUs = piece.fromUs + (systemUs - piece.systemUs) / piece.rate;
  while (shownBy(piece, trueUs) < systemUs) trueUs++;
  return trueUs;
}
