/** In place of a number to compare, as on the wire (docs/protocol.md): the fob shows none. */
export const NO_NUMBER = 255;

/** A number as the fob shows it, and as whoever asked shows it: two digits. */
export function shownNumber(number: number): string {
  return String(number).padStart(2, '0');
}
