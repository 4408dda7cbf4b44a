import { form } from './form.ts';
import { SCRATCH } from './places.ts';
import { ASR, LSL, shiftByConstant, shiftByRegister } from './shifts.ts';

/** Shifts by a register in 32 bits, and the packing of half-words (ARMv7-M ARM A5.3.12, A5.3.11). */
export const shiftForms = [
  form(
    'LSL, LSR, ASR, ROR (register) T2',
    '111110100 tt S nnnn 1111 dddd 0000 mmmm',
    ({ t, S, n, d, m }, at) => shiftByRegister(at, t, S === 1, d, n, m),
    'ndm',
  ),
  form(
    'PKHBT, PKHTB',
    '11101010110 0 nnnn 0 iii dddd ii t 0 mmmm',
    ({ n, i, d, t, m }, at) => {
      const { r, next } = at;
      const shift = shiftByConstant(at, t === 1 ? ASR : LSL, i, false, SCRATCH, m);
      // PKHBT takes the lower half of n, PKHTB its upper half.
      const ofN = t === 1 ? 0xffff_0000 : 0xffff;
      const shifted = shift === undefined ? m : SCRATCH;
      return () => {
        shift?.();
        r[d] = ((r[n] ?? 0) & ofN) | ((r[shifted] ?? 0) & ~ofN);
        return next;
      };
    },
    'ndm',
  ),
];
