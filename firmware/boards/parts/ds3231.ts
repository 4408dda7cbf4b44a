import type { Clock } from '../../core/ports.ts';
import { DS3231_ADDRESS } from '../limits.ts';

/** 2000-01-01T00:00:00Z. */
const EPOCH = 946684800;
const DAY_SECONDS = 86400;
/** Days before each month of a year that is not a leap year. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

/** Registers 0x0E control, 0x0F status: bit 7 is the oscillator-stop flag. */
const CONTROL = 0x0e;
const STATUS = 0x0f;
const OSCILLATOR_STOPPED = 0x80;

function fromBcd(value: number): number {
  return (value >> 4) * 10 + (value & 15);
}

function toBcd(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10);
}

/**
 * The real-time clock. Its calendar serves as a counter of days since 2000 in which every fourth year is a leap
 * year, as the part has it: 2100 too, so that the conversion stays exact to the end of its range, 2199.
 */
export class Ds3231 implements Clock {
  /** Seconds since 1970, or -1 when the oscillator has stopped or the part does not answer. */
  read(): number {
    try {
      I2C1.writeTo(DS3231_ADDRESS, 0);
      const r = I2C1.readFrom(DS3231_ADDRESS, STATUS + 1);
      if ((r[STATUS] as number) & OSCILLATOR_STOPPED) return -1;
      const years = ((r[5] as number) >> 7) * 100 + fromBcd(r[6] as number);
      const month = fromBcd((r[5] as number) & 31);
      const leap = (years & 3) === 0;
      const days =
        years * 365 +
        ((years + 3) >> 2) +
        (DAYS_BEFORE[month - 1] as number) +
        (leap && month > 2 ? 1 : 0) +
        fromBcd((r[4] as number) & 63) -
        1;
      return (
        EPOCH +
        days * DAY_SECONDS +
        fromBcd((r[2] as number) & 63) * 3600 +
        fromBcd(r[1] as number) * 60 +
        fromBcd(r[0] as number)
      );
    } catch {
      return -1;
    }
  }

  set(utc: number): boolean {
    const days = Math.floor((utc - EPOCH) / DAY_SECONDS);
    const second = (utc - EPOCH) % DAY_SECONDS;
    if (days < 0 || days >= 73050) return false;
    const cycle = days % 1461;
    const inCycle = cycle < 366 ? 0 : 1 + Math.floor((cycle - 366) / 365);
    const year = Math.floor(days / 1461) * 4 + inCycle;
    let day = inCycle === 0 ? cycle : (cycle - 366) % 365;
    let month = 1;
    while (day >= this.daysBefore(month + 1, inCycle === 0)) month++;
    day -= this.daysBefore(month, inCycle === 0);
    try {
      I2C1.writeTo(DS3231_ADDRESS, 0, [
        toBcd(second % 60),
        toBcd(Math.floor(second / 60) % 60),
        toBcd(Math.floor(second / 3600)),
        (days % 7) + 1,
        toBcd(day + 1),
        toBcd(month) | (year >= 100 ? 0x80 : 0),
        toBcd(year % 100),
      ]);
      // Oscillator on from the battery too, no alarms; then the flag that says the time is good.
      I2C1.writeTo(DS3231_ADDRESS, CONTROL, 0x04, 0);
    } catch {
      return false;
    }
    const now = this.read();
    return now === utc || now === utc + 1;
  }

  trim(): boolean {
    return false;
  }

  private daysBefore(month: number, leap: boolean): number {
    return (DAYS_BEFORE[month - 1] as number) + (leap && month > 2 ? 1 : 0);
  }
}
