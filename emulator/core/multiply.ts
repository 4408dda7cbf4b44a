import { form } from './form.ts';
import { SATURATED } from './places.ts';

/** The lower or the upper half of a word, signed. */
export function half(x: number, isUpper: number): number {
  return isUpper === 1 ? x >> 16 : (x << 16) >> 16;
}

/** Returns a sum that may not fit in a word, without its upper bits; then Q is set. */
function wrapped(r: Int32Array, exact: number): number {
  const result = exact | 0;
  if (result !== exact) r[SATURATED] = 1;
  return result;
}

/** Adds the differences of four pairs of bytes. */
function byteDifferences(x: number, y: number): number {
  let sum = 0;
  for (let at = 0; at < 32; at += 8) sum += Math.abs(((x >>> at) & 255) - ((y >>> at) & 255));
  return sum;
}

/** The product of a word and a half-word, without its lower 16 bits. */
function wordByHalf(x: number, y: number): number {
  return Math.floor((x * y) / 0x1_0000);
}

/** The two products of half-words; those of `m` change places if `x` is 1. */
const lowerProduct = (n: number, m: number, x: number) => half(n, 0) * half(m, x);
const upperProduct = (n: number, m: number, x: number) => half(n, 1) * half(m, 1 - x);

/** Multiplications with a result of one word (ARMv7-M ARM A5.3.16), apart from the upper words in `long-multiply.ts`. */
export const multiplyForms = [
  form(
    'MUL T2',
    '111110110000 nnnn 1111 dddd 0000 mmmm',
    ({ n, d, m }, { r, next }) =>
      () => {
        r[d] = Math.imul(r[n] ?? 0, r[m] ?? 0);
        return next;
      },
    'ndm',
  ),
  form(
    'MLA',
    '111110110000 nnnn aaaa dddd 0000 mmmm',
    ({ n, a, d, m }, { r, next }) =>
      () => {
        r[d] = (r[a] ?? 0) + Math.imul(r[n] ?? 0, r[m] ?? 0);
        return next;
      },
    'nadm',
  ),
  form(
    'MLS',
    '111110110000 nnnn aaaa dddd 0001 mmmm',
    ({ n, a, d, m }, { r, next }) =>
      () => {
        r[d] = (r[a] ?? 0) - Math.imul(r[n] ?? 0, r[m] ?? 0);
        return next;
      },
    'nadm',
  ),
  form(
    'SMULBB, SMULBT, SMULTB, SMULTT',
    '111110110001 nnnn 1111 dddd 00 x y mmmm',
    ({ n, d, x, y, m }, { r, next }) =>
      () => {
        r[d] = half(r[n] ?? 0, x) * half(r[m] ?? 0, y);
        return next;
      },
    'ndm',
  ),
  form(
    'SMLABB, SMLABT, SMLATB, SMLATT',
    '111110110001 nnnn aaaa dddd 00 x y mmmm',
    ({ n, a, d, x, y, m }, { r, next }) =>
      () => {
        r[d] = wrapped(r, half(r[n] ?? 0, x) * half(r[m] ?? 0, y) + (r[a] ?? 0));
        return next;
      },
    'nadm',
  ),
  form(
    'SMUAD',
    '111110110010 nnnn 1111 dddd 000 x mmmm',
    ({ n, d, x, m }, { r, next }) =>
      () => {
        const [p, q] = [r[n] ?? 0, r[m] ?? 0];
        r[d] = wrapped(r, lowerProduct(p, q, x) + upperProduct(p, q, x));
        return next;
      },
    'ndm',
  ),
  form(
    'SMLAD',
    '111110110010 nnnn aaaa dddd 000 x mmmm',
    ({ n, a, d, x, m }, { r, next }) =>
      () => {
        const [p, q] = [r[n] ?? 0, r[m] ?? 0];
        r[d] = wrapped(r, lowerProduct(p, q, x) + upperProduct(p, q, x) + (r[a] ?? 0));
        return next;
      },
    'nadm',
  ),
  form(
    'SMULWB, SMULWT',
    '111110110011 nnnn 1111 dddd 000 y mmmm',
    ({ n, d, y, m }, { r, next }) =>
      () => {
        r[d] = wordByHalf(r[n] ?? 0, half(r[m] ?? 0, y));
        return next;
      },
    'ndm',
  ),
  form(
    'SMLAWB, SMLAWT',
    '111110110011 nnnn aaaa dddd 000 y mmmm',
    ({ n, a, d, y, m }, { r, next }) =>
      () => {
        r[d] = wrapped(r, wordByHalf(r[n] ?? 0, half(r[m] ?? 0, y)) + (r[a] ?? 0));
        return next;
      },
    'nadm',
  ),
  form(
    'SMUSD',
    '111110110100 nnnn 1111 dddd 000 x mmmm',
    ({ n, d, x, m }, { r, next }) =>
      () => {
        const [p, q] = [r[n] ?? 0, r[m] ?? 0];
        r[d] = lowerProduct(p, q, x) - upperProduct(p, q, x);
        return next;
      },
    'ndm',
  ),
  form(
    'SMLSD',
    '111110110100 nnnn aaaa dddd 000 x mmmm',
    ({ n, a, d, x, m }, { r, next }) =>
      () => {
        const [p, q] = [r[n] ?? 0, r[m] ?? 0];
        r[d] = wrapped(r, lowerProduct(p, q, x) - upperProduct(p, q, x) + (r[a] ?? 0));
        return next;
      },
    'nadm',
  ),
  form(
    'USAD8',
    '111110110111 nnnn 1111 dddd 0000 mmmm',
    ({ n, d, m }, { r, next }) =>
      () => {
        r[d] = byteDifferences(r[n] ?? 0, r[m] ?? 0);
        return next;
      },
    'ndm',
  ),
  form(
    'USADA8',
    '111110110111 nnnn aaaa dddd 0000 mmmm',
    ({ n, a, d, m }, { r, next }) =>
      () => {
        r[d] = byteDifferences(r[n] ?? 0, r[m] ?? 0) + (r[a] ?? 0);
        return next;
      },
    'nadm',
  ),
];
