import { ALPHABETS } from '@passfob/protocol/otp';
import * as texts from './base/texts.ts';
import { ENTER, ENTRY_TITLES } from './entry-rows.ts';
import type { Pool } from './pool.ts';

export const ENTRY_GOES_ON = 0;
export const ENTRY_DONE = 1;
export const ENTRY_LEFT = 2;

/** Place of "del" or "back" on the wheel: one press from the start. */
const PLACE_BACK = 1;

/**
 * A wheel that works with one key. It begins with a digit, or with "ok" once enough is entered; then comes "del" or
 * "back"; then come the other digits. Each time it starts at another random digit, so that the number of presses
 * reveals nothing.
 */
export class Entry {
  private readonly pool: Pool;
  readonly purpose: number;
  private readonly base: number;
  private readonly least: number;
  readonly typed: Uint8Array;
  private length: number;
  /** Place on the wheel, and the digit at the wheel's start. */
  private at: number;
  private offset: number;

  /** @param base 10 or 16 symbols, of which the person enters `least` to `most` */
  constructor(pool: Pool, purpose: number, base: number, least: number, most: number) {
    this.pool = pool;
    this.purpose = purpose;
    this.base = base;
    this.least = least;
    this.typed = new Uint8Array(most);
    this.length = 0;
    this.at = 0;
    this.offset = 0;
    this.turn();
  }

  /** Puts the wheel back to its start, at a random digit. */
  private turn(): void {
    this.offset = this.pool.draw(1)[0] as number;
    this.at = 0;
  }

  /** How many places of the wheel are not digits. */
  private get others(): number {
    return this.length < this.least ? 1 : 2;
  }

  step(by: number): void {
    const count = (this.length < this.typed.length ? this.base : 0) + this.others;
    this.at = (this.at + by + count) % count;
  }

  /** Takes the symbol that the wheel shows. Returns one of the `ENTRY_` numbers. */
  take(): number {
    if (this.at === PLACE_BACK) {
      const end = this.undo();
      // Repeated holds delete all symbols, and then leave the entry.
      this.at = PLACE_BACK;
      return end;
    }
    if (!this.at && this.others > 1) return ENTRY_DONE;
    this.typed[this.length] = this.symbol.charCodeAt(0);
    this.length++;
    this.turn();
    return ENTRY_GOES_ON;
  }

  /** Deletes the last symbol; leaves the entry if there is none. */
  undo(): number {
    if (this.length === 0) return ENTRY_LEFT;
    this.length--;
    this.turn();
    return ENTRY_GOES_ON;
  }

  /** Returns the entered text in ASCII, and erases it here. */
  done(): Uint8Array {
    const text = new Uint8Array(this.typed.subarray(0, this.length));
    this.typed.fill(0);
    return text;
  }

  /** The symbol that the wheel shows. */
  get symbol(): string {
    if (this.at === PLACE_BACK) return this.length ? texts.DELETE : texts.LEAVE;
    const others = this.others;
    if (!this.at && others > 1) return texts.OK;
    return ALPHABETS[((this.at && this.at - others) + this.offset) % this.base] as string;
  }

  /** How to leave the wheel, or to delete what was entered. */
  get exit(): string {
    return this.length ? texts.HOW_TO_DELETE : texts.HOW_TO_LEAVE;
  }

  get title(): string {
    return ENTRY_TITLES.split(',')[this.purpose] as string;
  }

  /** The text entered so far: a question, or a dot for each digit of a PIN. */
  get shown(): string {
    let text = '';
    for (let i = 0; i < this.length; i++) {
      text += this.purpose === ENTER.question ? String.fromCharCode(this.typed[i] as number) : '*';
    }
    return text;
  }
}
