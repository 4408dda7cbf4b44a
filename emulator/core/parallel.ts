import { type DecodeContext, type Executor, form, type InstructionForm } from './form.ts';
import { GREATER } from './places.ts';

/** How a parallel operation reads its lanes and what it makes of each exact result (ARMv7-M ARM A5.3.13, A5.3.14). */
interface Rounding {
  readonly prefix: string;
  readonly code: '0000' | '0001' | '0010' | '0100' | '0101' | '0110';
  readonly isSigned: boolean;
  readonly result: 'wraps' | 'saturates' | 'halves';
}

const roundings: readonly Rounding[] = [
  { prefix: 'S', code: '0000', isSigned: true, result: 'wraps' },
  { prefix: 'Q', code: '0001', isSigned: true, result: 'saturates' },
  { prefix: 'SH', code: '0010', isSigned: true, result: 'halves' },
  { prefix: 'U', code: '0100', isSigned: false, result: 'wraps' },
  { prefix: 'UQ', code: '0101', isSigned: false, result: 'saturates' },
  { prefix: 'UH', code: '0110', isSigned: false, result: 'halves' },
];

/** What happens in the lanes: the lowest one comes first. */
interface Lanes {
  readonly name: string;
  readonly code: '000' | '001' | '010' | '100' | '101' | '110';
  readonly width: 8 | 16;
  readonly signs: readonly (1 | -1)[];
  /** Whether the halves of the second operand change places. */
  readonly isCrossed: boolean;
}

const lanes: readonly Lanes[] = [
  { name: 'ADD8', code: '000', width: 8, signs: [1, 1, 1, 1], isCrossed: false },
  { name: 'ADD16', code: '001', width: 16, signs: [1, 1], isCrossed: false },
  { name: 'ASX', code: '010', width: 16, signs: [-1, 1], isCrossed: true },
  { name: 'SUB8', code: '100', width: 8, signs: [-1, -1, -1, -1], isCrossed: false },
  { name: 'SUB16', code: '101', width: 16, signs: [-1, -1], isCrossed: false },
  { name: 'SAX', code: '110', width: 16, signs: [1, -1], isCrossed: true },
];

/** Whether a lane's GE flags are set: a signed result is not negative; an unsigned one carries, or does not borrow. */
function isGreater(exact: number, sign: 1 | -1, width: number, isSigned: boolean): boolean {
  return isSigned || sign < 0 ? exact >= 0 : exact >= 2 ** width;
}

function rounded(exact: number, width: number, { isSigned, result }: Rounding): number {
  if (result === 'wraps') return exact;
  if (result === 'halves') return exact >> 1;
  const low = isSigned ? -(2 ** (width - 1)) : 0;
  const high = isSigned ? 2 ** (width - 1) - 1 : 2 ** width - 1;
  return Math.min(Math.max(exact, low), high);
}

function parallel(
  { r, next }: DecodeContext,
  { n, d, m }: { n: number; d: number; m: number },
  { width, signs, isCrossed }: Lanes,
  rounding: Rounding,
): Executor {
  const mask = 2 ** width - 1;
  const unused = 32 - width;
  const { isSigned } = rounding;
  const lane = (x: number, at: number) => (isSigned ? ((x >>> at) << unused) >> unused : (x >>> at) & mask);
  return () => {
    const [x, y] = [r[n] ?? 0, r[m] ?? 0];
    let result = 0;
    let greater = 0;
    for (let index = 0; index < signs.length; index++) {
      const at = index * width;
      const sign = signs[index] ?? 1;
      const exact = lane(x, at) + sign * lane(y, isCrossed ? 16 - at : at);
      if (isGreater(exact, sign, width, isSigned)) greater |= mask << at;
      result |= (rounded(exact, width, rounding) & mask) << at;
    }
    r[d] = result;
    if (rounding.result === 'wraps') r[GREATER] = greater;
    return next;
  };
}

/** Operations on two half-words or four bytes at once, and SEL, which picks bytes by the GE flags. */
export const parallelForms: readonly InstructionForm[] = [
  ...lanes.flatMap(operation =>
    roundings.map(rounding =>
      form(
        `${rounding.prefix}${operation.name}`,
        `111110101 ${operation.code} nnnn 1111 dddd ${rounding.code} mmmm`,
        (f, at) => parallel(at, f, operation, rounding),
        'ndm',
      ),
    ),
  ),
  form(
    'SEL',
    '111110101010 nnnn 1111 dddd 1000 mmmm',
    ({ n, d, m }, { r, next }) =>
      () => {
        const greater = r[GREATER] ?? 0;
        r[d] = ((r[n] ?? 0) & greater) | ((r[m] ?? 0) & ~greater);
        return next;
      },
    'ndm',
  ),
];
