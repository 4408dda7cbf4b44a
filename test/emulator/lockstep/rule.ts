import type { EncodingFields } from './pattern.ts';

/** Instructions that the manual calls UNPREDICTABLE, or whose result it leaves open. */
export interface UnpredictableRule {
  /** Of the ARMv7-M Architecture Reference Manual. */
  readonly clause: string;
  readonly bits: string;
  applies(fields: EncodingFields): boolean;
}

export const PC = 15;
/** SP or PC */
export const isSpecial = (register: number | undefined): boolean => register === 13 || register === 15;
export const special =
  (letters: string) =>
  (fields: EncodingFields): boolean =>
    [...letters].some(letter => isSpecial(fields[letter]));
export const members = (list = 0): number => [...list.toString(2)].filter(bit => bit === '1').length;
export const has = (list = 0, register = 0): boolean => ((list >>> register) & 1) === 1;
export const always = (): boolean => true;

export const rule = (
  clause: string,
  bits: string,
  applies: UnpredictableRule['applies'],
): UnpredictableRule => ({ clause, bits, applies });
