import { ProcessorFault } from './fault.ts';
import { type DecodeContext, type Executor, form } from './form.ts';
import { half } from './multiply.ts';

/** The upper word of the product of two unsigned words. */
function upperUnsigned(x: number, y: number): number {
  const xLow = x & 0xffff;
  const xHigh = x >>> 16;
  const yLow = y & 0xffff;
  const yHigh = y >>> 16;
  // Neither of the two sums exceeds 32 bits.
  const middle = xHigh * yLow + ((xLow * yLow) >>> 16);
  const other = xLow * yHigh + (middle & 0xffff);
  return (xHigh * yHigh + (middle >>> 16) + (other >>> 16)) | 0;
}

/** The upper word of the product of two signed words. */
function upperSigned(x: number, y: number): number {
  return (upperUnsigned(x, y) - (x < 0 ? y : 0) - (y < 0 ? x : 0)) | 0;
}

/** Adds a double word to the one in `high` and `low`. */
function accumulate(r: Int32Array, low: number, high: number, addLow: number, addHigh: number): void {
  const sum = ((r[low] ?? 0) >>> 0) + (addLow >>> 0);
  r[low] = sum;
  r[high] = (r[high] ?? 0) + addHigh + (sum > 0xffff_ffff ? 1 : 0);
}

/** Adds a number of up to 53 bits. */
function accumulateNumber(r: Int32Array, low: number, high: number, value: number): void {
  accumulate(r, low, high, value | 0, Math.floor(value / 0x1_0000_0000));
}

/** The registers of a long multiplication: the result is in d (upper word) and l. */
interface LongOperands {
  readonly n: number;
  readonly l: number;
  readonly d: number;
  readonly m: number;
}

/** Returns undefined if the two words of the result have the same register. */
const unlessEqual = ({ l, d }: LongOperands, execute: Executor) => (l === d ? undefined : execute);

function longProduct(operands: LongOperands, { r, next }: DecodeContext, isSigned: boolean) {
  const { n, l, d, m } = operands;
  const upper = isSigned ? upperSigned : upperUnsigned;
  return unlessEqual(operands, () => {
    const [x, y] = [r[n] ?? 0, r[m] ?? 0];
    r[l] = Math.imul(x, y);
    r[d] = upper(x, y);
    return next;
  });
}

function longAccumulate(operands: LongOperands, { r, next }: DecodeContext, isSigned: boolean) {
  const { n, l, d, m } = operands;
  const upper = isSigned ? upperSigned : upperUnsigned;
  return unlessEqual(operands, () => {
    const [x, y] = [r[n] ?? 0, r[m] ?? 0];
    accumulate(r, l, d, Math.imul(x, y), upper(x, y));
    return next;
  });
}

/** SMLALD and SMLSLD: two products of half-words, added or subtracted. */
function longDual(operands: LongOperands, x: number, sign: 1 | -1, { r, next }: DecodeContext) {
  const { n, l, d, m } = operands;
  return unlessEqual(operands, () => {
    const [p, q] = [r[n] ?? 0, r[m] ?? 0];
    accumulateNumber(r, l, d, half(p, 0) * half(q, x) + sign * half(p, 1) * half(q, 1 - x));
    return next;
  });
}

/** Multiplications with a result of two words, or the upper one of them, and divisions (ARMv7-M ARM A5.3.16, A5.3.17). */
export const longMultiplyForms = [
  form('SMULL', '111110111000 nnnn llll dddd 0000 mmmm', (f, at) => longProduct(f, at, true), 'nldm'),
  form('UMULL', '111110111010 nnnn llll dddd 0000 mmmm', (f, at) => longProduct(f, at, false), 'nldm'),
  form('SMLAL', '111110111100 nnnn llll dddd 0000 mmmm', (f, at) => longAccumulate(f, at, true), 'nldm'),
  form('UMLAL', '111110111110 nnnn llll dddd 0000 mmmm', (f, at) => longAccumulate(f, at, false), 'nldm'),
  form(
    'SMLALBB, SMLALBT, SMLALTB, SMLALTT',
    '111110111100 nnnn llll dddd 10 x y mmmm',
    (f, { r, next }) => {
      const { n, l, d, x, y, m } = f;
      return unlessEqual(f, () => {
        accumulateNumber(r, l, d, half(r[n] ?? 0, x) * half(r[m] ?? 0, y));
        return next;
      });
    },
    'nldm',
  ),
  form('SMLALD', '111110111100 nnnn llll dddd 110 x mmmm', (f, at) => longDual(f, f.x, 1, at), 'nldm'),
  form('SMLSLD', '111110111101 nnnn llll dddd 110 x mmmm', (f, at) => longDual(f, f.x, -1, at), 'nldm'),
  form(
    'UMAAL',
    '111110111110 nnnn llll dddd 0110 mmmm',
    (f, { r, next }) => {
      const { n, l, d, m } = f;
      return unlessEqual(f, () => {
        const [x, y, upper] = [r[n] ?? 0, r[m] ?? 0, r[d] ?? 0];
        r[d] = 0;
        accumulate(r, l, d, Math.imul(x, y), upperUnsigned(x, y));
        accumulate(r, l, d, upper, 0);
        return next;
      });
    },
    'nldm',
  ),
  form(
    'SMMUL',
    '111110110101 nnnn 1111 dddd 000 r mmmm',
    ({ n, d, r: rounds, m }, { r, next }) =>
      () => {
        const [x, y] = [r[n] ?? 0, r[m] ?? 0];
        r[d] = upperSigned(x, y) + (rounds * Math.imul(x, y) < 0 ? 1 : 0);
        return next;
      },
    'ndm',
  ),
  form(
    'SMMLA',
    '111110110101 nnnn aaaa dddd 000 r mmmm',
    ({ n, a, d, r: rounds, m }, { r, next }) =>
      () => {
        const [x, y] = [r[n] ?? 0, r[m] ?? 0];
        r[d] = (r[a] ?? 0) + upperSigned(x, y) + (rounds * Math.imul(x, y) < 0 ? 1 : 0);
        return next;
      },
    'nadm',
  ),
  form(
    'SMMLS',
    '111110110110 nnnn aaaa dddd 000 r mmmm',
    ({ n, a, d, r: rounds, m }, { r, next }) =>
      () => {
        const [x, y] = [r[n] ?? 0, r[m] ?? 0];
        const low = -Math.imul(x, y) | 0;
        const borrow = low === 0 ? 0 : 1;
        r[d] = (r[a] ?? 0) - upperSigned(x, y) - borrow + (rounds * low < 0 ? 1 : 0);
        return next;
      },
    'nadm',
  ),
  form(
    'SDIV',
    '111110111001 nnnn 1111 dddd 1111 mmmm',
    ({ n, d, m }, at) => division(at, d, m, r => (r[n] ?? 0) / (r[m] ?? 0)),
    'ndm',
  ),
  form(
    'UDIV',
    '111110111011 nnnn 1111 dddd 1111 mmmm',
    ({ n, d, m }, at) => division(at, d, m, r => ((r[n] ?? 0) >>> 0) / ((r[m] ?? 0) >>> 0)),
    'ndm',
  ),
];

/** Divides towards zero; by zero, the result is 0, unless CCR asks for a fault. */
function division(
  { r, pc, next, controls }: DecodeContext,
  d: number,
  m: number,
  quotient: (r: Int32Array) => number,
): Executor {
  return () => {
    if (r[m] === 0) {
      if (controls.trapsDivisionByZero) throw new ProcessorFault('division-by-zero', pc);
      r[d] = 0;
    } else r[d] = quotient(r);
    return next;
  };
}
