import type { MemoryAct, MemoryName } from '@passfob/protocol/trace/records';
import { makeRandomness, type Randomness } from '../base/randomness.ts';

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
  readonly #applied: () => void;
  readonly #fails: () => Randomness | undefined;
  readonly #powerLost: (fault: Randomness | undefined) => void;
  #count: number;
  #cutAt = 0;
  /** Receives each operation before it runs: which bytes of which memory. */
  onOperation: (memory: MemoryName, act: MemoryAct, at: number, length: number) => void = () => {};

  /**
   * `counted` is called before each operation, `applied` after it, before the image goes on. `fails` says whether the
   * supply fails in the operation by a fault; `powerLost` receives that fault, or undefined for a requested cut.
   */
  constructor(options: {
    seed: number;
    count: number;
    counted(count: number): void;
    applied(): void;
    fails?(): Randomness | undefined;
    powerLost(fault: Randomness | undefined): void;
  }) {
    this.#seed = options.seed;
    this.#count = options.count;
    this.#counted = options.counted;
    this.#applied = options.applied;
    this.#fails = options.fails ?? (() => undefined);
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
    const fault = this.#fails();
    const isRequested = this.#count === this.#cutAt;
    if (!isRequested && !fault) {
      apply(undefined);
      this.#applied();
      return;
    }
    apply(this.tear());
    this.#applied();
    this.#powerLost(isRequested ? undefined : fault);
    throw new PowerLost();
  }
}
