import type { Clock, Now } from '../../core/base/ports.ts';
import { BenchFiles } from './files.ts';

const FILE = 'rtc';

/** A clock that follows the time from outside, with an offset that is kept in a file, as a battery would keep it. */
export class BenchClock implements Clock {
  private readonly now: Now;
  private readonly files: BenchFiles;
  private told: number;
  /** Undefined until the clock is set. */
  private offset: number | undefined;

  constructor(now: Now) {
    this.now = now;
    this.files = new BenchFiles();
    this.told = 0;
    const text = this.files.read(FILE);
    this.offset = text ? +text : undefined;
  }

  /** Takes the true time from outside, with its fraction. Setting the clock starts a new second, as on a real one. */
  tell(utc: number): void {
    this.told = utc;
    this.now.utc = this.offset === undefined ? -1 : Math.floor(utc + this.offset);
  }

  set(utc: number): boolean {
    this.offset = utc - this.told;
    this.files.write(FILE, `${this.offset}`);
    this.tell(this.told);
    return true;
  }

  trim(): boolean {
    return false;
  }

  /** Simulates a dead battery. */
  lose(): void {
    this.offset = undefined;
    this.files.write(FILE, '');
    this.tell(this.told);
  }
}
