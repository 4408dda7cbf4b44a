import { ALPHABETS } from '@passfob/protocol/otp';
import * as texts from './base/texts.ts';
import type { Pool } from './pool.ts';

/** Purposes of an entry: they say what the person enters and what follows. The first five have a headline in `texts.ENTRIES`. */
export const ENTER_PIN = 0;
export const ENTER_NEW = 1;
export const ENTER_REPEAT = 2;
export const ENTER_QUESTION = 3;
export const ENTER_ACCOUNT_PIN = 4;
/** The PIN again, before it is changed, the settings are opened, a passcode is made or a request approved. */
export const ENTER_TO_CHANGE = 5;
export const ENTER_TO_SET = 6;
export const ENTER_TO_SHOW = 7;
export const ENTER_TO_APPROVE = 8;

export const ENTRY_GOES_ON = 0;
export const ENTRY_DONE = 1;
export const ENTRY_LEFT = 2;

/** Place of "del" or "back" on the wheel: one press from where it starts. */
const PLACE_BACK = 1;

/**
 * A wheel that one key can turn and take from. It holds a digit, or "ok" once enough is entered; then "del" or "back"; then
 * the other digits. It starts at another random digit each time, so that the number of presses tells nothing.
 */
export class Entry {
  private readonly pool: Pool;
  readonly purpose: number;
  private readonly base: number;
  private readonly least: number;
  private readonly typed: Uint8Array;
  private length: number;
  /** Place on the wheel, and the digit that it starts at. */
  private at: number;
  private offset: number;

  /** @param base 10 or 16 symbols, of which `least` to `most` are to be entered */
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

  /** Places of the wheel that are no digits. */
  private get others(): number {
    return this.length < this.least ? 1 : 2;
  }

  step(by: number): void {
    const count = (this.length < this.typed.length ? this.base : 0) + this.others;
    this.at = (this.at + by + count) % count;
  }

  /** Takes what the wheel shows. One of the `ENTRY_` numbers. */
  take(): number {
    if (this.at === PLACE_BACK) {
      const end = this.undo();
      // One hold after the other takes back all there is, and then leads away.
      this.at = PLACE_BACK;
      return end;
    }
    if (!this.at && this.others > 1) return ENTRY_DONE;
    this.typed[this.length] = this.symbol.charCodeAt(0);
    this.length++;
    this.turn();
    return ENTRY_GOES_ON;
  }

  /** Takes the last symbol back; without one the entry is left. */
  undo(): number {
    if (this.length === 0) return ENTRY_LEFT;
    this.length--;
    this.turn();
    return ENTRY_GOES_ON;
  }

  /** What was entered, in ASCII. It is forgotten here. */
  done(): Uint8Array {
    const text = new Uint8Array(this.typed.subarray(0, this.length));
    this.typed.fill(0);
    return text;
  }

  /** What the wheel shows. */
  get symbol(): string {
    if (this.at === PLACE_BACK) return this.length ? texts.DELETE : texts.LEAVE;
    const others = this.others;
    if (!this.at && others > 1) return texts.OK;
    return ALPHABETS[((this.at && this.at - others) + this.offset) % this.base] as string;
  }

  get title(): string {
    return texts.ENTRIES.split(',')[this.purpose > ENTER_ACCOUNT_PIN ? ENTER_PIN : this.purpose] as string;
  }

  /** What was entered so far: a question, or a dot for each digit of a PIN. */
  get shown(): string {
    let text = '';
    for (let i = 0; i < this.length; i++) {
      text += this.purpose === ENTER_QUESTION ? String.fromCharCode(this.typed[i] as number) : '*';
    }
    return text;
  }
}
