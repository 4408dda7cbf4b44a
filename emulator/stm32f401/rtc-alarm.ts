import { dateOf, fromBcd, hourOf, SECONDS_PER_DAY, weekdayOf } from './rtc-calendar.ts';

/** What an alarm waits for: ALRMxR and ALRMxSSR (RM0368 §17.6.8, §17.6.18), and how the calendar counts. */
export interface AlarmPattern {
  readonly time: number;
  readonly subsecond: number;
  readonly is12Hours: boolean;
  readonly weekShift: number;
  /** PREDIV_S: SSR counts from it to 0 within a second. */
  readonly subsecondStart: number;
}

/** A moment of the calendar. */
export interface CalendarMoment {
  /** Since 2000. */
  readonly seconds: number;
  /** SSR. */
  readonly subsecond: number;
}

/** MSK1 to MSK4: seconds, minutes, hours or day are not compared. */
const IS_ANY = { seconds: 1 << 7, minutes: 1 << 15, hours: 1 << 23, day: 1 << 31 };
const WDSEL = 1 << 30;
/** The 31st of a month is at most 62 days away, the 29th of February is not asked for: an alarm has no month. */
const DAYS_AHEAD = 63;

/**
 * Returns the first moment after `after` that an alarm matches; undefined without one in the next two months, as for day
 * 0. The hardware compares when the calendar counts, so a moment that has begun does not match any more.
 */
export function nextMatch(alarm: AlarmPattern, after: CalendarMoment): CalendarMoment | undefined {
  if (isMatch(alarm, after.seconds)) {
    const subsecond = matchingSubsecond(alarm, after.subsecond - 1);
    if (subsecond !== undefined) return { seconds: after.seconds, subsecond };
  }
  const subsecond = matchingSubsecond(alarm, alarm.subsecondStart);
  const seconds = nextSecond(alarm, after.seconds + 1);
  return subsecond === undefined || seconds === undefined ? undefined : { seconds, subsecond };
}

/** MASKSS: so many low bits of SSR are compared; with none the alarm comes when the second begins. */
function matchingSubsecond({ subsecond, subsecondStart }: AlarmPattern, atMost: number): number | undefined {
  const bits = (subsecond >> 24) & 0xf;
  if (bits === 0) return atMost >= subsecondStart ? subsecondStart : undefined;
  const size = 1 << bits;
  const low = subsecond & (size - 1);
  const found = low + Math.floor((atMost - low) / size) * size;
  return found >= 0 ? found : undefined;
}

function isMatch(alarm: AlarmPattern, seconds: number): boolean {
  const time = seconds % SECONDS_PER_DAY;
  return isMatchingDay(alarm, seconds - time) && nextTimeOfDay(alarm, time) === time;
}

function nextSecond(alarm: AlarmPattern, from: number): number | undefined {
  // Software may write a time that no day has, again and again: such a pattern is not looked for.
  if (nextTimeOfDay(alarm, 0) === undefined) return undefined;
  const today = Math.floor(from / SECONDS_PER_DAY) * SECONDS_PER_DAY;
  for (let day = today; day <= today + DAYS_AHEAD * SECONDS_PER_DAY; day += SECONDS_PER_DAY) {
    if (!isMatchingDay(alarm, day)) continue;
    const time = nextTimeOfDay(alarm, Math.max(0, from - day));
    if (time !== undefined) return day + time;
  }
  return undefined;
}

function isMatchingDay({ time, weekShift }: AlarmPattern, day: number): boolean {
  if ((time & IS_ANY.day) !== 0) return true;
  if ((time & WDSEL) !== 0) return ((time >> 24) & 0xf) === weekdayOf(day, weekShift);
  return fromBcd((time >> 24) & 0x3f) === dateOf(day).day;
}

/** Returns the first second of a day, from `from` on, whose hour, minute and second match. */
function nextTimeOfDay({ time, is12Hours }: AlarmPattern, from: number): number | undefined {
  const hours = choices((time & IS_ANY.hours) !== 0, hourOf(time, is12Hours), 24);
  const minutes = choices((time & IS_ANY.minutes) !== 0, fromBcd((time >> 8) & 0x7f), 60);
  const seconds = choices((time & IS_ANY.seconds) !== 0, fromBcd(time & 0x7f), 60);
  if (seconds.length === 0) return undefined;
  for (const hour of hours)
    for (const minute of hour * 3600 + 3599 < from ? [] : minutes)
      for (const second of seconds) {
        const found = hour * 3600 + minute * 60 + second;
        if (found >= from) return found;
      }
  return undefined;
}

function choices(isAny: boolean, value: number, count: number): readonly number[] {
  if (isAny) return Array.from({ length: count }, (_, index) => index);
  return value < count ? [value] : [];
}
