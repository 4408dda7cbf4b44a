import { makeRandomness, type Randomness } from './randomness.ts';

/** Thrown to leave the image at once, from within a call of it. */
export class Leaving extends Error {}

/** Thrown by every call of an image after its power was cut. Ends all work of the interpreter. */
export class PowerLost extends Leaving {
  constructor() {
    super('the power is gone');
  }
}

/**
 * Counts the non-volatile operations and cuts the power in the middle of the requested one. The fob's seed and the
 * operation's number alone decide how it is torn, so the same cut always tears alike.
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

  /** The randomness that tears operation number `count` if the power is cut in it. */
  tear(): Randomness {
    return makeRandomness(this.#seed, 'tear', this.#count);
  }

  /**
   * Runs one operation. If the power is cut in it, `apply` receives the randomness for the tear, and PowerLost is
   * thrown afterwards. Otherwise `apply` receives undefined.
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
