import type { DecodeContext, Executor } from './form.ts';
import { CARRY, NZ } from './places.ts';

/** The codes of shifts in data processing (ARMv7-M ARM A7.4.2). */
export const LSL = 0;
export const LSR = 1;
export const ASR = 2;
export const ROR = 3;

export function rotateRight(x: number, by: number): number {
  return (x >>> (by & 31)) | (x << (-by & 31));
}

type Shift = (r: Int32Array, next: number, d: number, m: number, by: number) => Executor;

/** `d = m shifted by a constant` of 1 to 32; ROR by 1 to 31. */
const byConstant: readonly Shift[] = [
  (r, next, d, m, by) => () => {
    r[d] = (r[m] ?? 0) << by;
    return next;
  },
  (r, next, d, m, by) => () => {
    r[d] = by === 32 ? 0 : (r[m] ?? 0) >>> by;
    return next;
  },
  (r, next, d, m, by) => () => {
    r[d] = (r[m] ?? 0) >> Math.min(by, 31);
    return next;
  },
  (r, next, d, m, by) => () => {
    r[d] = rotateRight(r[m] ?? 0, by);
    return next;
  },
];

/** The same with N, Z and C: the carry is the last bit shifted out. */
const byConstantWithFlags: readonly Shift[] = [
  (r, next, d, m, by) => () => {
    const x = r[m] ?? 0;
    const result = x << by;
    r[CARRY] = (x >>> (32 - by)) & 1;
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  (r, next, d, m, by) => () => {
    const x = r[m] ?? 0;
    const result = by === 32 ? 0 : x >>> by;
    r[CARRY] = (x >>> (by - 1)) & 1;
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  (r, next, d, m, by) => () => {
    const x = r[m] ?? 0;
    const result = x >> Math.min(by, 31);
    r[CARRY] = (x >>> (by - 1)) & 1;
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  (r, next, d, m, by) => () => {
    const x = r[m] ?? 0;
    const result = rotateRight(x, by);
    r[CARRY] = (x >>> (by - 1)) & 1;
    r[NZ] = result;
    r[d] = result;
    return next;
  },
];

/** Rotates by one through the carry. */
function rotateWithExtend(r: Int32Array, next: number, d: number, m: number, setsFlags: boolean): Executor {
  return () => {
    const x = r[m] ?? 0;
    const result = (x >>> 1) | ((r[CARRY] ?? 0) << 31);
    r[d] = result;
    if (setsFlags) {
      r[NZ] = result;
      r[CARRY] = x & 1;
    }
    return next;
  };
}

/**
 * Returns the executor of `d = m shifted`, or undefined where the code means no shift (ARMv7-M ARM A7.4.2): then C
 * stays, and `m` itself is the operand.
 * @param by the five bits of the encoding
 * @param setsFlags N, Z and C
 */
export function shiftByConstant(
  { r, next }: DecodeContext,
  type: number,
  by: number,
  setsFlags: boolean,
  d: number,
  m: number,
): Executor | undefined {
  if (type === LSL && by === 0) return undefined;
  if (type === ROR && by === 0) return rotateWithExtend(r, next, d, m, setsFlags);
  return (setsFlags ? byConstantWithFlags : byConstant)[type]?.(r, next, d, m, by || 32);
}

/** `d = n shifted by the low byte of m`. */
const byRegister: readonly Shift[] = [
  (r, next, d, n, m) => () => {
    const by = (r[m] ?? 0) & 255;
    r[d] = by > 31 ? 0 : (r[n] ?? 0) << by;
    return next;
  },
  (r, next, d, n, m) => () => {
    const by = (r[m] ?? 0) & 255;
    r[d] = by > 31 ? 0 : (r[n] ?? 0) >>> by;
    return next;
  },
  (r, next, d, n, m) => () => {
    const by = (r[m] ?? 0) & 255;
    r[d] = (r[n] ?? 0) >> Math.min(by, 31);
    return next;
  },
  (r, next, d, n, m) => () => {
    r[d] = rotateRight(r[n] ?? 0, r[m] ?? 0);
    return next;
  },
];

/** The bit that a shift to the right by 1 or more puts out last. */
function lastBitRight(x: number, by: number, fill: number): number {
  return by > 32 ? fill : (x >>> (by - 1)) & 1;
}

/** The same with N, Z and C; a shift by 0 leaves C. */
const byRegisterWithFlags: readonly Shift[] = [
  (r, next, d, n, m) => () => {
    const x = r[n] ?? 0;
    const by = (r[m] ?? 0) & 255;
    if (by > 0) r[CARRY] = by > 32 ? 0 : (x >>> (32 - by)) & 1;
    const result = by > 31 ? 0 : x << by;
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  (r, next, d, n, m) => () => {
    const x = r[n] ?? 0;
    const by = (r[m] ?? 0) & 255;
    if (by > 0) r[CARRY] = lastBitRight(x, by, 0);
    const result = by > 31 ? 0 : x >>> by;
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  (r, next, d, n, m) => () => {
    const x = r[n] ?? 0;
    const by = (r[m] ?? 0) & 255;
    if (by > 0) r[CARRY] = lastBitRight(x, by, x >>> 31);
    const result = x >> Math.min(by, 31);
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  (r, next, d, n, m) => () => {
    const x = r[n] ?? 0;
    const by = (r[m] ?? 0) & 255;
    const result = rotateRight(x, by);
    if (by > 0) r[CARRY] = result >>> 31;
    r[NZ] = result;
    r[d] = result;
    return next;
  },
];

/** Returns the executor of `d = n shifted by the low byte of m`, all three of them places. */
export function shiftByRegister(
  { r, next }: DecodeContext,
  type: number,
  setsFlags: boolean,
  d: number,
  n: number,
  m: number,
): Executor | undefined {
  return (setsFlags ? byRegisterWithFlags : byRegister)[type]?.(r, next, d, n, m);
}
