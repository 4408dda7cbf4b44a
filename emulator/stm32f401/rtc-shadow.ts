/** The calendar as registers. */
export interface CalendarRegisters {
  readonly SSR: number;
  readonly TR: number;
  readonly DR: number;
}

const AFTER_RESET: CalendarRegisters = { SSR: 0, TR: 0, DR: 0x2101 };
/** The shadow registers take the calendar over every two cycles of the RTC's clock (RM0368 §17.3.2). */
const COPY_CYCLES = 2;

/**
 * The shadow registers of the calendar (RM0368 §17.3.6): reading one holds those above it until DR is read, so that a
 * second that begins meanwhile does not tear the time.
 */
export class RtcShadow {
  readonly #calendarAt: (cycle: number) => CalendarRegisters;
  /** What software reads until a copy is made at cycle `#copiedFrom`. */
  #kept = AFTER_RESET;
  #copiedFrom = COPY_CYCLES;
  /** When RSF is set again. */
  #synchronisedFrom = COPY_CYCLES;
  #heldTime: number | undefined;
  #heldDate: number | undefined;

  /** @param calendarAt the calendar's counters at a cycle of the RTC's clock */
  constructor(calendarAt: (cycle: number) => CalendarRegisters) {
    this.#calendarAt = calendarAt;
  }

  /** A reset of the chip resets the shadow registers, not the calendar (RM0368 §17.3.7). */
  reset(cycle: number): void {
    this.#kept = AFTER_RESET;
    this.copyFrom(cycle);
  }

  /** No copy is made before the one after `cycle`; RSF is clear till then. */
  copyFrom(cycle: number): void {
    this.#copiedFrom = nextCopy(cycle);
    this.#heldTime = undefined;
    this.#heldDate = undefined;
    this.clearSynchronised(cycle);
  }

  /** In STOP nothing is copied; software that does not clear RSF afterwards may read the time before. */
  pause(cycle: number): void {
    this.#kept = this.#at(cycle);
    this.#copiedFrom = Number.POSITIVE_INFINITY;
  }

  resume(cycle: number): void {
    if (this.#copiedFrom === Number.POSITIVE_INFINITY) this.#copiedFrom = nextCopy(cycle);
  }

  /** RSF: the registers were copied since software cleared it. */
  isSynchronised(cycle: number): boolean {
    return cycle >= this.#synchronisedFrom;
  }

  /** Software clears RSF; the next copy sets it. */
  clearSynchronised(cycle: number): void {
    this.#synchronisedFrom = Math.max(nextCopy(cycle), this.#copiedFrom);
  }

  /** What reads have held, for a trial of instructions that is undone. */
  saveHeld(): readonly number[] {
    return [this.#heldTime ?? Number.NaN, this.#heldDate ?? Number.NaN];
  }

  restoreHeld([time = Number.NaN, date = Number.NaN]: readonly number[]): void {
    this.#heldTime = Number.isNaN(time) ? undefined : time;
    this.#heldDate = Number.isNaN(date) ? undefined : date;
  }

  readSubsecond(cycle: number): number {
    const { SSR, TR, DR } = this.#at(cycle);
    this.#heldTime ??= TR;
    this.#heldDate ??= DR;
    return SSR;
  }

  readTime(cycle: number): number {
    const { TR, DR } = this.#at(cycle);
    this.#heldDate ??= DR;
    return this.#heldTime ?? TR;
  }

  readDate(cycle: number): number {
    const date = this.#heldDate ?? this.#at(cycle).DR;
    this.#heldTime = undefined;
    this.#heldDate = undefined;
    return date;
  }

  #at(cycle: number): CalendarRegisters {
    if (cycle < this.#copiedFrom) return this.#kept;
    return this.#calendarAt(cycle - (cycle % COPY_CYCLES));
  }
}

function nextCopy(cycle: number): number {
  return cycle - (cycle % COPY_CYCLES) + COPY_CYCLES;
}
