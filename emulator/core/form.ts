import type { Controls } from './controls.ts';
import type { Memory } from './memory.ts';
import { PC, SP } from './places.ts';

/** Executes one instruction and returns the address of the next one, as a signed number. */
export type Executor = () => number;

type Letters<Bits extends string, Found = never> = Bits extends `${infer First}${infer Rest}`
  ? Letters<Rest, First extends '0' | '1' | ' ' ? Found : Found | First>
  : Found;

/** The fields of an encoding by their letters: the bits of one letter, from left to right, form one unsigned number. */
export type BitFields<Bits extends string> = { readonly [Letter in Letters<Bits> & string]: number };

/** What the executor of an instruction is made from, besides its fields. */
export interface DecodeContext {
  /** The processor's state by the indexes of `places.ts`. */
  readonly r: Int32Array;
  readonly memory: Memory;
  readonly controls: Controls;
  /** Address of the instruction, as a signed number. */
  readonly pc: number;
  /** Address of the instruction behind it. */
  readonly next: number;
  /** Whether it lies in an IT block, where 16-bit data processing sets no flags (ARMv7-M ARM A7.3.2). */
  readonly isConditional: boolean;
  /** Returns the place of a constant. */
  constant(value: number): number;
  /** Returns the executor of an IT with these conditions for the instructions behind it. */
  conditionsBehind(conditions: readonly number[]): Executor;
}

type Maker<Fields> = (fields: Fields, context: DecodeContext) => Executor | undefined;

/** One encoding of an instruction: a row of the table. */
export interface InstructionForm {
  /** As the architecture manual calls it: `ADD (immediate) T1`. */
  readonly name: string;
  /** Sixteen or 32 characters and blanks: 0 and 1 are fixed, every other letter is a bit of a field. */
  readonly bits: string;
  readonly length: 16 | 32;
  /** The fixed bits, and their values. */
  readonly care: number;
  readonly value: number;
  /**
   * Returns undefined if the instruction is undefined or unpredictable.
   * @param word the instruction; of 32 bits, its first half-word is the upper one
   */
  make(word: number, context: DecodeContext): Executor | undefined;
}

/** Neighbouring bits of a field. */
interface BitRun {
  /** Of the lowest bit. */
  position: number;
  count: number;
}

/** Adds the next bit to the right to a letter's field. */
function addBit(letters: Map<string, BitRun[]>, letter: string, position: number): void {
  const runs = letters.get(letter) ?? [];
  letters.set(letter, runs);
  const last = runs.at(-1);
  if (last?.position === position + 1) {
    last.position = position;
    last.count++;
  } else runs.push({ position, count: 1 });
}

function fieldOf(word: number, runs: readonly BitRun[]): number {
  let field = 0;
  for (const { position, count } of runs) {
    field = (field << count) | ((word >>> position) & ((1 << count) - 1));
  }
  return field;
}

/**
 * Returns a row of the table.
 * @param general letters of registers that are neither SP nor PC: anything else is unpredictable
 */
export function form<const Bits extends string>(
  name: string,
  bits: Bits,
  make: Maker<BitFields<Bits>>,
  general = '',
): InstructionForm {
  const text = bits.replaceAll(' ', '');
  if (text.length !== 16 && text.length !== 32) throw new Error(`${name} has ${text.length} bits.`);
  let care = 0;
  let value = 0;
  const letters = new Map<string, BitRun[]>();
  for (const [index, letter] of [...text].entries()) {
    const position = text.length - 1 - index;
    if (letter === '0' || letter === '1') {
      care |= 1 << position;
      value |= Number(letter) << position;
    } else addBit(letters, letter, position);
  }
  const runs = [...letters];
  const fieldsOf = (word: number) => {
    const fields: Record<string, number> = {};
    for (const [letter, parts] of runs) fields[letter] = fieldOf(word, parts);
    return fields;
  };
  return {
    name,
    bits,
    length: text.length,
    care,
    value,
    make(word, context) {
      const fields = fieldsOf(word);
      if ([...general].some(letter => fields[letter] === SP || fields[letter] === PC)) return undefined;
      // The keys are the letters of the text, which is how the type is computed, too.
      return make(fields as BitFields<Bits>, context);
    },
  };
}

/** Returns the place from which an instruction reads register `n`: the PC reads as a constant (ARMv7-M ARM A4.2.1). */
export function source(n: number, { pc, constant }: DecodeContext): number {
  return n === PC ? constant(pc + 4) : n;
}

/** Returns the PC that literals are relative to. */
export function literalBase({ pc }: DecodeContext): number {
  return (pc + 4) & ~3;
}

/** Reads the low `bits` of a field as a signed number. */
export function signed(field: number, bits: number): number {
  return (field << (32 - bits)) >> (32 - bits);
}

/** Executes an instruction in two steps. */
export function sequence(first: Executor, second: Executor): Executor {
  return () => {
    first();
    return second();
  };
}
