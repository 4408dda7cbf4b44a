/**
 * Time on the chip, in ticks of its fastest clock: 84 MHz (RM0368 §6.2). A slower clock makes an instruction cost more
 * ticks. Time is a number with fractions, because an instruction costs one and a half cycles or so on average.
 */
export const TICKS_PER_SECOND = 84_000_000;
export const TICKS_PER_US = TICKS_PER_SECOND / 1e6;

/** Something that happens at a moment. */
export interface Alarm {
  /** In ticks since the board got its power for the first time. */
  readonly due: number;
}

interface Entry extends Alarm {
  readonly run: () => void;
}

/** Time as peripherals see it. */
export interface BoardTime {
  /** Ticks since the board got its power for the first time; exact within a run of instructions, too. */
  readonly now: number;
  /** Calls `run` at `due`, or after the present instruction if that is past. Equal times keep their order. */
  at(due: number, run: () => void): Alarm;
  cancel(alarm: Alarm | undefined): void;
  /** Lets the present instruction take longer: wait states of a bus. */
  spend(ticks: number): void;
}

/** The progress of a processor. */
export interface Execution {
  /** Instructions executed so far, the present one not counted. */
  readonly executed: number;
  /** Ends the present run after the present instruction. */
  stop(): void;
}

/** Time driven by the instructions of a processor, and by jumps over the pauses in which it sleeps. */
export class Timeline implements BoardTime {
  readonly #processor: Execution;
  #entries: Entry[] = [];
  /** Ticks when `#from` instructions were executed. */
  #base = 0;
  #from = 0;
  #ticksPerInstruction: number;
  /** The moment until which the processor may run without a look at the alarms. */
  #horizon = 0;

  constructor(processor: Execution, ticksPerInstruction: number) {
    this.#processor = processor;
    this.#ticksPerInstruction = ticksPerInstruction;
  }

  get now(): number {
    return this.#base + (this.#processor.executed - this.#from) * this.#ticksPerInstruction;
  }

  get ticksPerInstruction(): number {
    return this.#ticksPerInstruction;
  }

  /** From the next instruction on. */
  set ticksPerInstruction(ticks: number) {
    this.#rebase(this.now);
    this.#ticksPerInstruction = ticks;
    this.#processor.stop();
  }

  at(due: number, run: () => void): Alarm {
    const entry = { due, run };
    const later = this.#entries.findIndex(other => other.due > due);
    if (later < 0) this.#entries.push(entry);
    else this.#entries.splice(later, 0, entry);
    if (due < this.#horizon) this.#processor.stop();
    return entry;
  }

  cancel(alarm: Alarm | undefined): void {
    const at = alarm === undefined ? -1 : this.#entries.indexOf(alarm as Entry);
    if (at >= 0) this.#entries.splice(at, 1);
  }

  spend(ticks: number): void {
    this.#base += ticks;
    if (this.now >= this.#horizon) this.#processor.stop();
  }

  /** Moves time forward while the processor sleeps. */
  moveTo(ticks: number): void {
    if (ticks > this.now) this.#rebase(ticks);
  }

  /** Takes time back to an earlier moment, after instructions whose effects were undone. No alarm may lie between. */
  moveBackTo(ticks: number): void {
    this.#rebase(ticks);
  }

  #rebase(ticks: number): void {
    this.#base = ticks;
    this.#from = this.#processor.executed;
  }

  /** When the next alarm is due; infinite without one. */
  get nextDue(): number {
    return this.#entries[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  /** Lets every alarm that is set from now on, and is due before `end` and before the next one, stop the processor. */
  watchUntil(end: number): void {
    this.#horizon = Math.min(this.nextDue, end);
  }

  /**
   * Returns the instructions that fit before the next alarm or `end`, whichever comes first: at least one. An alarm that
   * is set meanwhile for an earlier moment stops the processor.
   */
  instructionsUntil(end: number): number {
    this.watchUntil(end);
    return Math.max(1, Math.ceil((this.#horizon - this.now) / this.#ticksPerInstruction));
  }

  /** Runs all alarms that are due. */
  runDue(): void {
    for (let first = this.#entries[0]; first && first.due <= this.now; first = this.#entries[0]) {
      this.#entries.shift();
      first.run();
    }
  }
}
