import { type AluOperation, compute } from './alu.ts';
import { type DecodeContext, type Executor, form, literalBase, source } from './form.ts';
import { PC, SINK, SP } from './places.ts';
import { ASR, LSL, LSR, ROR, shiftByConstant, shiftByRegister } from './shifts.ts';

/** Instructions that set flags outside an IT block only. */
const flagging = (context: DecodeContext, operation: AluOperation, d: number, n: number, m: number) =>
  compute(context, operation, !context.isConditional, d, n, m);

const shifting = (context: DecodeContext, type: number, by: number, d: number, m: number) =>
  shiftByConstant(context, type, by, !context.isConditional, d, m) ?? flagging(context, 'MOV', d, m, m);

const shiftingByRegister = (context: DecodeContext, type: number, d: number, m: number) =>
  shiftByRegister(context, type, !context.isConditional, d, d, m);

/** Compares whatever the IT block says: that is all it does. */
const comparing = (context: DecodeContext, operation: AluOperation, n: number, m: number) =>
  compute(context, operation, true, SINK, n, m);

function jumpTo({ r }: DecodeContext, n: number, m: number): Executor {
  return () => ((r[n] ?? 0) + (r[m] ?? 0)) & ~1;
}

/** Data processing of 16 bits (ARMv7-M ARM A5.2.1 to A5.2.3). */
export const dataForms16 = [
  form('LSL (immediate) T1', '00000 iiiii mmm ddd', ({ i, m, d }, at) => shifting(at, LSL, i, d, m)),
  form('LSR (immediate) T1', '00001 iiiii mmm ddd', ({ i, m, d }, at) => shifting(at, LSR, i, d, m)),
  form('ASR (immediate) T1', '00010 iiiii mmm ddd', ({ i, m, d }, at) => shifting(at, ASR, i, d, m)),
  form('ADD (register) T1', '0001100 mmm nnn ddd', ({ m, n, d }, at) => flagging(at, 'ADD', d, n, m)),
  form('SUB (register) T1', '0001101 mmm nnn ddd', ({ m, n, d }, at) => flagging(at, 'SUB', d, n, m)),
  form('ADD (immediate) T1', '0001110 iii nnn ddd', ({ i, n, d }, at) =>
    flagging(at, 'ADD', d, n, at.constant(i)),
  ),
  form('SUB (immediate) T1', '0001111 iii nnn ddd', ({ i, n, d }, at) =>
    flagging(at, 'SUB', d, n, at.constant(i)),
  ),
  form('MOV (immediate) T1', '00100 ddd iiiiiiii', ({ d, i }, at) =>
    flagging(at, 'MOV', d, d, at.constant(i)),
  ),
  form('CMP (immediate) T1', '00101 nnn iiiiiiii', ({ n, i }, at) => comparing(at, 'SUB', n, at.constant(i))),
  form('ADD (immediate) T2', '00110 ddd iiiiiiii', ({ d, i }, at) =>
    flagging(at, 'ADD', d, d, at.constant(i)),
  ),
  form('SUB (immediate) T2', '00111 ddd iiiiiiii', ({ d, i }, at) =>
    flagging(at, 'SUB', d, d, at.constant(i)),
  ),
  form('AND (register) T1', '010000 0000 mmm ddd', ({ m, d }, at) => flagging(at, 'AND', d, d, m)),
  form('EOR (register) T1', '010000 0001 mmm ddd', ({ m, d }, at) => flagging(at, 'EOR', d, d, m)),
  form('LSL (register) T1', '010000 0010 mmm ddd', ({ m, d }, at) => shiftingByRegister(at, LSL, d, m)),
  form('LSR (register) T1', '010000 0011 mmm ddd', ({ m, d }, at) => shiftingByRegister(at, LSR, d, m)),
  form('ASR (register) T1', '010000 0100 mmm ddd', ({ m, d }, at) => shiftingByRegister(at, ASR, d, m)),
  form('ADC (register) T1', '010000 0101 mmm ddd', ({ m, d }, at) => flagging(at, 'ADC', d, d, m)),
  form('SBC (register) T1', '010000 0110 mmm ddd', ({ m, d }, at) => flagging(at, 'SBC', d, d, m)),
  form('ROR (register) T1', '010000 0111 mmm ddd', ({ m, d }, at) => shiftingByRegister(at, ROR, d, m)),
  form('TST (register) T1', '010000 1000 mmm nnn', ({ m, n }, at) => comparing(at, 'AND', n, m)),
  form('RSB (immediate) T1', '010000 1001 nnn ddd', ({ n, d }, at) =>
    flagging(at, 'RSB', d, n, at.constant(0)),
  ),
  form('CMP (register) T1', '010000 1010 mmm nnn', ({ m, n }, at) => comparing(at, 'SUB', n, m)),
  form('CMN (register) T1', '010000 1011 mmm nnn', ({ m, n }, at) => comparing(at, 'ADD', n, m)),
  form('ORR (register) T1', '010000 1100 mmm ddd', ({ m, d }, at) => flagging(at, 'ORR', d, d, m)),
  form('MUL T1', '010000 1101 nnn ddd', ({ n, d }, at) => flagging(at, 'MUL', d, n, d)),
  form('BIC (register) T1', '010000 1110 mmm ddd', ({ m, d }, at) => flagging(at, 'BIC', d, d, m)),
  form('MVN (register) T1', '010000 1111 mmm ddd', ({ m, d }, at) => flagging(at, 'MVN', d, d, m)),
  form('ADD (register) T2', '01000100 d mmmm ddd', ({ d, m }, at) => {
    if (d === PC) return m === PC ? undefined : jumpTo(at, source(PC, at), m);
    return compute(at, 'ADD', false, d, d, source(m, at));
  }),
  form('CMP (register) T2', '01000101 n mmmm nnn', ({ n, m }, at) =>
    n === PC || m === PC || (n < 8 && m < 8) ? undefined : comparing(at, 'SUB', n, m),
  ),
  form('MOV (register) T1', '01000110 d mmmm ddd', ({ d, m }, at) =>
    d === PC ? jumpTo(at, source(m, at), at.constant(0)) : compute(at, 'MOV', false, d, d, source(m, at)),
  ),
  form('ADR T1', '10100 ddd iiiiiiii', ({ d, i }, at) =>
    compute(at, 'MOV', false, d, d, at.constant(literalBase(at) + i * 4)),
  ),
  form('ADD (SP plus immediate) T1', '10101 ddd iiiiiiii', ({ d, i }, at) =>
    compute(at, 'ADD', false, d, SP, at.constant(i * 4)),
  ),
  form('ADD (SP plus immediate) T2', '10110000 0 iiiiiii', ({ i }, at) => moveStack(at, i * 4)),
  form('SUB (SP minus immediate) T1', '10110000 1 iiiiiii', ({ i }, at) => moveStack(at, -i * 4)),
];

function moveStack({ r, next }: DecodeContext, by: number): Executor {
  return () => {
    r[SP] = (r[SP] ?? 0) + by;
    return next;
  };
}
