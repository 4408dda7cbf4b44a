/** The clock of the processor, HCLK (RM0368 §6.2). */
export class ProcessorClock {
  readonly #listeners: (() => void)[] = [];
  #hertz = 16_000_000;

  /** In Hz; 0 while it is stopped. After a reset the internal oscillator of 16 MHz. */
  get hertz(): number {
    return this.#hertz;
  }

  set hertz(hertz: number) {
    if (hertz === this.#hertz) return;
    this.#hertz = hertz;
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after a change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
