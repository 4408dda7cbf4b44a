import type { DecodeContext, InstructionForm } from '@passfob/emulator/core/form';
import { Memory } from '@passfob/emulator/core/memory';
import { CONSTANTS, PLACES } from '@passfob/emulator/core/places';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { isBeyondOracle } from './beyond-oracle.ts';
import { operandsOf } from './operands.ts';
import { fits, halvesOf, type Pattern, patternOf, wordFrom } from './pattern.ts';
import { randomState } from './random-state.ts';
import { unpredictable } from './unpredictable.ts';

/** One instruction, or an IT block, and the state before it. */
export interface InstructionTrial {
  /** The name of the row. */
  readonly row: string;
  /** The row, its seed, its number, and the instruction: to find and repeat it. */
  readonly title: string;
  readonly pc: number;
  /** Half-words at `pc`. */
  readonly code: readonly number[];
  /** Instructions in `code` that are executed, or skipped by an IT. */
  readonly instructions: number;
  /** The same count with an IT block as one. */
  readonly steps: number;
  readonly state: Int32Array;
}

/** Where trials lie in flash: each in a slot, so that neither side has to drop what it translated too often. */
const SLOTS_AT = 0x0800_4000;
const SLOTS = 512;
export const SLOT_BYTES = 32;
/** Draws until a row gives an instruction that is predictable and no other row's. */
const DRAWS_MAX = 5000;

/** LDREX and CLREX go before STREX, which else never succeeds, or succeeds by an earlier trial. */
const STORE_EXCLUSIVE = [
  ['111010000100 nnnn tttt dddd iiiiiiii', 0xe850_0f00, 0x000f_00ff],
  ['111010001100 nnnn tttt 1111 0100 dddd', 0xe8d0_0f4f, 0x000f_0000],
  ['111010001100 nnnn tttt 1111 0101 dddd', 0xe8d0_0f5f, 0x000f_0000],
] as const;
const CLREX = 0xf3bf_8f2f;

const storesExclusive = STORE_EXCLUSIVE.map(([bits, load, same]) => ({
  pattern: patternOf(bits),
  load,
  same,
}));

function exclusiveBefore(random: Randomness, word: number): number[] {
  const store = storesExclusive.find(({ pattern }) => fits(pattern, word));
  if (!store) return [];
  if (random.below(3) === 0) return [CLREX];
  const isBaseR0 = ((word >>> 16) & 15) === 0;
  return [(store.load | (word & store.same) | (isBaseR0 ? 0x1000 : 0)) >>> 0];
}

/** Decoding needs all of this; the instructions that it makes are thrown away. */
function decodeContext(): DecodeContext {
  const controls = {
    stop: () => {},
    onSupervisorCall: () => {},
    onFloatingPointContext: () => {},
    isFpuEnabled: true,
    trapsDivisionByZero: false,
  };
  const bus = { read: () => 0, write: () => {} };
  return {
    r: new Int32Array(PLACES),
    memory: new Memory({ flash: new Uint8Array(4), ram: new Uint8Array(4), bus }),
    controls,
    pc: SLOTS_AT,
    next: SLOTS_AT + 4,
    isConditional: false,
    constant: () => CONSTANTS,
    conditionsBehind: () => () => 0,
  };
}

/** Draws instructions that are predictable and that the core decodes by a certain row of its table. */
export class InstructionSource {
  readonly table: readonly InstructionForm[];
  readonly #patterns: ReadonlyMap<InstructionForm, Pattern>;
  readonly #context = decodeContext();

  constructor(table: readonly InstructionForm[]) {
    this.table = table;
    this.#patterns = new Map(table.map(row => [row, patternOf(row.bits)]));
  }

  /** The row by which the core decodes a word; undefined where it refuses the word. */
  rowOf(word: number): InstructionForm | undefined {
    for (const [row, pattern] of this.#patterns) {
      if (fits(pattern, word) && row.make(word, this.#context) !== undefined) return row;
    }
    return undefined;
  }

  /**
   * Draws an instruction of a row once; undefined where it is none of it. It may be one that the core refuses:
   * the oracle tells whether it should.
   */
  drawOnce(row: InstructionForm, random: Randomness): number | undefined {
    const pattern = this.#patterns.get(row);
    if (!pattern) return undefined;
    const word = wordFrom(pattern, random.word());
    if (!fits(pattern, word) || unpredictable(word) || isBeyondOracle(word)) return undefined;
    return (this.rowOf(word) ?? row) === row ? word : undefined;
  }

  /** Draws until there is an instruction; undefined where a row has hardly any. */
  draw(row: InstructionForm, random: Randomness): number | undefined {
    for (let draws = 0; draws < DRAWS_MAX; draws++) {
      const word = this.drawOnce(row, random);
      if (word !== undefined) return word;
    }
    return undefined;
  }
}

/** Returns the address of a trial; every other one is no multiple of four. */
export function slotAt(number: number): number {
  return SLOTS_AT + (number % SLOTS) * SLOT_BYTES + (Math.floor(number / SLOTS) % 2) * 2;
}

/** Returns trials of a row; fewer than `count` where the row has no predictable instruction. */
export function trialsOf(source: InstructionSource, row: InstructionForm, seed: number, count: number) {
  const random = makeRandomness(seed, row.name, row.bits);
  const trials: InstructionTrial[] = [];
  for (let number = 0; number < count; number++) {
    const word = source.draw(row, random);
    if (word === undefined) break;
    const before = exclusiveBefore(random, word);
    const pc = slotAt(trials.length);
    trials.push({
      row: row.name,
      title: `${row.name}, seed ${seed}, number ${number}: ${halvesOf(word)
        .map(half => half.toString(16))
        .join(' ')}`,
      pc,
      code: [...before, word].flatMap(halvesOf),
      instructions: before.length + 1,
      steps: before.length + 1,
      state: randomState(random, pc, operandsOf(word)),
    });
  }
  return trials;
}
