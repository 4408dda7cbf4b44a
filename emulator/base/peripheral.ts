/** Registers at offsets from a base address, as the processor sees them. */
export interface Peripheral {
  /** As the manual calls it: `RCC`, `I2C1`. */
  readonly name: string;
  /** Returns to the state after a reset of the chip: the reset values of the manual. */
  reset(): void;
  /** Returns the word at `offset`, a multiple of four. Reading may have effects, as on the chip. */
  read(offset: number): number;
  /**
   * Writes the bits of `value` that `mask` holds: all 32, or those of a byte or a half-word at their position in the
   * word.
   * @param offset a multiple of four
   */
  write(offset: number, value: number, mask: number): void;
}

/** The requests of peripherals to the interrupt controller. */
export interface InterruptLines {
  /** Sets the level of interrupt `number` of the chip's vector table (RM0368 §10.2): 0 is WWDG, 67 OTG_FS. */
  set(number: number, isRequested: boolean): void;
}
