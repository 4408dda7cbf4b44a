import type { Fob } from '../../core/fob.ts';
import { CLOCK_JUMP_MS, DEBOUNCE_MS, SLEEP_MS } from '../limits.ts';

/**
 * The event loop of a board whose interpreter has timers. It passes every input to the core with its time, and sets a
 * timer for the core's next deadline. Without a deadline there is no timer, so that the board may sleep until a key
 * or the link wakes it.
 *
 * It debounces the main key itself, by the times of the edges: Espruino's `debounce` drops a press whose two edges both
 * wait while the fob is busy (jsinteractive.c, `jsiIdle`).
 */
export class Loop {
  private readonly fob: Fob;
  private readonly clock: { read(): number };
  private readonly ms: () => number;
  private timer: number;
  /** When the timer is due; before 0 without one. */
  declare private due: number;
  /** 1 while the core is broken, 2 once a key went down since. */
  private failed: number;
  /** Whether the core knows the main key as down; its level after the last edge, and when that came. */
  private isDown: boolean;
  private level: boolean;
  private levelAt: number;

  /** @param ms milliseconds since boot, the same clock as for `fob` */
  constructor(fob: Fob, clock: { read(): number }, ms: () => number) {
    this.fob = fob;
    this.clock = clock;
    this.ms = ms;
    this.timer = 0;
    this.failed = 0;
    this.isDown = false;
    this.level = false;
    this.levelAt = 0;
    // An exception ends only its event, so the core may be left in an undefined state.
    process.on('uncaughtException', () => this.fail());
    // Running out of memory cannot be caught. The host can raise the other flags, above all a full input buffer.
    E.on('errorFlag', flags => {
      if (flags.indexOf('MEMORY') >= 0) this.fail();
    });
    this.rest();
  }

  private fail(): void {
    this.failed = 1;
    this.fob.fault();
  }

  receive(data: string): void {
    const ms = this.ms();
    // While the fob was busy a release may have come after these characters. So they end no hold: the timer does,
    // behind all edges that wait.
    const at = this.isDown && this.due > 0 ? Math.min(ms, this.due - 1) : ms;
    this.fob.receive(data, at, this.clock.read());
    this.rest();
  }

  /**
   * Takes an edge of the main key, also a bounce.
   * @param time seconds of `getTime` at which the edge came, which may be long ago
   */
  edge(down: boolean, time: number): void {
    const ms = this.now();
    const before = this.level;
    const beforeAt = this.levelAt;
    this.level = down;
    this.levelAt = Math.min(ms, Math.max(beforeAt, ms - Math.round((getTime() - time) * 1000)));
    if (before === this.isDown) this.rest();
    else if (this.levelAt >= beforeAt + DEBOUNCE_MS) this.settle(before, beforeAt);
  }

  /** Takes a key that goes down or up now. */
  key(which: number, down: boolean): void {
    this.tell(which, down, this.ms());
  }

  /** An edge counts at the end of its debounce, as on a fob that is not busy. */
  private settle(down: boolean, at: number): void {
    this.isDown = down;
    // A release while the processor falls asleep would be noticed at the next wake only, and make a press a hold.
    if (IS_STM32) setDeepSleep(down ? 0 : 1);
    this.tell(0, down, at + DEBOUNCE_MS);
  }

  private tell(which: number, down: boolean, ms: number): void {
    // A restart is as safe as a power cut, at any time. It waits for the end of a press, because with the button down
    // Espruino skips the image.
    if (!this.failed) this.fob.key(which, down, ms, this.clock.read());
    else if (down) this.failed = 2;
    else if (this.failed > 1) E.reboot();
    this.rest();
  }

  /**
   * Returns the time. An edge that wakes the processor out of deep sleep comes with the time of before it, which
   * Espruino notices at its next sleep: then the timer would be late by the sleep, and the edge that old. While the
   * button is down there is no deep sleep; a timer that Espruino lets come late then (jstimer.c, `utilTimerInsertTask`)
   * makes no edge younger.
   */
  private now(): number {
    const ms = this.ms();
    if (this.timer && !this.isDown && ms > this.due + CLOCK_JUMP_MS) this.levelAt += ms - this.due;
    return ms;
  }

  private rest(): void {
    if (this.timer) clearTimeout(this.timer);
    const ms = this.ms();
    const isSure = this.level === this.isDown;
    const due = isSure ? this.fob.deadline : this.levelAt + DEBOUNCE_MS;
    // Before a press counts the processor sleeps once more, which makes Espruino notice the sleep before the press.
    this.due = due < 0 ? due : Math.max(due, ms + (isSure ? 1 : SLEEP_MS));
    this.timer = due < 0 ? 0 : setTimeout(() => this.wake(), this.due - ms);
  }

  private wake(): void {
    const ms = this.now();
    this.timer = 0;
    if (this.level === this.isDown) this.fob.tick(ms, this.clock.read());
    else if (ms >= this.levelAt + DEBOUNCE_MS) {
      this.settle(this.level, this.levelAt);
      return;
    }
    this.rest();
  }
}
