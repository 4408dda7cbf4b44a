import { CONSTANTS } from './places.ts';

/** Places that an instruction may need at most, with the conditions of its IT block. */
const PER_INSTRUCTION = 8;

/** The constants of decoded instructions: equal ones share a place. */
export class Constants {
  readonly #r: Int32Array;
  readonly #places = new Map<number, number>();

  constructor(r: Int32Array) {
    this.#r = r;
  }

  placeOf(value: number): number {
    const word = value | 0;
    const known = this.#places.get(word);
    if (known !== undefined) return known;
    const place = CONSTANTS + this.#places.size;
    this.#places.set(word, place);
    this.#r[place] = word;
    return place;
  }

  /** Whether there may be too few places for another instruction. */
  get isFull(): boolean {
    return CONSTANTS + this.#places.size + PER_INSTRUCTION > this.#r.length;
  }

  /** Forgets all of them: nothing that was decoded may be executed any more. */
  clear(): void {
    this.#places.clear();
  }
}
