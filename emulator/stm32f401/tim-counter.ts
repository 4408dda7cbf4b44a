/**
 * The counter of a general-purpose timer with its prescaler and its reload value (RM0368 §13.3.1–13.3.2), moved in
 * leaps. It counts up or down; counting to the middle and back (CMS) is not modelled.
 */
export class TimCounter {
  value = 0;
  /** PSC as it is in effect: the counter advances every `prescaler + 1` cycles. */
  prescaler = 0;
  /** ARR as it is in effect. */
  reload: number;
  isDown = false;
  readonly #max: number;
  /** Cycles that the prescaler has counted since `value` changed. */
  #phase = 0;

  /** @param max the greatest value: 16 or 32 bits of ones */
  constructor(max: number) {
    this.#max = max;
    this.reload = max;
  }

  /** Cycles until it starts anew; infinite without a reload value, which blocks it (RM0368 §13.4.12). */
  get untilWrap(): number {
    return this.reload === 0 ? Number.POSITIVE_INFINITY : this.#cyclesOf(this.#left + 1);
  }

  /** Cycles of all its values. */
  get period(): number {
    return (this.reload + 1) * (this.prescaler + 1);
  }

  /** Returns the cycles until it comes to have `value`; infinite where it starts anew before. */
  until(value: number): number {
    const counts = this.isDown ? this.value - value : value - this.value;
    return counts > 0 && counts <= this.#left && this.reload !== 0
      ? this.#cyclesOf(counts)
      : Number.POSITIVE_INFINITY;
  }

  /** Counts until it would start anew. */
  get #left(): number {
    if (this.isDown) return this.value;
    // Software that writes a reload value below the counter's lets it run to its greatest value first.
    return (this.value > this.reload ? this.#max : this.reload) - this.value;
  }

  #cyclesOf(counts: number): number {
    return counts * (this.prescaler + 1) - this.#phase;
  }

  /** Counts cycles, fewer than `untilWrap`. */
  advance(cycles: number): void {
    if (this.reload === 0) return;
    const total = this.#phase + cycles;
    const counts = Math.floor(total / (this.prescaler + 1));
    this.#phase = total - counts * (this.prescaler + 1);
    this.value += this.isDown ? -counts : counts;
  }

  /** Whether the end that it runs to now is an overflow at the reload value or an underflow: an update event. */
  get isUpdateNext(): boolean {
    return this.isDown || this.value <= this.reload;
  }

  /** Starts anew, with the prescaler. */
  restart(): void {
    this.#phase = 0;
    this.value = this.isDown ? this.reload : 0;
  }

  /** As after a reset of the chip. */
  reset(): void {
    this.prescaler = 0;
    this.reload = this.#max;
    this.isDown = false;
    this.restart();
  }
}
