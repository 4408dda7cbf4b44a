import { fits, patternOf } from './pattern.ts';

/** Instructions that cannot be compared, and why. */
const BEYOND = [
  { bits: '10111111 00100000', reason: 'WFE sleeps until something wakes the processor' },
  { bits: '10111111 00110000', reason: 'WFI sleeps until something wakes the processor' },
  { bits: '111100111010 1111 10000000 00000010', reason: 'WFE sleeps until something wakes the processor' },
  { bits: '111100111010 1111 10000000 00000011', reason: 'WFI sleeps until something wakes the processor' },
  { bits: '10111110 xxxxxxxx', reason: 'BKPT ends an emulation' },
  { bits: '11011111 xxxxxxxx', reason: 'SVC is an exception' },
  { bits: '111100111110 1111 1000 xxxx 00010100', reason: 'CONTROL has a bit of ARMv8-M in Unicorn' },
].map(each => ({ ...each, pattern: patternOf(each.bits) }));

export const isBeyondOracle = (word: number): boolean => BEYOND.some(({ pattern }) => fits(pattern, word));

/** Rows of the core's table that are never executed by these tests, by name. */
export const ROWS_BEYOND: Readonly<Record<string, string>> = {
  IT: 'has a test of whole blocks',
  BKPT: 'ends an emulation',
  SVC: 'is an exception',
  'UDF T1': 'is refused by both sides',
  'UDF T2': 'is refused by both sides',
  coprocessor: 'is refused: there is no other coprocessor, and floating-point arithmetic is not modelled',
};
