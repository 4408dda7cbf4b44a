/** Replaces a number to compare, as on the wire (docs/protocol.md): the fob shows none. */
export const NO_NUMBER = 255;

/** Formats a number as both the fob and the requesting page show it: two digits. */
export function shownNumber(number: number): string {
  return String(number).padStart(2, '0');
}
