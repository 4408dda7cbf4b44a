import type { Clock } from '../../core/base/ports.ts';
import { BANGLE_UTC_MAX, BANGLE_UTC_MIN } from '../limits.ts';

/**
 * The microcontroller's own clock, on a crystal. It goes on through a reset and not without power: then it begins at
 * 1970 again, which tells a time that was lost from one that was set.
 */
export class BangleClock implements Clock {
  /** What the clock would have shown at the start, had it been as it is now. */
  private startedAt: number;

  constructor() {
    this.startedAt = getTime();
  }

  /** Milliseconds since the start, whatever the clock was set to meanwhile. */
  ms(): number {
    return Math.floor((getTime() - this.startedAt) * 1000);
  }

  /** Seconds since 1970, or -1 where nobody has set it since it had power. */
  read(): number {
    const utc = Math.floor(getTime());
    return utc < BANGLE_UTC_MIN ? -1 : utc;
  }

  set(utc: number): boolean {
    if (utc < BANGLE_UTC_MIN || utc >= BANGLE_UTC_MAX) return false;
    this.startedAt += utc - getTime();
    setTime(utc);
    return true;
  }

  trim(): boolean {
    return false;
  }
}
