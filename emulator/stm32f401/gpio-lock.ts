/** LCKK */
const LOCK_KEY = 1 << 16;

/** The lock of a port's configuration (RM0368 §8.3.6, §8.4.8). */
export class GpioLock {
  /** Pins that stay as they are until the next reset. */
  #pins = 0;
  #isActive = false;
  /** The last two words written to LCKR. */
  #previous: readonly [number, number] = [0, 0];

  reset(): void {
    this.#pins = 0;
    this.#isActive = false;
    this.#previous = [0, 0];
  }

  /** LCKR as software reads it. */
  read(): number {
    return this.#pins | (this.#isActive ? LOCK_KEY : 0);
  }

  /** Writing the key with 1, 0 and 1, and the same pins each time, locks these pins. */
  write(word: number): void {
    if (this.#isActive) return;
    const [first, second] = this.#previous;
    this.#previous = [second, word];
    this.#pins = word & 0xffff;
    const isSequence = first === word && second === (word & ~LOCK_KEY) >>> 0 && (word & LOCK_KEY) !== 0;
    this.#isActive = isSequence;
  }

  /** A mask of the locked pins' fields in a register with so many bits a pin, from `firstPin` on. */
  fields(bits: number, firstPin: number): number {
    if (!this.#isActive) return 0;
    let mask = 0;
    const field = (1 << bits) - 1;
    for (let at = 0; at * bits < 32 && firstPin + at < 16; at += 1)
      if (((this.#pins >>> (firstPin + at)) & 1) !== 0) mask |= field << (at * bits);
    return mask;
  }
}
