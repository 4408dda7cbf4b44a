import { VIOLATIONS_MAX } from './limits.ts';

/**
 * Acts of the firmware that would harm or stall a real board, as text: the first ones since the board was made. A program
 * that faults in a loop does so many thousand times in a second.
 */
export class Violations {
  readonly #texts: string[] = [];

  /** @param text made only if it is kept */
  add(text: () => string): void {
    const count = this.#texts.length;
    if (count < VIOLATIONS_MAX) this.#texts.push(text());
    else if (count === VIOLATIONS_MAX) this.#texts.push('and more, which are not listed');
  }

  get all(): readonly string[] {
    return [...this.#texts];
  }
}
