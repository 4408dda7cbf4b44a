import type { Clock, Now } from '../../core/base/ports.ts';
import { BenchFiles } from './files.ts';

const FILE = 'rtc';

/** A clock that runs with the time it is told, at an offset that is kept in a file as a battery would keep it. */
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

  /** The true time, from outside, with its fraction: setting the clock begins a second, as a real one does. */
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

  /** The battery has died. */
  lose(): void {
    this.offset = undefined;
    this.files.write(FILE, '');
    this.tell(this.told);
  }
}
