import { ALPHABETS } from '../../protocol/otp.ts';
import type { Pool } from './pool.ts';
import * as texts from './texts.ts';

/** What is entered, and so what follows. The first five have a headline each in `texts.ENTRIES`. */
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

/**
 * A wheel of digits, then "del" and "ok", which every board can turn and take from with one key. It starts anew at a
 * random digit each time, so that whoever counts presses learns nothing.
 */
export class Entry {
  private readonly pool: Pool;
  readonly purpose: number;
  private readonly base: number;
  private readonly least: number;
  private readonly typed: Uint8Array;
  private length: number;
  /** What the wheel shows: a digit, counted from `offset`, then "del", then "ok". */
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

  /** The wheel after something was taken: at "ok" as soon as that can be. */
  private turn(): void {
    this.offset = this.pool.draw(1)[0] as number;
    this.at = this.length < this.least ? 0 : this.base + 1;
  }

  step(by: number): void {
    const first = this.length < this.typed.length ? 0 : this.base;
    const count = this.base + (this.length < this.least ? 1 : 2) - first;
    this.at = first + ((this.at - first + by + count) % count);
  }

  /** Takes what the wheel shows. One of the `ENTRY_` numbers. */
  take(): number {
    if (this.at > this.base) return ENTRY_DONE;
    if (this.at === this.base) return this.undo();
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
    if (this.at > this.base) return texts.OK;
    if (this.at === this.base) return this.length ? texts.DELETE : texts.LEAVE;
    return ALPHABETS[(this.at + this.offset) % this.base] as string;
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
