/** The calendar of the real-time clock in registers: binary coded decimal (RM0368 §17.6.1–17.6.2). */

export const SECONDS_PER_DAY = 86_400;
/** The calendar has the years 2000 to 2099, each fourth of them a leap year (RM0368 §17.2), then begins anew. */
const SECONDS_PER_CENTURY = 36_525 * SECONDS_PER_DAY;
const MS_2000 = Date.UTC(2000, 0, 1);

const TR_PM = 1 << 22;

function toBcd(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10);
}

/** Returns the number of two decimal digits, four bits each. */
export function fromBcd(digits: number): number {
  return (digits >> 4) * 10 + (digits & 0xf);
}

/** The hour of a register with PM, from 0 to 23. In the format of 12 hours, 12 comes before 1. */
export function hourOf(register: number, is12Hours: boolean): number {
  const hour = fromBcd((register >> 16) & 0x3f);
  return is12Hours ? (hour % 12) + ((register & TR_PM) === 0 ? 0 : 12) : hour;
}

/** Returns TR for seconds since 2000. */
export function timeRegister(seconds: number, is12Hours: boolean): number {
  const hour = Math.floor(seconds / 3600) % 24;
  const shown = is12Hours ? ((hour + 11) % 12) + 1 : hour;
  const pm = is12Hours && hour >= 12 ? TR_PM : 0;
  return pm | (toBcd(shown) << 16) | (toBcd(Math.floor(seconds / 60) % 60) << 8) | toBcd(seconds % 60);
}

/** Whether it is the year 2000, which a clock shows that was never set. */
export function isFirstYear(seconds: number): boolean {
  return seconds % SECONDS_PER_CENTURY < 366 * SECONDS_PER_DAY;
}

/** A day of the calendar. */
export interface RtcDate {
  /** 0 to 99. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function dateOf(seconds: number): RtcDate {
  const date = new Date(MS_2000 + (seconds % SECONDS_PER_CENTURY) * 1000);
  return { year: date.getUTCFullYear() - 2000, month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/**
 * Returns the day of the week, 1 to 7. The clock counts it apart from the date: software says which one it is.
 * @param weekShift days from a day 1 to 2000-01-01; negative where that day 1 comes later, up to the date itself
 */
export function weekdayOf(seconds: number, weekShift: number): number {
  return ((Math.floor(seconds / SECONDS_PER_DAY) + weekShift) % 7) + 1;
}

/** Returns DR for seconds since 2000. */
export function dateRegister(seconds: number, weekShift: number): number {
  const { year, month, day } = dateOf(seconds);
  return (toBcd(year) << 16) | (weekdayOf(seconds, weekShift) << 13) | (toBcd(month) << 8) | toBcd(day);
}

/**
 * Returns the seconds since 2000 that TR and DR say, and the shift of the week. A date that no month has is one of the
 * next or the last month; the manual leaves it open.
 */
export function readRegisters(
  tr: number,
  dr: number,
  is12Hours: boolean,
): { readonly seconds: number; readonly weekShift: number } {
  const year = 2000 + fromBcd((dr >> 16) & 0xff);
  const days = Date.UTC(year, fromBcd((dr >> 8) & 0x1f) - 1, fromBcd(dr & 0x3f)) - MS_2000;
  const time = hourOf(tr, is12Hours) * 3600 + fromBcd((tr >> 8) & 0x7f) * 60 + fromBcd(tr & 0x7f);
  const seconds = Math.max(0, days / 1000 + time);
  const weekday = (dr >> 13) & 7;
  return { seconds, weekShift: weekday - 1 - Math.floor(seconds / SECONDS_PER_DAY) };
}
