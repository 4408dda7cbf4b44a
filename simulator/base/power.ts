import { makeRandomness, type Randomness } from './randomness.ts';

/** Ends everything the interpreter is doing: thrown by every call of an image whose power is gone. */
export class PowerLost extends Error {
  constructor() {
    super('the power is gone');
  }
}

/**
 * Counts the non-volatile operations and loses the power in the middle of the one that was asked for. How that one is
 * torn is drawn from the fob's seed and the operation's number alone, so the same cut always tears alike.
 */
export class Operations {
  readonly #seed: number;
  readonly #counted: (count: number) => void;
  readonly #powerLost: () => void;
  #count: number;
  #cutAt = 0;

  constructor(options: { seed: number; count: number; counted(count: number): void; powerLost(): void }) {
    this.#seed = options.seed;
    this.#count = options.count;
    this.#counted = options.counted;
    this.#powerLost = options.powerLost;
  }

  get count(): number {
    return this.#count;
  }

  cutAfter(n: number): void {
    if (!Number.isSafeInteger(n) || n < 1) throw new Error('cutPowerAtOperation takes a whole number from 1');
    this.#cutAt = this.#count + n;
  }

  /** The chance by which operation number `count` is torn when the power goes in it. */
  tear(): Randomness {
    return makeRandomness(this.#seed, 'tear', this.#count);
  }

  /**
   * Does one operation. `apply` gets the chance to tear by when the power goes in this one, else undefined; in the
   * first case PowerLost is thrown afterwards.
   */
  run(apply: (tear: Randomness | undefined) => void): void {
    this.#count++;
    this.#counted(this.#count);
    if (this.#count !== this.#cutAt) {
      apply(undefined);
      return;
    }
    apply(this.tear());
    this.#powerLost();
    throw new PowerLost();
  }
}
