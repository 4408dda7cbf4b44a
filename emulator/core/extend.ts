import { type DecodeContext, type Executor, form, type InstructionForm } from './form.ts';
import { rotateRight } from './shifts.ts';

type Code = '000' | '001' | '010' | '011' | '100' | '101';

/** A widening of parts of a word, and the addition of it. */
interface Extension {
  readonly code: Code;
  readonly name: string;
  /** The instruction that adds. */
  readonly addition: string;
  readonly extend: (x: number) => number;
  readonly add: (n: number, extended: number) => number;
}

const addWords = (n: number, x: number) => (n + x) | 0;

/** Adds the half-words apart. */
const addHalves = (n: number, x: number) =>
  ((n + x) & 0xffff) | (((n & 0xffff_0000) + (x & 0xffff_0000)) & 0xffff_0000);

const signedByte = (x: number) => (x << 24) >> 24;
const signedHalf = (x: number) => (x << 16) >> 16;

const extensions: readonly Extension[] = [
  { code: '000', name: 'SXTH', addition: 'SXTAH', extend: signedHalf, add: addWords },
  { code: '001', name: 'UXTH', addition: 'UXTAH', extend: x => x & 0xffff, add: addWords },
  {
    code: '010',
    name: 'SXTB16',
    addition: 'SXTAB16',
    extend: x => (signedByte(x) & 0xffff) | (signedByte(x >> 16) << 16),
    add: addHalves,
  },
  { code: '011', name: 'UXTB16', addition: 'UXTAB16', extend: x => x & 0x00ff_00ff, add: addHalves },
  { code: '100', name: 'SXTB', addition: 'SXTAB', extend: signedByte, add: addWords },
  { code: '101', name: 'UXTB', addition: 'UXTAB', extend: x => x & 0xff, add: addWords },
];

function extension({ r, next }: DecodeContext, d: number, m: number, extend: Extension['extend']): Executor {
  return () => {
    r[d] = extend(r[m] ?? 0);
    return next;
  };
}

function extensionOfRotated(
  { r, next }: DecodeContext,
  d: number,
  m: number,
  by: number,
  extend: Extension['extend'],
): Executor {
  return () => {
    r[d] = extend(rotateRight(r[m] ?? 0, by));
    return next;
  };
}

function formsOf({ code, name, addition, extend, add }: Extension): InstructionForm[] {
  return [
    form(
      `${name} T2`,
      `111110100 ${code} 1111 1111 dddd 10 kk mmmm`,
      ({ d, k, m }, at) =>
        k === 0 ? extension(at, d, m, extend) : extensionOfRotated(at, d, m, 8 * k, extend),
      'dm',
    ),
    form(
      addition,
      `111110100 ${code} nnnn 1111 dddd 10 kk mmmm`,
      ({ n, d, k, m }, { r, next }) =>
        () => {
          r[d] = add(r[n] ?? 0, extend(rotateRight(r[m] ?? 0, 8 * k)));
          return next;
        },
      'ndm',
    ),
  ];
}

/** Sign and zero extensions (ARMv7-M ARM A5.2.5, A5.3.12). */
export const extendForms = [
  form('SXTH T1', '1011001000 mmm ddd', ({ m, d }, at) => extension(at, d, m, signedHalf)),
  form('SXTB T1', '1011001001 mmm ddd', ({ m, d }, at) => extension(at, d, m, signedByte)),
  form('UXTH T1', '1011001010 mmm ddd', ({ m, d }, { r, next }) => () => {
    r[d] = (r[m] ?? 0) & 0xffff;
    return next;
  }),
  form('UXTB T1', '1011001011 mmm ddd', ({ m, d }, { r, next }) => () => {
    r[d] = (r[m] ?? 0) & 0xff;
    return next;
  }),
  ...extensions.flatMap(formsOf),
];
