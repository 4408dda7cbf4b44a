import { PC, SP } from '../core/places.ts';
import {
  IDLE_CANDIDATES_MAX,
  IDLE_ITERATIONS_MIN,
  IDLE_LOOP_MAX,
  IDLE_LOOPS_KEPT,
  IDLE_REST_ITERATIONS,
  IDLE_REST_MAX,
  IDLE_SEARCH_MIN,
  IDLE_SEARCH_REST_MAX,
  IDLE_SEARCH_REST_MIN,
  IDLE_SETTLE,
} from './limits.ts';
import { LoopSkipper, type SkippedLoop } from './loop-skipper.ts';
import { runExactly, type TrialMachine } from './loop-trial.ts';

/**
 * Decides when to look whether the program is in an idle loop, and remembers how long such loops are. Looking costs time,
 * but changes nothing, so all that is kept here are guesses.
 */
export class IdleSkipper {
  readonly #machine: TrialMachine;
  readonly #loops: LoopSkipper;
  /** Lengths of idle loops in instructions, the one met last first. */
  #lengths: readonly number[] = [];
  /** Lengths that the last search has found, until they are tried. */
  #candidates: readonly number[] = [];
  /** Nothing is tried before this time. */
  #restUntil = 0;
  #rest = 0;
  /** No search for unknown loops before this time. */
  #searchAfter = 0;
  #searchRest = IDLE_SEARCH_REST_MIN;
  /** A time at which the loop skipped last goes another way. */
  #deadline = Number.POSITIVE_INFINITY;

  /** When the program will be disturbed, and since when that is known. */
  #end = 0;
  #since = 0;

  constructor(machine: TrialMachine) {
    this.#machine = machine;
    this.#loops = new LoopSkipper(machine);
  }

  /** No need to ask again before this time. */
  get restUntil(): number {
    return this.#restUntil;
  }

  /** Instructions that were executed as a trial and undone. */
  get undone(): number {
    return this.#loops.undone;
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
    if (end !== this.#end) {
      this.#since = Math.min(this.#end, timeline.now);
      this.#end = end;
    }
    const lengths = [...new Set([...this.#lengths, ...this.#candidates])].filter(length =>
      this.#fits(length, end),
    );
    const searches = timeline.now >= this.#searchAfter && this.#hasTimeToSearch(end);
    if (lengths.length === 0 && !searches) {
      // What happens at `end` may leave more time after it, once its interrupt has been handled.
      this.#restUntil = end + IDLE_SETTLE;
      return 0;
    }
    const loop =
      lengths.length === 0
        ? undefined
        : this.#loops.skip(
            lengths.sort((a, b) => a - b),
            end,
          );
    if (loop === undefined) this.#restAfterFailure(end, searches && this.#search(end));
    else this.#remember(loop);
    return loop?.ticks ?? 0;
  }

  #fits(instructions: number, end: number): boolean {
    const { timeline } = this.#machine;
    return end - timeline.now >= IDLE_ITERATIONS_MIN * instructions * timeline.ticksPerInstruction;
  }

  /** Searches begin in the first half of the time between two events, to see as much of a loop as can be seen. */
  #hasTimeToSearch(end: number): boolean {
    const { now } = this.#machine.timeline;
    return this.#fits(IDLE_SEARCH_MIN, end) && end - now >= now - this.#since;
  }

  /**
   * Remembers how long the loop is. Its first iteration may have had some work left to do, so that only two or three
   * together have proved idle: parts of it are remembered, too.
   */
  #remember({ length, deadline }: SkippedLoop): void {
    const parts = this.#candidates.filter(part => length % part === 0);
    this.#lengths = [...new Set([length, ...parts, ...this.#lengths])].slice(0, IDLE_LOOPS_KEPT);
    this.#candidates = [];
    this.#deadline = deadline;
    this.#rest = 0;
    this.#searchRest = IDLE_SEARCH_REST_MIN;
    this.#searchAfter = this.#machine.timeline.now + IDLE_SEARCH_REST_MIN;
  }

  /** A program that is busy is left alone for a while that grows, and is looked at in another part of its loop then. */
  #restAfterFailure(end: number, hasCandidates: boolean): void {
    const { timeline } = this.#machine;
    if (hasCandidates) return;
    this.#candidates = [];
    const longest = Math.max(0, ...this.#lengths) * timeline.ticksPerInstruction;
    this.#rest = Math.min(Math.max(IDLE_REST_ITERATIONS * longest, 2 * this.#rest), IDLE_REST_MAX);
    this.#restUntil = Math.min(timeline.now + this.#rest, end + IDLE_SETTLE);
    if (this.#lengths.length === 0) this.#restUntil = Math.max(this.#restUntil, this.#searchAfter);
  }

  /** Looks for the length of the loop that the program is in, if it is in one; returns whether there are candidates. */
  #search(end: number): boolean {
    const { timeline } = this.#machine;
    const from = timeline.now;
    const distances = this.#findDistances(end);
    this.#candidates = distances ?? [];
    if (distances === undefined) {
      this.#searchAfter = timeline.now + Math.max(IDLE_SETTLE, 4 * (timeline.now - from));
    } else {
      this.#searchAfter = timeline.now + this.#searchRest;
      this.#searchRest = Math.min(2 * this.#searchRest, IDLE_SEARCH_REST_MAX);
    }
    return this.#candidates.length > 0;
  }

  /**
   * Executes instructions one by one, and measures after how many others each of them comes back for the first and for the
   * second time. Those of inner loops come back many times in an iteration, and others once: the longest distances are
   * likely to be the length of the loop. Two iterations count as one where every other one is different: a program frees a
   * piece of memory, say, and takes another in its place.
   * @returns the longest distances; undefined where an effect outside ends the search
   */
  #findDistances(end: number): number[] | undefined {
    const machine = this.#machine;
    const { core, timeline, monitor } = machine;
    const { places } = core;
    const most = Math.min(IDLE_LOOP_MAX, (end - timeline.now) / timeline.ticksPerInstruction);
    const instructions = new Map<number, number>();
    const visits = new Int32Array(2 * IDLE_LOOP_MAX).fill(-1);
    const once = new Set<number>();
    const twice = new Set<number>();
    monitor.hasEffects = false;
    for (let count = 0; count < most; count++) {
      // A stack pointer is a multiple of four in some 100 kB of RAM, and programs lie in some MB.
      const key = (places[PC] ?? 0) * 0x1_0000 + (((places[SP] ?? 0) >>> 2) & 0xffff);
      let at = instructions.get(key);
      if (at === undefined) {
        at = 2 * instructions.size;
        instructions.set(key, at);
      }
      const [last = -1, before = -1] = [visits[at], visits[at + 1]];
      if (last >= 0) once.add(count - last);
      if (before >= 0) twice.add(count - before);
      visits[at] = count;
      visits[at + 1] = last;
      if (!runExactly(machine, 1)) return undefined;
    }
    return [...longest(once), ...longest(twice)];
  }
}

function longest(distances: ReadonlySet<number>): number[] {
  return [...distances].sort((a, b) => b - a).slice(0, IDLE_CANDIDATES_MAX / 2);
}
