import { compute } from './alu.ts';
import { form, literalBase } from './form.ts';
import { PC, SP } from './places.ts';
import { rotateRight } from './shifts.ts';

/** Ones in the lowest `width` bits, of 1 to 32. */
const ones = (width: number) => (width === 32 ? -1 : (1 << width) - 1);

const reverseBytes = (x: number) => (x << 24) | ((x << 8) & 0xff_0000) | ((x >>> 8) & 0xff00) | (x >>> 24);
const reverseHalves = (x: number) => rotateRight(reverseBytes(x), 16);
const reverseSigned = (x: number) => ((x << 24) >> 16) | ((x >>> 8) & 0xff);

function reverseBits(x: number): number {
  const pairs = ((x >>> 1) & 0x5555_5555) | ((x & 0x5555_5555) << 1);
  const nibbles = ((pairs >>> 2) & 0x3333_3333) | ((pairs & 0x3333_3333) << 2);
  return reverseBytes(((nibbles >>> 4) & 0x0f0f_0f0f) | ((nibbles & 0x0f0f_0f0f) << 4));
}

/** `d = f(m)` */
const unary = (f: (x: number) => number) => {
  return ({ m, d }: { m: number; d: number }, { r, next }: { r: Int32Array; next: number }) =>
    () => {
      r[d] = f(r[m] ?? 0);
      return next;
    };
};

/** A 32-bit instruction that names its register twice. */
const unaryTwice = (f: (x: number) => number) => {
  const make = unary(f);
  return ({ k, m, d }: { k: number; m: number; d: number }, at: { r: Int32Array; next: number }) =>
    k === m ? make({ m, d }, at) : undefined;
};

/** d is neither PC nor, unless it begins with SP, SP. */
const isWritable = (d: number, n: number) => d !== PC && (d !== SP || n === SP);

/** Plain immediates, bit fields and the orders of bits and bytes (ARMv7-M ARM A5.3.3, A5.3.15). */
export const bitFieldForms = [
  form(
    'ADR T3',
    '11110 i 100000 1111 0 iii dddd iiiiiiii',
    ({ i, d }, at) => compute(at, 'MOV', false, d, d, at.constant(literalBase(at) + i)),
    'd',
  ),
  form(
    'ADR T2',
    '11110 i 101010 1111 0 iii dddd iiiiiiii',
    ({ i, d }, at) => compute(at, 'MOV', false, d, d, at.constant(literalBase(at) - i)),
    'd',
  ),
  form('ADDW', '11110 i 100000 nnnn 0 iii dddd iiiiiiii', ({ i, n, d }, at) =>
    isWritable(d, n) ? compute(at, 'ADD', false, d, n, at.constant(i)) : undefined,
  ),
  form('SUBW', '11110 i 101010 nnnn 0 iii dddd iiiiiiii', ({ i, n, d }, at) =>
    isWritable(d, n) ? compute(at, 'SUB', false, d, n, at.constant(i)) : undefined,
  ),
  form(
    'MOVW',
    '11110 i 100100 jjjj 0 iii dddd iiiiiiii',
    ({ i, j, d }, at) => compute(at, 'MOV', false, d, d, at.constant((j << 12) | i)),
    'd',
  ),
  form(
    'MOVT',
    '11110 i 101100 jjjj 0 iii dddd iiiiiiii',
    ({ i, j, d }, { r, next }) => {
      const upper = (j << 28) | (i << 16);
      return () => {
        r[d] = ((r[d] ?? 0) & 0xffff) | upper;
        return next;
      };
    },
    'd',
  ),
  form(
    'SBFX',
    '11110 0 110100 nnnn 0 iii dddd ii 0 wwwww',
    ({ n, i, d, w }, { r, next }) => {
      const left = 31 - i - w;
      if (left < 0) return undefined;
      return () => {
        r[d] = ((r[n] ?? 0) << left) >> (31 - w);
        return next;
      };
    },
    'nd',
  ),
  form(
    'UBFX',
    '11110 0 111100 nnnn 0 iii dddd ii 0 wwwww',
    ({ n, i, d, w }, { r, next }) => {
      const mask = ones(w + 1);
      if (i + w > 31) return undefined;
      return () => {
        r[d] = ((r[n] ?? 0) >>> i) & mask;
        return next;
      };
    },
    'nd',
  ),
  form(
    'BFC',
    '11110 0 110110 1111 0 iii dddd ii 0 jjjjj',
    ({ i, d, j }, { r, next }) => {
      if (j < i) return undefined;
      const keep = ~(ones(j - i + 1) << i);
      return () => {
        r[d] = (r[d] ?? 0) & keep;
        return next;
      };
    },
    'd',
  ),
  form(
    'BFI',
    '11110 0 110110 nnnn 0 iii dddd ii 0 jjjjj',
    ({ n, i, d, j }, { r, next }) => {
      if (j < i) return undefined;
      const mask = ones(j - i + 1) << i;
      return () => {
        r[d] = ((r[d] ?? 0) & ~mask) | (((r[n] ?? 0) << i) & mask);
        return next;
      };
    },
    'nd',
  ),
  form('REV T1', '1011101000 mmm ddd', unary(reverseBytes)),
  form('REV16 T1', '1011101001 mmm ddd', unary(reverseHalves)),
  form('REVSH T1', '1011101011 mmm ddd', unary(reverseSigned)),
  form('REV T2', '111110101001 kkkk 1111 dddd 1000 mmmm', unaryTwice(reverseBytes), 'dm'),
  form('REV16 T2', '111110101001 kkkk 1111 dddd 1001 mmmm', unaryTwice(reverseHalves), 'dm'),
  form('RBIT', '111110101001 kkkk 1111 dddd 1010 mmmm', unaryTwice(reverseBits), 'dm'),
  form('REVSH T2', '111110101001 kkkk 1111 dddd 1011 mmmm', unaryTwice(reverseSigned), 'dm'),
  form('CLZ', '111110101011 kkkk 1111 dddd 1000 mmmm', unaryTwice(Math.clz32), 'dm'),
];
