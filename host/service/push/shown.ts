/** A number as the fob shows it, and as whoever asked shows it: two digits. */
export function shownNumber(number: number): string {
  return String(number).padStart(2, '0');
}
