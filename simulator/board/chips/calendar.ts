/**
 * The DS3231's calendar: 200 years from 2000. Every fourth is a leap year, 2100 too (data sheet, Clock and Calendar:
 * "leap year compensation valid up to 2100").
 */

const DAY_SECONDS = 86_400;
const DAYS_IN_FOUR_YEARS = 1461;
const YEARS = 200;
/** Seconds until the counter is back at 2000-01-01. */
const CYCLE_SECONDS = (YEARS / 4) * DAYS_IN_FOUR_YEARS * DAY_SECONDS;

export interface CalendarTime {
  readonly second: number;
  readonly minute: number;
  readonly hour: number;
  /** 1 to 31. */
  readonly day: number;
  /** 1 to 12. */
  readonly month: number;
  /** 0 to 199: years since 2000. */
  readonly year: number;
}

function monthDays(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function yearDays(year: number): number {
  return year % 4 === 0 ? 366 : 365;
}

/** Returns whole seconds of the counter since 2000-01-01 00:00:00. */
export function secondsOf(time: CalendarTime): number {
  let days = time.day - 1;
  for (let month = 1; month < time.month; month++) days += monthDays(month, time.year);
  for (let year = 0; year < time.year; year++) days += yearDays(year);
  return days * DAY_SECONDS + time.hour * 3600 + time.minute * 60 + time.second;
}

export function timeOf(seconds: number): CalendarTime {
  const within = ((seconds % CYCLE_SECONDS) + CYCLE_SECONDS) % CYCLE_SECONDS;
  let days = Math.floor(within / DAY_SECONDS);
  let year = Math.floor(days / DAYS_IN_FOUR_YEARS) * 4;
  days %= DAYS_IN_FOUR_YEARS;
  while (days >= yearDays(year)) days -= yearDays(year++);
  let month = 1;
  while (days >= monthDays(month, year)) days -= monthDays(month++, year);
  const rest = within % DAY_SECONDS;
  return {
    second: rest % 60,
    minute: Math.floor(rest / 60) % 60,
    hour: Math.floor(rest / 3600),
    day: days + 1,
    month,
    year,
  };
}
