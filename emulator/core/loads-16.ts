import { type AccessOperation, access } from './access.ts';
import { type DecodeContext, form, literalBase } from './form.ts';
import { SP } from './places.ts';

const withOffset = (at: DecodeContext, operation: AccessOperation, t: number, n: number, offset: number) =>
  access(at, operation, t, n, at.constant(offset));

/** Loads and stores of 16 bits (ARMv7-M ARM A5.2.4). */
export const loadForms16 = [
  form('LDR (literal) T1', '01001 ttt iiiiiiii', ({ t, i }, at) =>
    withOffset(at, 'LDR', t, at.constant(literalBase(at)), i * 4),
  ),
  form('STR (register) T1', '0101000 mmm nnn ttt', ({ m, n, t }, at) => access(at, 'STR', t, n, m)),
  form('STRH (register) T1', '0101001 mmm nnn ttt', ({ m, n, t }, at) => access(at, 'STRH', t, n, m)),
  form('STRB (register) T1', '0101010 mmm nnn ttt', ({ m, n, t }, at) => access(at, 'STRB', t, n, m)),
  form('LDRSB (register) T1', '0101011 mmm nnn ttt', ({ m, n, t }, at) => access(at, 'LDRSB', t, n, m)),
  form('LDR (register) T1', '0101100 mmm nnn ttt', ({ m, n, t }, at) => access(at, 'LDR', t, n, m)),
  form('LDRH (register) T1', '0101101 mmm nnn ttt', ({ m, n, t }, at) => access(at, 'LDRH', t, n, m)),
  form('LDRB (register) T1', '0101110 mmm nnn ttt', ({ m, n, t }, at) => access(at, 'LDRB', t, n, m)),
  form('LDRSH (register) T1', '0101111 mmm nnn ttt', ({ m, n, t }, at) => access(at, 'LDRSH', t, n, m)),
  form('STR (immediate) T1', '01100 iiiii nnn ttt', ({ i, n, t }, at) => withOffset(at, 'STR', t, n, i * 4)),
  form('LDR (immediate) T1', '01101 iiiii nnn ttt', ({ i, n, t }, at) => withOffset(at, 'LDR', t, n, i * 4)),
  form('STRB (immediate) T1', '01110 iiiii nnn ttt', ({ i, n, t }, at) => withOffset(at, 'STRB', t, n, i)),
  form('LDRB (immediate) T1', '01111 iiiii nnn ttt', ({ i, n, t }, at) => withOffset(at, 'LDRB', t, n, i)),
  form('STRH (immediate) T1', '10000 iiiii nnn ttt', ({ i, n, t }, at) =>
    withOffset(at, 'STRH', t, n, i * 2),
  ),
  form('LDRH (immediate) T1', '10001 iiiii nnn ttt', ({ i, n, t }, at) =>
    withOffset(at, 'LDRH', t, n, i * 2),
  ),
  form('STR (immediate) T2', '10010 ttt iiiiiiii', ({ t, i }, at) => withOffset(at, 'STR', t, SP, i * 4)),
  form('LDR (immediate) T2', '10011 ttt iiiiiiii', ({ t, i }, at) => withOffset(at, 'LDR', t, SP, i * 4)),
];
