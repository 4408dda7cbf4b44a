import type { OracleAccess } from './devices.ts';
import { STATE_NUMBERS } from './processor-state.ts';

/** What the oracle did for a STEP or a RUN. */
export interface OracleStep {
  /** Unicorn's `uc_err`: 0 is none, 10 an invalid instruction, 6 and 7 reads and writes without memory. */
  readonly error: number;
  readonly state: Int32Array;
  readonly accesses: readonly OracleAccess[];
}

/** Reads replies in their order. */
export class Replies {
  readonly #numbers: Int32Array;
  #at = 0;

  constructor(numbers: Int32Array) {
    this.#numbers = numbers;
  }

  #take(count: number): Int32Array {
    if (this.#at + count > this.#numbers.length)
      throw new Error('The oracle replied to fewer commands than it got');
    this.#at += count;
    return this.#numbers.subarray(this.#at - count, this.#at);
  }

  step(): OracleStep {
    const [error = 0] = this.#take(1);
    const state = this.#take(STATE_NUMBERS);
    const [count = 0] = this.#take(1);
    const accesses = Array.from({ length: count }, () => {
      const [kindAndSize = 0, address = 0, value = 0] = this.#take(3);
      return {
        kind: kindAndSize & ~0xff,
        bytes: kindAndSize & 0xff,
        address: address >>> 0,
        value: value >>> 0,
      };
    });
    return { error, state, accesses };
  }

  memory(bytes: number): Uint8Array {
    const numbers = this.#take((bytes + 3) >> 2);
    return new Uint8Array(numbers.buffer, numbers.byteOffset, bytes);
  }
}
