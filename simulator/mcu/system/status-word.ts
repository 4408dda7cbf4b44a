import { CARRY, GREATER, IPSR, NZ, OVERFLOW, SATURATED } from '../core/places.ts';

const THUMB = 1 << 24;
/** Bit 9 of a stacked xPSR: the stack pointer was moved to a multiple of 8 (ARMv7-M ARM B1.5.7). */
export const REALIGNED = 1 << 9;

/**
 * Returns xPSR (ARMv7-M ARM B1.4.2). Its IT bits are always 0: the core knows the conditions by the addresses of the
 * instructions, and finds them again after a return.
 */
export function readStatusWord(places: Int32Array): number {
  const result = places[NZ] ?? 0;
  const greater = places[GREATER] ?? 0;
  return (
    (result & (1 << 31)) |
    (result === 0 ? 1 << 30 : 0) |
    ((places[CARRY] ?? 0) << 29) |
    (((places[OVERFLOW] ?? 0) >>> 31) << 28) |
    ((places[SATURATED] ?? 0) << 27) |
    ((greater & 1) << 16) |
    (((greater >>> 8) & 1) << 17) |
    (((greater >>> 16) & 1) << 18) |
    (((greater >>> 24) & 1) << 19) |
    THUMB |
    (places[IPSR] ?? 0)
  );
}

/** Sets the flags and the number of the exception. Of N and Z at once, which no instruction makes, N is lost. */
export function writeStatusWord(places: Int32Array, word: number): void {
  places[NZ] = word & (1 << 30) ? 0 : word & (1 << 31) ? -1 : 1;
  places[CARRY] = (word >>> 29) & 1;
  places[OVERFLOW] = (word << 3) & (1 << 31);
  places[SATURATED] = (word >>> 27) & 1;
  let greater = 0;
  for (let lane = 0; lane < 4; lane++) if ((word >>> (16 + lane)) & 1) greater |= 0xff << (8 * lane);
  places[GREATER] = greater;
  places[IPSR] = word & 0x1ff;
}
