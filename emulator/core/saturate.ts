import { type DecodeContext, type Executor, form } from './form.ts';
import { SATURATED, SCRATCH } from './places.ts';
import { ASR, LSL, shiftByConstant } from './shifts.ts';

/** Returns the value, or the bound that it exceeds; then Q is set. */
function clamp(r: Int32Array, value: number, low: number, high: number): number {
  if (value >= low && value <= high) return value;
  r[SATURATED] = 1;
  return value < low ? low : high;
}

const LOWEST = -0x8000_0000;
const HIGHEST = 0x7fff_ffff;

interface Range {
  readonly low: number;
  readonly high: number;
}

const signedRange = (bits: number): Range => ({ low: -(2 ** (bits - 1)), high: 2 ** (bits - 1) - 1 });
const unsignedRange = (bits: number): Range => ({ low: 0, high: 2 ** bits - 1 });

/** The fields of SSAT and USAT. */
interface SaturateFields {
  readonly s: number;
  readonly n: number;
  readonly i: number;
  readonly d: number;
}

function saturateShifted(
  at: DecodeContext,
  { s, n, i, d }: SaturateFields,
  range: Range,
): Executor | undefined {
  const { r, next } = at;
  const { low, high } = range;
  // ASR by 0 is the encoding of SSAT16 and USAT16.
  if (s === 1 && i === 0) return undefined;
  const shift = shiftByConstant(at, s === 1 ? ASR : LSL, i, false, SCRATCH, n);
  const shifted = shift === undefined ? n : SCRATCH;
  return () => {
    shift?.();
    r[d] = clamp(r, r[shifted] ?? 0, low, high);
    return next;
  };
}

function saturateHalves({ r, next }: DecodeContext, n: number, d: number, { low, high }: Range): Executor {
  return () => {
    const x = r[n] ?? 0;
    const lower = clamp(r, (x << 16) >> 16, low, high);
    const upper = clamp(r, x >> 16, low, high);
    r[d] = (lower & 0xffff) | (upper << 16);
    return next;
  };
}

/** QADD and its kin: `d = m ± n`, with n doubled or not, each step saturated. */
function saturatedSum(
  { r, next }: DecodeContext,
  f: { n: number; d: number; m: number },
  factor: 1 | 2,
  sign: 1 | -1,
) {
  const { n, d, m } = f;
  return () => {
    const operand = clamp(r, factor * (r[n] ?? 0), LOWEST, HIGHEST);
    r[d] = clamp(r, (r[m] ?? 0) + sign * operand, LOWEST, HIGHEST);
    return next;
  };
}

/** Saturation (ARMv7-M ARM A5.3.3, A5.3.15). */
export const saturateForms = [
  form(
    'SSAT16',
    '11110 0 110010 nnnn 0000 dddd 0000 iiii',
    ({ n, d, i }, at) => saturateHalves(at, n, d, signedRange(i + 1)),
    'nd',
  ),
  form(
    'USAT16',
    '11110 0 111010 nnnn 0000 dddd 0000 iiii',
    ({ n, d, i }, at) => saturateHalves(at, n, d, unsignedRange(i)),
    'nd',
  ),
  form(
    'SSAT',
    '11110 0 1100 s 0 nnnn 0 iii dddd ii 0 jjjjj',
    (f, at) => saturateShifted(at, f, signedRange(f.j + 1)),
    'nd',
  ),
  form(
    'USAT',
    '11110 0 1110 s 0 nnnn 0 iii dddd ii 0 jjjjj',
    (f, at) => saturateShifted(at, f, unsignedRange(f.j)),
    'nd',
  ),
  form('QADD', '111110101000 nnnn 1111 dddd 1000 mmmm', (f, at) => saturatedSum(at, f, 1, 1), 'ndm'),
  form('QDADD', '111110101000 nnnn 1111 dddd 1001 mmmm', (f, at) => saturatedSum(at, f, 2, 1), 'ndm'),
  form('QSUB', '111110101000 nnnn 1111 dddd 1010 mmmm', (f, at) => saturatedSum(at, f, 1, -1), 'ndm'),
  form('QDSUB', '111110101000 nnnn 1111 dddd 1011 mmmm', (f, at) => saturatedSum(at, f, 2, -1), 'ndm'),
];
