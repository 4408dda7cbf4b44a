import type { Fob } from '../../core/fob.ts';

/**
 * The life of a board whose interpreter has timers: every input of the core with its time, and a timer for the next
 * one that the core wants. With none wanted there is no timer, so that the board may sleep until a key or the link
 * wakes it.
 */
export class Loop {
  private readonly fob: Fob;
  private readonly clock: { read(): number };
  private readonly ms: () => number;
  private timer: number;

  /** @param ms milliseconds since boot, as `fob` was told of it */
  constructor(fob: Fob, clock: { read(): number }, ms: () => number) {
    this.fob = fob;
    this.clock = clock;
    this.ms = ms;
    this.timer = 0;
    // What an event throws ends that event only: the core may be in a state of which it knows nothing.
    process.on('uncaughtException', () => fob.fault());
    // Running out of memory cannot be caught. The other flags, a full input buffer above all, the host can raise.
    E.on('errorFlag', flags => {
      if (flags.indexOf('MEMORY') >= 0) fob.fault();
    });
    this.rest();
  }

  receive(data: string): void {
    this.fob.receive(data, this.ms(), this.clock.read());
    this.rest();
  }

  /** `which` as `Fob.key` has it. */
  key(which: number, down: boolean): void {
    this.fob.key(which, down, this.ms(), this.clock.read());
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
