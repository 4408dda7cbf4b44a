import { ALWAYS } from './conditions.ts';
import { decode, isWide, type SeenForms } from './decoder.ts';
import { ProcessorFault } from './fault.ts';
import { type CommonContext, type FetchedInstruction, fetchInstruction } from './flash-code.ts';
import type { DecodeContext, Executor } from './form.ts';
import { IT_BLOCK_BYTES_MAX, RAM_INSTRUCTIONS_MAX } from './limits.ts';

interface DecodedInstruction extends FetchedInstruction {
  readonly condition: number;
  readonly execute: Executor;
}

/** The address space in eighths: where instructions may lie (ARMv7-M ARM B3.1, table B3-1). */
const EXECUTABLE = [true, true, false, true, true, false, false, false];

/** What an IT says about an instruction behind it. */
interface FixedCondition {
  readonly condition: number;
  readonly itAt: number;
  readonly it: number;
}

/**
 * Code outside the flash, which any store may change: each instruction is fetched each time, and decoded again if it is
 * another one than the last time. The conditions of an IT block belong to the addresses behind the IT, as in the flash;
 * each execution of the IT fixes them, for as long as that IT is in its place.
 */
export class RamCode {
  readonly #common: CommonContext;
  readonly #seen: SeenForms;
  readonly #decoded = new Map<number, DecodedInstruction>();
  /** By the address of the instruction. */
  readonly #conditions = new Map<number, FixedCondition>();

  constructor(common: CommonContext, seen: SeenForms) {
    this.#common = common;
    this.#seen = seen;
  }

  /** @throws ProcessorFault `instruction-bus` or `undefined-instruction` */
  executorAt(pc: number): Executor {
    const { word, next } = this.#fetch(pc);
    const condition = this.#conditionAt(pc);
    const known = this.#decoded.get(pc);
    if (known?.word === word && known.condition === condition && known.next === next) return known.execute;
    const context: DecodeContext = {
      ...this.#common,
      pc,
      next,
      isConditional: condition !== ALWAYS,
      conditionsBehind: conditions => () => {
        this.#fix({ itAt: pc, it: word }, next, conditions);
        return next;
      },
    };
    const execute = decode(word, condition, context, this.#seen);
    if (this.#decoded.size >= RAM_INSTRUCTIONS_MAX) this.#decoded.clear();
    this.#decoded.set(pc, { word, next, condition, execute });
    return execute;
  }

  #fetch(pc: number): FetchedInstruction {
    if (EXECUTABLE[pc >>> 29] !== true) throw new ProcessorFault('instruction-bus', pc, 'not executable');
    try {
      return fetchInstruction(this.#common.memory, pc);
    } catch (error) {
      if (error instanceof ProcessorFault) throw new ProcessorFault('instruction-bus', pc);
      throw error;
    }
  }

  #conditionAt(pc: number): number {
    const fixed = this.#conditions.get(pc);
    if (fixed === undefined) return ALWAYS;
    if (this.#common.memory.load16(fixed.itAt) === fixed.it) return fixed.condition;
    this.#conditions.delete(pc);
    return ALWAYS;
  }

  #fix(by: Pick<FixedCondition, 'itAt' | 'it'>, from: number, conditions: readonly number[]): void {
    // The block that stood behind this IT before may have been longer.
    for (let at = from; at < from + IT_BLOCK_BYTES_MAX; at += 2)
      if (this.#conditions.get(at)?.itAt === by.itAt) this.#conditions.delete(at);
    let at = from;
    for (const condition of conditions) {
      this.#conditions.set(at, { condition, ...by });
      at += isWide(this.#common.memory.load16(at)) ? 4 : 2;
    }
  }

  /** Drops what was decoded. */
  clear(): void {
    this.#decoded.clear();
  }
}
