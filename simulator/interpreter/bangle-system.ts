/**
 * The Bangle's firmware around the interpreter (jswrap_bangle.c): lock, display and light go off after a time; the
 * button of a locked watch only wakes it and is not passed on; a held button loads or resets.
 */

import type { WristMovement } from '../base/fob.ts';
import {
  BANGLE_BACKLIGHT_MS,
  BANGLE_IDLE_MAX_MS,
  BANGLE_LCD_POWER_MS,
  BANGLE_LOAD_MS,
  BANGLE_LOCK_MS,
  BANGLE_WAKE_BOUNCE_MS,
  BANGLE_WATCHDOG_MS,
} from '../base/limits.ts';
import type { Glass } from '../board/chips/glass.ts';
import type { Touch } from '../board/wiring/wiring.ts';

/** An argument of an event; numbers by name become an object of the image. */
export type EventArgument = string | number | boolean | Readonly<Record<string, number>>;

interface Surroundings {
  readonly glass: Glass;
  nowUs(): number;
  after(us: number, action: () => void): () => void;
  watchdog(us: number): void;
  load(): void;
  /** Emits an event of the global `Bangle`. */
  emit(event: string, args: readonly EventArgument[]): void;
}

/** The option that decides whether a movement wakes the watch. The movements' own events are not simulated. */
const WAKING = {
  twist: 'wakeOnTwist',
  faceUp: 'wakeOnFaceUp',
  tap: 'wakeOnTouch',
  doubleTap: 'wakeOnDoubleTap',
} as const;

export class BangleSystem {
  readonly #around: Surroundings;
  readonly options = {
    lockTimeout: BANGLE_LOCK_MS,
    lcdPowerTimeout: BANGLE_LCD_POWER_MS,
    backlightTimeout: BANGLE_BACKLIGHT_MS,
    btnLoadTimeout: BANGLE_LOAD_MS,
  };
  /** What wakes the watch, as at power-on (jswrap_bangle.c, JSBF_DEFAULT). */
  readonly wakes = {
    wakeOnBTN1: true,
    wakeOnTwist: true,
    wakeOnFaceUp: false,
    wakeOnTouch: false,
    wakeOnDoubleTap: false,
  };
  #locked = false;
  #light = true;
  #brightness = 1;
  #buttonDown = false;
  /** The press that woke the watch is not over, or may still bounce. */
  #waking = false;
  #wakingUntilUs = 0;
  #stopLoading: (() => void) | undefined;
  #stopIdling: (() => void)[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
    this.active();
  }

  get locked(): boolean {
    return this.#locked;
  }

  get lcdOn(): boolean {
    return this.#around.glass.on;
  }

  get buttonDown(): boolean {
    return this.#buttonDown;
  }

  /** Restarts idle time after an input. */
  active(): void {
    for (const stop of this.#stopIdling) stop();
    const { lockTimeout, lcdPowerTimeout, backlightTimeout } = this.options;
    const later = (ms: number, action: () => void) =>
      ms > 0 && ms <= BANGLE_IDLE_MAX_MS ? [this.#around.after(ms * 1000, action)] : [];
    this.#stopIdling = [
      ...later(lcdPowerTimeout, () => this.setLcdPower(false)),
      ...later(backlightTimeout, () => this.setBacklight(false)),
      ...later(lockTimeout, () => this.setLocked(true, 'timeout')),
    ];
  }

  setLocked(locked: boolean, reason: string): void {
    const isChange = locked !== this.#locked;
    this.#locked = locked;
    if (isChange) this.#around.emit('lock', [locked, reason]);
    if (!locked) this.active();
  }

  setLcdPower(on: boolean): void {
    const { glass } = this.#around;
    const isChange = on !== glass.on;
    this.setBacklight(on);
    glass.switchTo(on);
    if (isChange) this.#around.emit('lcdPower', [on]);
    const { lockTimeout, lcdPowerTimeout } = this.options;
    if (on) this.active();
    else if (lockTimeout > 0 && lockTimeout <= lcdPowerTimeout) this.setLocked(true, 'lcd');
  }

  setBacklight(on: boolean): void {
    if (on !== this.#light) this.#around.emit('backlight', [on]);
    this.#light = on;
    this.#around.glass.brightness = on ? this.#brightness : 0;
  }

  setBrightness(brightness: number): void {
    this.#brightness = Math.max(0, Math.min(1, brightness));
    if (this.#light) this.#around.glass.brightness = this.#brightness;
  }

  /** Handles the button's contact. Returns false if the interpreter must not see it. */
  button(down: boolean): boolean {
    if (down !== this.#buttonDown) this.#hold(down);
    this.#buttonDown = down;
    const nowUs = this.#around.nowUs();
    if (down && this.wakes.wakeOnBTN1 && this.#wake('button')) {
      this.#waking = true;
      this.#wakingUntilUs = nowUs + BANGLE_WAKE_BOUNCE_MS * 1000;
      return false;
    }
    if (this.#waking && (nowUs < this.#wakingUntilUs || !down)) {
      this.#wakingUntilUs = nowUs + BANGLE_WAKE_BOUNCE_MS * 1000;
      return false;
    }
    this.#waking = false;
    if (!this.#locked) this.active();
    return !this.#locked;
  }

  /**
   * Switches on what a time switches off. Without a time for the display it stays off, and only the lock opens. False
   * if nothing was off.
   */
  #wake(reason: string): boolean {
    const { lockTimeout, lcdPowerTimeout, backlightTimeout } = this.options;
    const display = lcdPowerTimeout > 0 && !this.lcdOn;
    const light = backlightTimeout > 0 && !this.#light;
    const lock = lockTimeout > 0 && this.#locked;
    if (display) this.setLcdPower(true);
    if (light) this.setBacklight(true);
    if (lock) this.setLocked(false, reason);
    return display || light || lock;
  }

  /** Handles a movement of the wrist, which the lock does not stop. */
  moved(movement: WristMovement): void {
    if (this.wakes[WAKING[movement]]) this.#wake(movement);
  }

  #hold(down: boolean): void {
    this.#stopLoading?.();
    this.#stopLoading = undefined;
    this.#around.watchdog(down ? BANGLE_WATCHDOG_MS * 1000 : 0);
    const loadMs = this.options.btnLoadTimeout;
    if (down && loadMs > 0) this.#stopLoading = this.#around.after(loadMs * 1000, () => this.#around.load());
  }

  /** `E.kickWatchdog`, which counts only while the held button keeps the firmware from serving the watchdog. */
  kickWatchdog(): void {
    if (this.#buttonDown) this.#around.watchdog(BANGLE_WATCHDOG_MS * 1000);
  }

  /** Handles a touch that is over. A locked watch ignores it. */
  touched({ x, y, swipe }: Touch): void {
    if (this.#locked) return;
    this.active();
    if (swipe) this.#around.emit('swipe', swipe);
    else this.#around.emit('touch', [x < this.#around.glass.width / 2 ? 1 : 2, { x, y, type: 0 }]);
  }

  /** Cancels all times when the interpreter ends. */
  stop(): void {
    for (const stop of this.#stopIdling) stop();
    this.#stopLoading?.();
  }
}
