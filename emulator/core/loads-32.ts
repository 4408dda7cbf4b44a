import { type AccessOperation, access, accessWithWriteBack } from './access.ts';
import { form, type InstructionForm, literalBase } from './form.ts';
import { PC } from './places.ts';

/** Bits 24 to 20 of 32-bit loads and stores, without U (ARMv7-M ARM A5.3.7 to A5.3.10). */
type Sign = '0' | '1';
type Size = '00' | '01' | '10';
type Direction = '0' | '1';

interface AccessKind {
  readonly operation: AccessOperation;
  readonly sign: Sign;
  readonly size: Size;
  readonly isLoad: Direction;
}

const kinds: readonly AccessKind[] = [
  { operation: 'STRB', sign: '0', size: '00', isLoad: '0' },
  { operation: 'LDRB', sign: '0', size: '00', isLoad: '1' },
  { operation: 'STRH', sign: '0', size: '01', isLoad: '0' },
  { operation: 'LDRH', sign: '0', size: '01', isLoad: '1' },
  { operation: 'STR', sign: '0', size: '10', isLoad: '0' },
  { operation: 'LDR', sign: '0', size: '10', isLoad: '1' },
  { operation: 'LDRSB', sign: '1', size: '00', isLoad: '1' },
  { operation: 'LDRSH', sign: '1', size: '01', isLoad: '1' },
];

/** Hints that data or instructions will be wanted; there is no cache (ARMv7-M ARM A7.7.85 to A7.7.89). */
const preloads = [
  form(
    'PLD (immediate)',
    '11111000 1 0 x 1 nnnn 1111 iiiiiiiiiiii',
    (_, { next }) =>
      () =>
        next,
  ),
  form(
    'PLD (immediate) negative',
    '11111000 0 0 x 1 nnnn 1111 1100 iiiiiiii',
    (_, { next }) =>
      () =>
        next,
  ),
  form(
    'PLD (literal)',
    '11111000 u 0 x 1 1111 1111 iiiiiiiiiiii',
    (_, { next }) =>
      () =>
        next,
  ),
  form(
    'PLD (register)',
    '11111000 0 0 x 1 nnnn 1111 000000 ii mmmm',
    (_, { next }) =>
      () =>
        next,
  ),
  form(
    'PLI (immediate)',
    '11111001 1 00 1 nnnn 1111 iiiiiiiiiiii',
    (_, { next }) =>
      () =>
        next,
  ),
  form(
    'PLI (immediate) negative',
    '11111001 0 00 1 nnnn 1111 1100 iiiiiiii',
    (_, { next }) =>
      () =>
        next,
  ),
  form(
    'PLI (literal)',
    '11111001 u 00 1 1111 1111 iiiiiiiiiiii',
    (_, { next }) =>
      () =>
        next,
  ),
  form(
    'PLI (register)',
    '11111001 0 00 1 nnnn 1111 000000 ii mmmm',
    (_, { next }) =>
      () =>
        next,
  ),
];

function formsOf({ operation, sign, size, isLoad }: AccessKind): InstructionForm[] {
  return [
    form(
      `${operation} (immediate) 12 bits`,
      `1111100 ${sign} 1 ${size} ${isLoad} nnnn tttt iiiiiiiiiiii`,
      ({ n, t, i }, at) => (n === PC ? undefined : access(at, operation, t, n, at.constant(i))),
    ),
    form(
      `${operation} (register) 32`,
      `1111100 ${sign} 0 ${size} ${isLoad} nnnn tttt 000000 ii mmmm`,
      ({ n, t, i, m }, at) => (n === PC ? undefined : access(at, operation, t, n, m, i)),
      'm',
    ),
    form(
      `${operation} (immediate) negative`,
      `1111100 ${sign} 0 ${size} ${isLoad} nnnn tttt 1100 iiiiiiii`,
      ({ n, t, i }, at) => (n === PC ? undefined : access(at, operation, t, n, at.constant(-i))),
    ),
    form(
      `${operation}T`,
      `1111100 ${sign} 0 ${size} ${isLoad} nnnn tttt 1110 iiiiiiii`,
      ({ n, t, i }, at) => (n === PC ? undefined : access(at, operation, t, n, at.constant(i))),
      't',
    ),
    form(
      `${operation} (immediate) indexed`,
      `1111100 ${sign} 0 ${size} ${isLoad} nnnn tttt 1 p u 1 iiiiiiii`,
      ({ n, t, p, u, i }, at) => accessWithWriteBack(at, operation, t, n, u === 1 ? i : -i, p === 1),
    ),
  ];
}

function literalForms({ operation, sign, size, isLoad }: AccessKind): InstructionForm[] {
  if (isLoad === '0') return [];
  return [
    form(
      `${operation} (literal) 32`,
      `1111100 ${sign} u ${size} 1 1111 tttt iiiiiiiiiiii`,
      ({ u, t, i }, at) =>
        access(at, operation, t, at.constant(literalBase(at) + (u === 1 ? i : -i)), at.constant(0)),
    ),
  ];
}

/** Loads and stores of one register in 32 bits; the forms with literals come first, for PC is no base otherwise. */
export const loadForms32 = [...preloads, ...kinds.flatMap(literalForms), ...kinds.flatMap(formsOf)];
