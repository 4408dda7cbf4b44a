/**
 * Deep sleep of an STM32F4 under Espruino (`jshSleep`, targets/stm32/jshardware.c): STOP mode, for each pause of more
 * than a millisecond without USB. On the way there and back the firmware switches its USB off and on and waits for it.
 * Seen on an emulated board: each timer is late by both, and an edge on the way there is handled at the next wake.
 *
 * Not modelled: output of a USART, which keeps the processor awake.
 */
import {
  DEEP_SLEEP_ENTRY_US,
  DEEP_SLEEP_EXIT_US,
  DEEP_SLEEP_FINE_US,
  DEEP_SLEEP_STEP_US,
} from '../base/limits.ts';

export class DeepSleep {
  #stoppedUs = 0;
  #readyUs = 0;
  active = false;

  /** True time from which the interpreter runs again. */
  get readyUs(): number {
    return this.#readyUs;
  }

  /** Whether all clocks but the RTC's stand still. */
  isStopped(nowUs: number): boolean {
    return this.active && nowUs >= this.#stoppedUs && nowUs < this.#readyUs - DEEP_SLEEP_EXIT_US;
  }

  /**
   * Begins to fall asleep.
   * @param pauseUs system time until the next timer; infinite without one
   * @param lasting converts system time to true time
   */
  begin(nowUs: number, pauseUs: number, lasting: (systemUs: number) => number): void {
    this.active = true;
    this.#stoppedUs = nowUs + DEEP_SLEEP_ENTRY_US;
    this.#readyUs = Number.isFinite(pauseUs)
      ? this.#stoppedUs + lasting(wakeUpTime(pauseUs)) + DEEP_SLEEP_EXIT_US
      : Number.POSITIVE_INFINITY;
  }

  /** An interrupt ends the sleep. One that comes before the processor stops does not: it has been handled by then. */
  wake(nowUs: number): void {
    if (this.isStopped(nowUs)) this.#readyUs = nowUs + DEEP_SLEEP_EXIT_US;
  }

  /** The cable brings its voltage, which stays: while the processor still falls asleep, it wakes as soon as it stops. */
  powered(nowUs: number): void {
    if (!this.active || nowUs >= this.#readyUs - DEEP_SLEEP_EXIT_US) return;
    this.#readyUs = Math.max(nowUs, this.#stoppedUs) + DEEP_SLEEP_EXIT_US;
  }

  end(): void {
    this.active = false;
  }
}

/** The wake-up counter counts sixteenths of the RTC's clock, or seconds for a long pause. The rest is slept later. */
function wakeUpTime(pauseUs: number): number {
  const stepUs = pauseUs < DEEP_SLEEP_FINE_US ? DEEP_SLEEP_STEP_US : 1_000_000;
  return Math.floor(pauseUs / stepUs) * stepUs;
}
