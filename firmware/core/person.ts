import { KIND_HOTP } from '../../protocol/account.ts';
import { PRESS_WAIT_MS } from '../../protocol/limits.ts';
import { secondsLeft, timeStep } from '../../protocol/otp.ts';
import { REFUSED_PRESS_NEEDED } from '../../protocol/refusals.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import {
  APPROVE_HOLD_MS,
  CODE_MS,
  ERASE_HOLD_MS,
  HOLD_MS,
  MESSAGE_MS,
  REFRESH_MS,
  SLEEP_MS,
} from './limits.ts';
import type { Pool } from './pool.ts';
import type { Now } from './ports.ts';
import { ANSWER_NO, ANSWER_TOO_LATE, ANSWER_YES, Question } from './question.ts';
import { printable } from './screens/text.ts';
import {
  VIEW_ASK,
  VIEW_CODE,
  VIEW_LIST,
  VIEW_MESSAGE,
  VIEW_OFF,
  VIEW_PAIRING,
  type View,
} from './screens/view.ts';
import * as texts from './texts.ts';
import { CLOCK_UNSET, type Timekeeper } from './timekeeper.ts';
import { VAULT_BLANK, VAULT_KEYS_LOST, VAULT_OWNED, type Vault } from './vault/vault.ts';

/** What the person does and sees: one key, short and held, and one view at a time. */
export class Person {
  private readonly vault: Vault;
  private readonly accounts: Accounts;
  private readonly time: Timekeeper;
  private readonly pool: Pool;
  private readonly now: Now;

  /** Kind of the view shown. */
  private mode: number;
  /** When the mode ends. */
  private until: number;
  /** Set when the screen must be drawn anew. */
  dirty: boolean;
  private place: number;
  private account: Account | undefined;
  private title: string;
  private detail: string;
  private code: string;
  /** Second at which the screen was last drawn. */
  private drawn: number;

  /** When the key went down, -1 for up or not counted. */
  private downAt: number;

  private readonly question: Question;

  constructor(vault: Vault, accounts: Accounts, time: Timekeeper, pool: Pool, now: Now) {
    this.vault = vault;
    this.accounts = accounts;
    this.time = time;
    this.pool = pool;
    this.now = now;
    this.mode = VIEW_LIST;
    this.until = SLEEP_MS;
    this.dirty = true;
    this.place = 0;
    this.title = '';
    this.detail = '';
    this.code = '';
    this.drawn = -1;
    this.downAt = -1;
    this.question = new Question();
  }

  /** When `tick` is wanted next, in the board's milliseconds. */
  get deadline(): number {
    let next = this.until;
    const running = this.mode === VIEW_CODE || this.mode === VIEW_PAIRING;
    if (running) next = Math.min(next, this.now.ms + REFRESH_MS);
    if (this.downAt >= 0) next = Math.min(next, this.downAt + this.holdMs);
    if (!this.question.idle) next = Math.min(next, this.question.deadline);
    return Math.max(next, this.now.ms + 1);
  }

  private show(mode: number, forMs: number): void {
    // A press begun on what stood here before is not meant for what comes now.
    this.downAt = -1;
    // And a question that is shown no more cannot be answered.
    if (this.mode === VIEW_ASK) this.question.hide();
    this.mode = mode;
    this.until = this.now.ms + forMs;
    this.dirty = true;
  }

  /** Back to the list, or to what stands in its place on a fob that has none. */
  home(): void {
    this.code = '';
    this.account = undefined;
    this.accounts.forget();
    this.show(VIEW_LIST, SLEEP_MS);
  }

  say(detail: string): void {
    this.title = texts.TITLE;
    this.detail = detail;
    this.code = '';
    this.show(VIEW_MESSAGE, MESSAGE_MS);
  }

  showPairing(code: string, seconds: number): void {
    this.code = code;
    this.show(VIEW_PAIRING, seconds * 1000);
  }

  /** The key went down or up. */
  key(down: boolean): void {
    this.pool.edge();
    if (!down) {
      if (this.downAt >= 0) this.press();
      return;
    }
    const ms = this.now.ms;
    if (this.mode === VIEW_OFF) this.home();
    // A press meant for what stood here before must not answer a question that has just appeared.
    else if (this.mode !== VIEW_ASK || this.question.hears(ms)) this.downAt = ms;
    // The display does not go off under a finger.
    if (this.mode === VIEW_LIST) this.until = ms + SLEEP_MS;
  }

  private get holdMs(): number {
    if (this.mode === VIEW_ASK) return APPROVE_HOLD_MS;
    return this.vault.state > VAULT_OWNED ? ERASE_HOLD_MS : HOLD_MS;
  }

  /** Called at the deadline, or any other time. */
  tick(): void {
    const ms = this.now.ms;
    if (this.downAt >= 0 && ms >= this.downAt + this.holdMs) this.hold();
    if (!this.question.idle && ms >= this.question.deadline) this.leave();
    if (ms >= this.until) this.expire();
    if (this.mode === VIEW_CODE && this.drawn !== this.now.utc) this.refresh();
    if (this.mode === VIEW_PAIRING && this.drawn !== this.secondsShown) this.dirty = true;
  }

  /** Whoever asked has gone: the answer, if there was one, is nobody else's. */
  leave(): void {
    this.question.drop();
    if (this.mode === VIEW_ASK) this.home();
  }

  private expire(): void {
    if (this.mode === VIEW_ASK) this.answer(ANSWER_TOO_LATE, texts.TOO_LATE);
    else if (this.mode === VIEW_LIST) this.show(VIEW_OFF, SLEEP_MS);
    else if (this.mode === VIEW_OFF) this.until = this.now.ms + SLEEP_MS;
    else this.home();
  }

  private press(): void {
    if (this.mode === VIEW_ASK) this.answer(ANSWER_NO, texts.DENIED);
    else if (this.mode !== VIEW_LIST) this.home();
    else if (this.accounts.count === 1) this.showCode();
    else {
      this.place = this.accounts.count > 0 ? (this.place + 1) % this.accounts.count : 0;
      this.show(VIEW_LIST, SLEEP_MS);
    }
  }

  private hold(): void {
    this.downAt = -1;
    if (this.mode === VIEW_ASK) this.answer(ANSWER_YES, texts.APPROVED);
    else if (this.vault.state > VAULT_OWNED) {
      this.say(this.vault.erase() ? texts.ERASED : texts.NOT_ERASED);
    } else if (this.mode === VIEW_LIST && this.accounts.count > 0) this.showCode();
  }

  private answer(answer: number, text: string): void {
    this.question.answer(answer);
    this.say(text);
  }

  /**
   * Asks the person to approve one request. Called again for every poll of the same request.
   * @param number one by which the same request is known again
   * @returns 0 once, after approval, or the refusal to answer now
   */
  ask(number: number, title: string, detail: string): number {
    if (!this.question.idle) return this.question.poll(number, this.now.ms);
    this.question.begin(number, this.now.ms);
    this.title = title;
    this.detail = detail;
    this.show(VIEW_ASK, PRESS_WAIT_MS);
    return REFUSED_PRESS_NEEDED;
  }

  private showCode(): void {
    const account = this.accounts.read(this.place);
    const refusal = account ? this.makeCode(account) : texts.BAD_RECORD;
    if (refusal !== '') this.say(refusal);
    else this.show(VIEW_CODE, CODE_MS);
  }

  /** Empty, or the sentence that says why there is no passcode. */
  private makeCode(account: Account): string {
    this.account = account;
    this.title = printable(account.issuer);
    this.detail = printable(account.label);
    if (account.kind === KIND_HOTP) {
      const code = this.accounts.nextHotp(account);
      if (code === undefined) return texts.NOT_STORED;
      this.code = code;
    } else if (this.time.state === CLOCK_UNSET) return texts.NO_TIME;
    else this.code = this.accounts.totp(account, this.now.utc);
    return '';
  }

  /** A second has passed under a code. */
  private refresh(): void {
    const account = this.account;
    if (!account || account.kind === KIND_HOTP) return;
    this.dirty = true;
    if (this.time.state === CLOCK_UNSET) this.say(texts.NO_TIME);
    else if (timeStep(this.now.utc, account.period) !== timeStep(this.drawn, account.period)) {
      this.code = this.accounts.totp(account, this.now.utc);
    }
  }

  private get secondsShown(): number {
    return Math.ceil((this.until - this.now.ms) / 1000);
  }

  /** What is to be drawn now. */
  view(): View {
    const view: View = {
      kind: this.mode,
      title: this.title,
      detail: this.detail,
      code: this.code,
      hint: '',
      secondsLeft: 0,
      period: 0,
      place: this.place + 1,
      count: this.accounts.count,
    };
    this.dirty = false;
    this.drawn = this.now.utc;
    if (this.mode === VIEW_LIST) this.fillList(view);
    if (this.mode === VIEW_ASK) view.hint = texts.HINT_ASK;
    if (this.mode === VIEW_PAIRING) {
      view.title = texts.PAIRING;
      view.secondsLeft = this.secondsShown;
      this.drawn = view.secondsLeft;
    }
    if (this.mode === VIEW_CODE) {
      view.hint = texts.HINT_BACK;
      const account = this.account as Account;
      view.period = account.period;
      if (account.kind !== KIND_HOTP) view.secondsLeft = secondsLeft(this.now.utc, account.period);
    }
    return view;
  }

  private fillList(view: View): void {
    if (this.accounts.count > 0) {
      if (this.place >= this.accounts.count) this.place = 0;
      view.place = this.place + 1;
      const account = this.accounts.read(this.place);
      view.title = account ? printable(account.issuer) : texts.DAMAGED_ACCOUNT;
      view.detail = account ? printable(account.label) : '';
      if (view.title === '') {
        view.title = view.detail;
        view.detail = '';
      }
      view.hint = view.count > 1 ? texts.HINT_MANY : texts.HINT_ONE;
      return;
    }
    view.kind = VIEW_MESSAGE;
    view.title = texts.TITLE;
    const state = this.vault.state;
    if (state === VAULT_OWNED) view.detail = texts.NO_ACCOUNTS;
    else if (state === VAULT_BLANK) view.detail = this.blankText();
    else view.detail = state === VAULT_KEYS_LOST ? texts.KEYS_LOST : texts.DAMAGED;
  }

  private blankText(): string {
    if (this.pool.ready) return texts.BLANK;
    return `${this.pool.percent}% ${texts.MIXING}`;
  }
}
