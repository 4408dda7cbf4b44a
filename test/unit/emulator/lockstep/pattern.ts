/** The fields of an encoding by their letters. */
export type EncodingFields = Readonly<Record<string, number>>;

/** Bits of an instruction: 0 and 1 are fixed, a letter is a bit of a field, blanks mean nothing. */
export interface Pattern {
  readonly length: 16 | 32;
  readonly care: number;
  readonly value: number;
  /** The positions of the bits of each letter, the highest first. */
  readonly letters: ReadonlyMap<string, readonly number[]>;
}

export function patternOf(bits: string): Pattern {
  const text = bits.replaceAll(' ', '');
  if (text.length !== 16 && text.length !== 32) throw new Error(`${bits} has ${text.length} bits`);
  const letters = new Map<string, number[]>();
  let care = 0;
  let value = 0;
  for (const [index, letter] of [...text].entries()) {
    const position = text.length - 1 - index;
    if (letter === '0' || letter === '1') {
      care |= 1 << position;
      value |= Number(letter) << position;
    } else letters.set(letter, [...(letters.get(letter) ?? []), position]);
  }
  return { length: text.length, care, value, letters };
}

/** Whether a word is of 32 bits: its first half-word, the upper one, says so (ARMv7-M ARM A5.1). */
const isWide = (word: number): boolean => word >>> 27 >= 0x1d;

export function fits({ length, care, value }: Pattern, word: number): boolean {
  return (length === 32) === isWide(word) && (word & care) === value;
}

export function fieldsOf({ letters }: Pattern, word: number): EncodingFields {
  const entries = [...letters].map(([letter, positions]) => [
    letter,
    positions.reduce((field, position) => (field << 1) | ((word >>> position) & 1), 0),
  ]);
  return Object.fromEntries(entries);
}

/** Returns an instruction with its free bits from `random`. */
export const wordFrom = ({ care, value, length }: Pattern, random: number): number =>
  (value | (random & ~care)) & (length === 32 ? -1 : 0xffff);

/** The half-words of an instruction in the order of their addresses. */
export const halvesOf = (word: number): number[] => (isWide(word) ? [word >>> 16, word & 0xffff] : [word]);
