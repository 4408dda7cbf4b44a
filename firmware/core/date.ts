/** Returns date and time of a moment after March 2000, as in `2026-11-25 03:45`. */
export function utcText(utc: number): string {
  // Days since 1 March 2000, so that a leap day ends a year. Then years of 365 days, and months of 30.6.
  const day = Math.floor(utc / 86400) - 11017;
  const year = Math.floor((day - Math.floor(day / 1460) + Math.floor(day / 36524)) / 365);
  const rest = day - 365 * year - (year >> 2) + Math.floor(year / 100);
  const month = Math.floor((5 * rest + 2) / 153);
  const minutes = Math.floor(utc / 60);
  return (
    `${2000 + year + (month > 9 ? 1 : 0)}-${two(((month + 2) % 12) + 1)}-` +
    `${two(rest - Math.floor((153 * month + 2) / 5) + 1)} ${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`
  );
}

/** Returns the number with at least two digits. */
export function two(number: number): string {
  return `${number}`.padStart(2, '0');
}
