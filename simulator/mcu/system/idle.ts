import { PC, SP } from '../core/places.ts';
import {
  IDLE_ITERATIONS_MIN,
  IDLE_LOOP_MAX,
  IDLE_LOOPS_KEPT,
  IDLE_REST_MAX,
  IDLE_REST_MIN,
  IDLE_RETURNS_MAX,
  IDLE_SETTLE,
} from './limits.ts';
import { runExactly, Snapshot, type TrialMachine, tryIteration } from './loop-trial.ts';

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
 * that between two idle iterations all are idle: a loop that acts when a bit of a clock is set, and can miss the bit by
 * coming late, may miss it here. Such a program needs the option that turns this off.
 */
export class IdleSkipper {
  readonly #machine: TrialMachine;
  readonly #before: Snapshot;
  readonly #after: Snapshot;
  readonly #result: Snapshot;
  /** Lengths of idle loops in instructions, the one met last first. */
  readonly #lengths: number[] = [];
  /** Nothing is tried before this time: the program is busy. */
  #restUntil = 0;
  #rest = 0;
  /** No search for unknown loops before this time. */
  #searchAfter = 0;
  #searchRest = IDLE_REST_MIN;
  /** A time at which an iteration goes another way. */
  #deadline = Number.POSITIVE_INFINITY;
  #undone = 0;

  constructor(machine: TrialMachine) {
    this.#machine = machine;
    this.#before = new Snapshot(machine.ram.length);
    this.#after = new Snapshot(machine.ram.length);
    this.#result = new Snapshot(machine.ram.length);
  }

  /** No need to ask again before this time. */
  get restUntil(): number {
    return this.#restUntil;
  }

  /** Instructions that were executed as a trial and undone. */
  get undone(): number {
    return this.#undone;
  }

  /** Lengths of the loops found so far, in instructions. */
  get lengths(): readonly number[] {
    return this.#lengths;
  }

  /**
   * Skips idle iterations that end before `horizon`, up to which nothing happens outside the processor. May execute some
   * instructions, idle or not, and may throw what they throw.
   * @returns the ticks that were skipped
   */
  skip(horizon: number): number {
    const { timeline } = this.#machine;
    if (timeline.now < this.#restUntil) return 0;
    if (this.#deadline <= timeline.now) this.#deadline = Number.POSITIVE_INFINITY;
    const end = Math.min(horizon, this.#deadline);
    if (!this.#mayTry(end)) {
      // What happens at `end` may leave more time after it, once its interrupt has been handled.
      const settled = end + IDLE_SETTLE;
      this.#restUntil = this.#lengths.length > 0 ? settled : Math.max(settled, this.#searchAfter);
      return 0;
    }
    const skipped = this.#skipKnown(end, this.#lengths) || this.#skipUnknown(end);
    if (skipped > 0) {
      this.#rest = 0;
      return skipped;
    }
    const longest = Math.max(64, ...this.#lengths) * timeline.ticksPerInstruction;
    this.#rest = Math.min(Math.max(longest, 2 * this.#rest), IDLE_REST_MIN);
    this.#restUntil = timeline.now + this.#rest;
    if (this.#lengths.length === 0) this.#restUntil = Math.max(this.#restUntil, this.#searchAfter);
    return 0;
  }

  #mayTry(end: number): boolean {
    if (this.#lengths.some(length => this.#fits(length, end))) return true;
    return this.#machine.timeline.now >= this.#searchAfter && this.#fits(IDLE_LOOP_MAX / 16, end);
  }

  #fits(instructions: number, end: number): boolean {
    const { timeline } = this.#machine;
    return end - timeline.now >= IDLE_ITERATIONS_MIN * instructions * timeline.ticksPerInstruction;
  }

  /** Tries loops of these lengths, each from here. */
  #skipKnown(end: number, lengths: readonly number[]): number {
    const machine = this.#machine;
    const ascending = lengths.filter(length => this.#fits(length, end)).sort((a, b) => a - b);
    if (ascending.length === 0) return 0;
    const { monitor, core } = machine;
    monitor.hasEffects = false;
    this.#before.take(machine);
    let executed = 0;
    for (const length of ascending) {
      if (!runExactly(machine, length - executed)) return 0;
      executed = length;
      if (core.places[PC] !== this.#before.pc || core.places[SP] !== this.#before.sp) continue;
      const skipped = this.#skipIterations(length, end);
      if (skipped === 0) continue;
      this.#remember(length);
      return skipped;
    }
    return 0;
  }

  #remember(length: number): void {
    const at = this.#lengths.indexOf(length);
    if (at === 0) return;
    if (at > 0) this.#lengths.splice(at, 1);
    this.#lengths.unshift(length);
    if (this.#lengths.length > IDLE_LOOPS_KEPT) this.#lengths.pop();
  }

  /** Looks for the length of the loop that the program is in, if it is in one. */
  #skipUnknown(end: number): number {
    const { timeline } = this.#machine;
    if (timeline.now < this.#searchAfter || !this.#fits(IDLE_LOOP_MAX / 16, end)) return 0;
    const returns = this.#findReturns(end);
    if (returns.length === 0) {
      this.#searchAfter = timeline.now + IDLE_SETTLE;
      return 0;
    }
    const skipped = this.#skipKnown(end, returns);
    this.#searchRest = skipped > 0 ? IDLE_REST_MIN : Math.min(2 * this.#searchRest, IDLE_REST_MAX);
    this.#searchAfter = timeline.now + this.#searchRest;
    return skipped;
  }

  /**
   * Executes instructions one by one; returns the lengths that the loop may have, the likeliest first. An instruction of
   * an inner loop comes back many times in an iteration, and others once: their distances are the longest.
   */
  #findReturns(end: number): number[] {
    const machine = this.#machine;
    const { core, timeline, monitor } = machine;
    const { places } = core;
    const most = Math.min(IDLE_LOOP_MAX, (end - timeline.now) / timeline.ticksPerInstruction / 2);
    const visited = new Map<number, number>();
    const lengths = new Set<number>();
    monitor.hasEffects = false;
    for (let count = 0; count < most; count++) {
      // A stack pointer is a multiple of four in 96 kB of RAM, and a program lies in some MB.
      const key = (places[PC] ?? 0) * 0x1_0000 + (((places[SP] ?? 0) >>> 2) & 0xffff);
      const before = visited.get(key);
      if (before !== undefined) lengths.add(count - before);
      visited.set(key, count);
      if (!runExactly(machine, 1)) return [];
    }
    const longest = [...lengths].sort((a, b) => b - a).slice(0, IDLE_RETURNS_MAX);
    // A program that frees a piece of memory and takes another in its place comes round after two iterations.
    return longest
      .slice(0, 1)
      .map(length => 2 * length)
      .concat(longest);
  }

  /** Called after an iteration from `#before`: skips as many more as are idle before `end`, or none. */
  #skipIterations(instructions: number, end: number): number {
    const machine = this.#machine;
    this.#after.take(machine);
    const { executed } = machine.core;
    const skipped = this.#tryIterations(instructions, end);
    if (skipped === 0) this.#after.restore(machine);
    this.#undone += machine.core.executed - executed - (skipped === 0 ? 0 : instructions);
    return skipped;
  }

  #tryIterations(instructions: number, end: number): number {
    const machine = this.#machine;
    const start = this.#after.time;
    const ticks = start - this.#before.time;
    let count = Math.floor((end - start) / ticks) - 1;
    while (count >= 2) {
      const at = { time: start + count * ticks, instructions, ticks };
      if (tryIteration(machine, this.#after, at)) {
        this.#result.take(machine);
        if (tryIteration(machine, this.#before, at) && this.#result.isNow(machine)) return count * ticks;
        return 0;
      }
      this.#deadline = Math.min(this.#deadline, at.time + ticks);
      count >>= 1;
    }
    return 0;
  }
}
