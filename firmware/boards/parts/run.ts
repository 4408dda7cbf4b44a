import type { Fob } from '../../core/fob.ts';

/**
 * The event loop of a board whose interpreter has timers. It passes every input to the core with its time, and sets a
 * timer for the core's next deadline. Without a deadline there is no timer, so that the board may sleep until a key
 * or the link wakes it.
 */
export class Loop {
  private readonly fob: Fob;
  private readonly clock: { read(): number };
  private readonly ms: () => number;
  private timer: number;
  /** 1 while the core is broken, 2 once a key went down since. */
  private failed: number;

  /** @param ms milliseconds since boot, the same clock as for `fob` */
  constructor(fob: Fob, clock: { read(): number }, ms: () => number) {
    this.fob = fob;
    this.clock = clock;
    this.ms = ms;
    this.timer = 0;
    this.failed = 0;
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
    this.fob.receive(data, this.ms(), this.clock.read());
    this.rest();
  }

  /** @param which as in `Fob.key` */
  key(which: number, down: boolean): void {
    if (this.failed) {
      // A restart is as safe as a power cut, at any time. It waits for the end of a press, because with the button down
      // Espruino skips the image.
      if (down) this.failed = 2;
      else if (this.failed > 1) E.reboot();
      return;
    }
    // The clock may take 0.6 s to answer. Neither edge of a press may count that time, or the press would be a hold.
    let ms = this.ms();
    const utc = this.clock.read();
    if (down) ms = this.ms();
    this.fob.key(which, down, ms, utc);
    this.rest();
  }

  private rest(): void {
    if (this.timer) clearTimeout(this.timer);
    const due = this.fob.deadline;
    this.timer = due < 0 ? 0 : setTimeout(() => this.wake(), Math.max(1, due - this.ms()));
  }

  private wake(): void {
    this.timer = 0;
    this.fob.tick(this.ms(), this.clock.read());
    this.rest();
  }
}
