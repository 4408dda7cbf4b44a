import { ALWAYS } from './conditions.ts';
import { decode, isWide, type SeenForms } from './decoder.ts';
import type { DecodeContext, Executor } from './form.ts';
import type { Memory } from './memory.ts';

/** The parts of a decoding context that are the same for all instructions. */
export type CommonContext = Pick<DecodeContext, 'r' | 'memory' | 'controls' | 'constant'>;

/** The half-words of an IT and of the instructions behind it, at most, without the last one. */
const IT_REACH = 1 + 3 * 2;

/**
 * Code that changes only when it is told so: its instructions are decoded once. The conditions of an IT block belong to
 * the addresses behind the IT, and are fixed when it is decoded: code never branches into a block from elsewhere
 * (ARMv7-M ARM A7.3.2), and returns from exceptions find the conditions there.
 */
export class FlashCode {
  readonly start: number;
  readonly bytes: number;
  /** By half-word. */
  readonly executors: (Executor | undefined)[];
  /** By half-word: the condition plus 1, or 0. */
  readonly #conditions: Uint8Array;
  readonly #common: CommonContext;
  readonly #seen: SeenForms;

  constructor(start: number, bytes: number, common: CommonContext, seen: SeenForms) {
    this.start = start;
    this.bytes = bytes;
    this.executors = new Array<Executor | undefined>(bytes >>> 1).fill(undefined);
    this.#conditions = new Uint8Array(bytes >>> 1);
    this.#common = common;
    this.#seen = seen;
  }

  /** @throws ProcessorFault `undefined-instruction` */
  decodeAt(pc: number): Executor {
    const index = this.#indexOf(pc);
    const { word, next } = fetchInstruction(this.#common.memory, pc);
    const kept = this.#conditions[index] ?? 0;
    const context: DecodeContext = {
      ...this.#common,
      pc,
      next,
      isConditional: kept > 0,
      conditionsBehind: conditions => {
        this.#fix(next, conditions);
        return () => next;
      },
    };
    const execute = decode(word, kept === 0 ? ALWAYS : kept - 1, context, this.#seen);
    this.executors[index] = execute;
    return execute;
  }

  #indexOf(pc: number): number {
    return ((pc - this.start) >>> 0) >>> 1;
  }

  #fix(from: number, conditions: readonly number[]): void {
    let at = from;
    for (const condition of conditions) {
      const index = this.#indexOf(at);
      if (index >= this.executors.length) return;
      this.#conditions[index] = condition + 1;
      this.executors[index] = undefined;
      at += isWide(this.#common.memory.load16(at)) ? 4 : 2;
    }
  }

  /** Drops what was decoded from a span, and every IT whose block may reach into it. */
  forget(address: number, bytes: number): void {
    const offset = address - this.start;
    const first = Math.max(0, offset) >>> 1;
    const end = Math.min(this.bytes, offset + bytes + 1) >>> 1;
    if (end <= first) return;
    this.#conditions.fill(0, first, end);
    this.executors.fill(undefined, Math.max(0, first - IT_REACH), end);
  }

  /** Drops all executors. */
  clear(): void {
    this.executors.fill(undefined);
  }
}

/** An instruction as it lies in memory. */
export interface FetchedInstruction {
  /** Of 32 bits, its first half-word is the upper one. */
  readonly word: number;
  readonly next: number;
}

export function fetchInstruction(memory: Memory, pc: number): FetchedInstruction {
  const half = memory.load16(pc);
  if (!isWide(half)) return { word: half, next: pc + 2 };
  return { word: (half << 16) | memory.load16(pc + 2), next: pc + 4 };
}
