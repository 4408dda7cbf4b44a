import type { Value } from './held.ts';

/** Converts a value to a whole number like Espruino's native calls: truncated, and 0 if it is no number. */
export function wholeNumber(value: Value): number {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    const number = Math.trunc(Number(value));
    return Number.isFinite(number) ? number : 0;
  }
  return 0;
}

/** The same conversion, limited to 32 bits. */
export function int32(value: Value): number {
  return wholeNumber(value) | 0;
}
