import { ALWAYS } from './conditions.ts';
import { decode, isWide, type SeenForms } from './decoder.ts';
import { ProcessorFault } from './fault.ts';
import { type CommonContext, type FetchedInstruction, fetchInstruction } from './flash-code.ts';
import type { DecodeContext, Executor } from './form.ts';
import { LOOSE_INSTRUCTIONS_MAX } from './limits.ts';

interface DecodedInstruction extends FetchedInstruction {
  readonly condition: number;
  readonly execute: Executor;
}

/** The address space in eighths: where instructions may lie (ARMv7-M ARM B3.1, table B3-1). */
const EXECUTABLE = [true, true, false, true, true, false, false, false];

/**
 * Code outside the flash, which any store may change: each instruction is fetched each time, and decoded again if it is
 * another one than the last time. The conditions of an IT block belong to the addresses behind the IT; each execution
 * of the IT fixes them, and each is used once.
 */
export class LooseCode {
  readonly #common: CommonContext;
  readonly #seen: SeenForms;
  readonly #decoded = new Map<number, DecodedInstruction>();
  readonly #conditions = new Map<number, number>();

  constructor(common: CommonContext, seen: SeenForms) {
    this.#common = common;
    this.#seen = seen;
  }

  /** @throws ProcessorFault `instruction-bus` or `undefined-instruction` */
  executorAt(pc: number): Executor {
    const { word, next } = this.#fetch(pc);
    const condition = this.#conditions.get(pc) ?? ALWAYS;
    if (this.#conditions.size > 0) this.#conditions.delete(pc);
    const known = this.#decoded.get(pc);
    if (known?.word === word && known.condition === condition && known.next === next) return known.execute;
    const common = this.#common;
    const context: DecodeContext = {
      r: common.r,
      memory: common.memory,
      controls: common.controls,
      constant: common.constant,
      pc,
      next,
      isConditional: condition !== ALWAYS,
      conditionsBehind: conditions => () => {
        this.#fix(next, conditions);
        return next;
      },
    };
    const execute = decode(word, condition, context, this.#seen);
    if (this.#decoded.size >= LOOSE_INSTRUCTIONS_MAX) this.#decoded.clear();
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

  #fix(from: number, conditions: readonly number[]): void {
    let at = from;
    for (const condition of conditions) {
      this.#conditions.set(at, condition);
      at += isWide(this.#common.memory.load16(at)) ? 4 : 2;
    }
  }

  /** Drops everything. */
  clear(): void {
    this.#decoded.clear();
    this.#conditions.clear();
  }
}
