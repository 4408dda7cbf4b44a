import type { Clock } from '../../core/base/ports.ts';
import { BANGLE_UTC_MAX, BANGLE_UTC_MIN } from '../limits.ts';

/**
 * The microcontroller's own clock, on a crystal. It keeps running through a reset but not without power. Then it
 * restarts at 1970, so that a lost time can be told from a set one.
 */
export class BangleClock implements Clock {
  /** Time of the start on the present setting of the clock. */
  private startedAt: number;

  constructor() {
    this.startedAt = getTime();
  }

  /** Milliseconds since the start, independent of later settings of the clock. */
  ms(): number {
    return Math.floor((getTime() - this.startedAt) * 1000);
  }

  /** Seconds since 1970, or -1 if the clock has not been set since power on. */
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
