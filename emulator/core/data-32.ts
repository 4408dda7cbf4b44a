import { type AluOperation, compute, LOGICAL } from './alu.ts';
import { type DecodeContext, type Executor, form, type InstructionForm, sequence } from './form.ts';
import { expandImmediate } from './immediates.ts';
import { CARRY, PC, SCRATCH, SINK, SP } from './places.ts';
import { LSL, shiftByConstant } from './shifts.ts';

type Code = '0000' | '0001' | '0010' | '0011' | '0100' | '1000' | '1010' | '1011' | '1101' | '1110';

/** An operation of 32-bit data processing (ARMv7-M ARM A5.3.1, A5.3.11). */
interface DataOperation {
  readonly code: Code;
  readonly name: AluOperation;
  /** The instruction that sets flags only: its destination is 15. */
  readonly comparison?: string;
  /** The operation without a first operand, which is 15. */
  readonly move?: AluOperation;
}

const operations: readonly DataOperation[] = [
  { code: '0000', name: 'AND', comparison: 'TST' },
  { code: '0001', name: 'BIC' },
  { code: '0010', name: 'ORR', move: 'MOV' },
  { code: '0011', name: 'ORN', move: 'MVN' },
  { code: '0100', name: 'EOR', comparison: 'TEQ' },
  { code: '1000', name: 'ADD', comparison: 'CMN' },
  { code: '1010', name: 'ADC' },
  { code: '1011', name: 'SBC' },
  { code: '1101', name: 'SUB', comparison: 'CMP' },
  { code: '1110', name: 'RSB' },
];

/** Only additions and subtractions work on SP, and only those that begin with it write it. */
function isAllowed(name: AluOperation, d: number, n: number): boolean {
  if (n === PC || d === PC) return false;
  const usesStack = name === 'ADD' || name === 'SUB';
  return (n !== SP || usesStack) && (d !== SP || (usesStack && n === SP));
}

/** A register, shifted by a constant. */
interface ShiftedRegister {
  readonly i: number;
  readonly t: number;
  readonly m: number;
}

/** `d = n ∘ shifted m`; logical operations take the carry from the shift. */
function withShiftedRegister(
  at: DecodeContext,
  name: AluOperation,
  setsFlags: boolean,
  d: number,
  n: number,
  { i, t, m }: ShiftedRegister,
): Executor | undefined {
  const setsCarry = setsFlags && LOGICAL.has(name);
  if (name === 'MOV' && (i > 0 || t !== LSL)) return shiftByConstant(at, t, i, setsFlags, d, m);
  const shift = shiftByConstant(at, t, i, setsCarry, SCRATCH, m);
  if (shift === undefined) return compute(at, name, setsFlags, d, n, m);
  return sequence(shift, compute(at, name, setsFlags, d, n, SCRATCH));
}

/** `d = n ∘ constant`; logical operations take the carry from a rotated constant. */
function withImmediate(
  at: DecodeContext,
  name: AluOperation,
  setsFlags: boolean,
  d: number,
  n: number,
  code: number,
): Executor {
  const { r } = at;
  const { value, carry } = expandImmediate(code);
  const execute = compute(at, name, setsFlags, d, n, at.constant(value));
  if (!setsFlags || carry === undefined || !LOGICAL.has(name)) return execute;
  return () => {
    r[CARRY] = carry;
    return execute();
  };
}

/** MOV between registers may read or write SP, but not both at once (ARMv7-M ARM A7.7.76). */
function isMoveOfStack(name: AluOperation, S: number, d: number, { i, t, m }: ShiftedRegister): boolean {
  return (
    name === 'MOV' && S === 0 && i === 0 && t === LSL && (d === SP) !== (m === SP) && d !== PC && m !== PC
  );
}

const isGeneral = (n: number) => n !== SP && n !== PC;

function comparisonForms(comparison: string, code: Code, name: AluOperation): InstructionForm[] {
  return [
    form(
      `${comparison} (register) 32`,
      `1110101 ${code} 1 nnnn 0 iii 1111 ii tt mmmm`,
      (f, at) => (isAllowed(name, SINK, f.n) ? withShiftedRegister(at, name, true, SINK, f.n, f) : undefined),
      'm',
    ),
    form(`${comparison} (immediate) 32`, `11110 i 0 ${code} 1 nnnn 0 iii 1111 iiiiiiii`, ({ n, i }, at) =>
      isAllowed(name, SINK, n) ? withImmediate(at, name, true, SINK, n, i) : undefined,
    ),
  ];
}

function moveForms(move: AluOperation, code: Code): InstructionForm[] {
  return [
    form(`${move} (register) 32`, `1110101 ${code} S 1111 0 iii dddd ii tt mmmm`, (f, at) => {
      const isDefined = (isGeneral(f.d) && isGeneral(f.m)) || isMoveOfStack(move, f.S, f.d, f);
      return isDefined ? withShiftedRegister(at, move, f.S === 1, f.d, f.d, f) : undefined;
    }),
    form(
      `${move} (immediate) 32`,
      `11110 i 0 ${code} S 1111 0 iii dddd iiiiiiii`,
      ({ S, d, i }, at) => withImmediate(at, move, S === 1, d, d, i),
      'd',
    ),
  ];
}

function computingForms(name: AluOperation, code: Code): InstructionForm[] {
  return [
    form(
      `${name} (register) 32`,
      `1110101 ${code} S nnnn 0 iii dddd ii tt mmmm`,
      (f, at) =>
        isAllowed(name, f.d, f.n) ? withShiftedRegister(at, name, f.S === 1, f.d, f.n, f) : undefined,
      'm',
    ),
    form(`${name} (immediate) 32`, `11110 i 0 ${code} S nnnn 0 iii dddd iiiiiiii`, ({ S, n, d, i }, at) =>
      isAllowed(name, d, n) ? withImmediate(at, name, S === 1, d, n, i) : undefined,
    ),
  ];
}

/** Data processing of 32 bits with a shifted register or a modified immediate. */
export const dataForms32 = operations.flatMap(({ code, name, comparison, move }) => [
  ...(comparison === undefined ? [] : comparisonForms(comparison, code, name)),
  ...(move === undefined ? [] : moveForms(move, code)),
  ...computingForms(name, code),
]);
