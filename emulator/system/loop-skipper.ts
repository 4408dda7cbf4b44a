import { PC, SP } from '../core/places.ts';
import { runExactly, Snapshot, type TrialMachine, tryIteration } from './loop-trial.ts';

/** A loop of which iterations were skipped. */
export interface SkippedLoop {
  /** Instructions of an iteration. */
  readonly length: number;
  /** Ticks that were skipped. */
  readonly ticks: number;
  /** When an iteration goes another way, at the latest; infinite if none was seen that does. */
  readonly deadline: number;
}

/**
 * Skips the iterations of a loop that only waits: for an interrupt to change something in memory, or for a time to come.
 *
 * A loop is never known by its address. From wherever the processor is, an iteration is executed as usual: S becomes S1,
 * at the same instruction with the same stack pointer. Then the iteration that would be the last before the next alarm is
 * tried at its time, once from S1 and once from S. If both come round in as many ticks and leave the same memory and
 * registers, then the first iteration has left no trace, and no more will those between, which are as long: they are
 * left out, and the state after the last one is kept. It is the state that the program would have reached, to the bit.
 * Otherwise everything is put back, and if only the tried iteration took another way (a deadline of the program has
 * come), the half of the distance is tried.
 *
 * An iteration with an effect outside memory is not idle, and neither is one that counts anything. What is assumed is
 * that between two idle iterations all are idle, and as long. A loop that acts when a bit of a clock is set, and can miss
 * the bit by coming late, may miss it here: such a program needs the option that turns this off. And where an iteration
 * between them would have taken longer, because it reads a clock until two values agree, say, the loop is a part of an
 * iteration ahead afterwards.
 */
export class LoopSkipper {
  readonly #machine: TrialMachine;
  readonly #before: Snapshot;
  readonly #after: Snapshot;
  readonly #result: Snapshot;
  #undone = 0;

  constructor(machine: TrialMachine) {
    this.#machine = machine;
    this.#before = new Snapshot(machine.ram.length);
    this.#after = new Snapshot(machine.ram.length);
    this.#result = new Snapshot(machine.ram.length);
  }

  /** Instructions that were executed as a trial and undone. */
  get undone(): number {
    return this.#undone;
  }

  /**
   * Executes as many instructions as the longest of these loops has, unless the processor is in one of them and it is
   * idle: then its iterations that end before `end` are skipped. May throw what instructions throw.
   * @param lengths of loops in instructions, ascending
   */
  skip(lengths: readonly number[], end: number): SkippedLoop | undefined {
    const machine = this.#machine;
    const { places } = machine.core;
    machine.monitor.hasEffects = false;
    this.#before.take(machine);
    let executed = 0;
    for (const length of lengths) {
      if (!runExactly(machine, length - executed)) return undefined;
      executed = length;
      if (places[PC] !== this.#before.pc || places[SP] !== this.#before.sp) continue;
      const skipped = this.#skipIterations(length, end);
      if (skipped !== undefined) return skipped;
    }
    return undefined;
  }

  /** Called after an iteration from `#before`: skips as many more as are idle before `end`, or none. */
  #skipIterations(length: number, end: number): SkippedLoop | undefined {
    const machine = this.#machine;
    this.#after.take(machine);
    const { executed } = machine.core;
    const skipped = this.#tryIterations(length, end);
    if (skipped === undefined) this.#after.restore(machine);
    this.#undone += machine.core.executed - executed - (skipped === undefined ? 0 : length);
    return skipped;
  }

  #tryIterations(length: number, end: number): SkippedLoop | undefined {
    const machine = this.#machine;
    const start = this.#after.time;
    const ticks = start - this.#before.time;
    let deadline = Number.POSITIVE_INFINITY;
    for (let count = Math.floor((end - start) / ticks) - 1; count >= 2; count >>= 1) {
      const at = { time: start + count * ticks, instructions: length, ticks };
      if (tryIteration(machine, this.#after, at)) {
        this.#result.take(machine);
        const isIdle = tryIteration(machine, this.#before, at) && this.#result.isNow(machine);
        return isIdle ? { length, ticks: count * ticks, deadline } : undefined;
      }
      deadline = at.time + ticks;
    }
    return undefined;
  }
}
