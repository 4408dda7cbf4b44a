import { KIND_HOTP, KIND_OCRA } from '../../protocol/account.ts';
import { equal } from '../../protocol/hmac.ts';
import { PIN_DIGITS_MAX, PIN_DIGITS_MIN, PRESS_WAIT_MS, QUESTION_CHARS_MIN } from '../../protocol/limits.ts';
import { timeStep } from '../../protocol/otp.ts';
import { REFUSED_BUSY, REFUSED_PRESS_NEEDED } from '../../protocol/refusals.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import * as entries from './entry.ts';
import { Face } from './face.ts';
import * as limits from './limits.ts';
import type { Lock } from './lock.ts';
import type { Pool } from './pool.ts';
import type { Now, Ports } from './ports.ts';
import * as questions from './question.ts';
import * as views from './screens/view.ts';
import { SET_BACK, SET_PIN } from './settings.ts';
import type { State } from './state.ts';
import * as texts from './texts.ts';
import { CLOCK_UNSET, type Timekeeper } from './timekeeper.ts';
import { VAULT_OWNED, type Vault } from './vault/vault.ts';

/** Bits of `State.asks`. */
const PIN_TO_SHOW = 1;
const PIN_TO_APPROVE = 2;
const PIN_TO_SET = 4;
/** Bits of `State.typing`. */
const MAY_TYPE = 1;
const TYPES_ENTER = 2;

const KEY_MAIN = 0;
const KEY_NEXT = 1;
const KEY_BACK = 3;

/** What the person does: one to four keys, short and held, and one view at a time. */
export class Person extends Face {
  /** The last PIN or question that was entered: after a yes to `ASK_PIN`, the account's PIN. */
  entered: Uint8Array;
  /** The question whose PIN is still to be entered. */
  private asked: Uint8Array;
  private style: number;
  /** When the list last went on. */
  private stepAt: number;
  /** Steps in a row that came quickly. */
  private quick: number;
  /** When the last HOTP value was made. */
  private madeAt: number;

  constructor(
    ports: Ports,
    vault: Vault,
    lock: Lock,
    accounts: Accounts,
    time: Timekeeper,
    pool: Pool,
    state: State,
    now: Now,
  ) {
    super(ports, vault, lock, accounts, time, pool, state, now);
    this.entered = new Uint8Array(0);
    this.asked = this.entered;
    this.style = questions.ASK_PLAIN;
    this.stepAt = 0;
    this.quick = 0;
    this.madeAt = -limits.HOTP_GUARD_MS;
    ports.display.light(state.light);
    this.home();
  }

  /** Back to the list, or to what stands in its place: a PIN to enter or to choose, or something to be read. */
  home(): void {
    this.question.hide();
    this.typist.stop();
    this.code = '';
    const lock = this.lock;
    const isOwned = this.vault.state === VAULT_OWNED;
    if (isOwned && lock.wanted) this.enter(entries.ENTER_NEW);
    else if (isOwned && lock.closed && !lock.dead && lock.wait <= 0) this.enter(entries.ENTER_PIN);
    else if (isOwned && !lock.closed && this.vault.wentBack > 0) {
      this.title = '';
      this.detail = this.vault.wentBack > 1 ? texts.WITNESS_LOST : texts.WENT_BACK;
      this.show(views.VIEW_NOTICE, this.screenMs);
    } else this.list();
  }

  say(detail: string): void {
    this.tell(texts.TITLE, detail, views.VIEW_MESSAGE);
  }

  /** Until the next reset: the console is open. */
  maintain(): void {
    this.tell('', texts.MAINTENANCE, views.VIEW_STAY);
  }

  /** Until the next reset: an assertion has failed. */
  showFault(): void {
    this.tell('', texts.FAULT, views.VIEW_STAY);
  }

  private tell(title: string, detail: string, mode: number): void {
    if (this.mode === views.VIEW_STAY) return;
    this.title = title;
    this.detail = detail;
    this.code = '';
    this.show(mode, limits.MESSAGE_MS);
  }

  showPairing(code: string, seconds: number): void {
    this.code = code;
    this.show(views.VIEW_PAIRING, seconds * 1000);
  }

  /** A key went down or up: 0 main, 1 next, 2 previous, 3 back. */
  key(which: number, down: boolean): void {
    // A pool that has enough takes one edge of each press: the other is on the way to a passcode.
    if (down || !this.pool.ready) this.pool.edge();
    const ms = this.now.ms;
    const mode = this.mode;
    if (!down) {
      if (which === KEY_MAIN) this.release();
      return;
    }
    this.keyAt = ms;
    if (mode === views.VIEW_OFF) this.home();
    // A press meant for what stood here before must not answer a question that has just appeared.
    else if (mode < views.VIEW_BUSY && (mode !== views.VIEW_ASK || this.question.hears(ms))) {
      // The display does not go off under a finger.
      if (mode !== views.VIEW_CODE && mode !== views.VIEW_PAIRING && !this.question.isWaiting) {
        this.until = ms + this.screenMs;
      }
      if (which === KEY_MAIN) this.holdAt = ms + this.holdMs;
      else if (mode === views.VIEW_ASK || mode === views.VIEW_REPORT) {
        if (which === KEY_BACK) this.press();
      } else if (which === KEY_BACK) this.back();
      else this.step(which === KEY_NEXT ? 1 : -1);
    }
  }

  private release(): void {
    if (this.peekUntil > 0) this.dirty = true;
    this.peekUntil = 0;
    if (this.holdAt < 0) return;
    this.holdAt = -1;
    this.press();
  }

  /** Called at the deadline, or any other time. */
  tick(): void {
    const ms = this.now.ms;
    if (this.holdAt >= 0 && ms >= this.holdAt) this.hold();
    if (!this.question.idle && ms >= this.question.deadline) this.leave();
    if (this.locks && ms >= this.lockAt) this.close();
    if (this.typist.isTyping && ms >= this.typist.dueMs) {
      const note = this.typist.tick(ms);
      if (note !== this.note) this.dirty = true;
      this.note = note;
    }
    if (ms >= this.until) this.expire();
    if (this.drawn !== this.second) this.refresh();
  }

  private close(): void {
    this.lock.close();
    if (this.mode !== views.VIEW_OFF && this.mode !== views.VIEW_STAY) this.home();
  }

  /** Whoever asked has gone: the answer, if there was one, is nobody else's. */
  leave(): void {
    const isShown = this.question.isWaiting;
    this.question.drop();
    if (isShown) this.home();
  }

  private expire(): void {
    const mode = this.mode;
    if (mode === views.VIEW_BUSY) this.work();
    else if (mode === views.VIEW_REPORT) this.answer(questions.ANSWER_NO, texts.DENIED);
    else if (this.question.isWaiting) this.answer(questions.ANSWER_TOO_LATE, texts.TOO_LATE);
    else if (mode === views.VIEW_MESSAGE || mode === views.VIEW_CODE || mode === views.VIEW_PAIRING) {
      this.home();
    } else if (mode !== views.VIEW_OFF && mode !== views.VIEW_STAY) this.sleep();
  }

  private sleep(): void {
    this.account = undefined;
    this.entry = undefined;
    this.accounts.forget();
    this.show(views.VIEW_OFF, 0);
    if (this.state.pinDigits > 0 && this.state.lockSeconds === 0 && !this.lock.wanted) this.lock.close();
  }

  /** The main key, short, or the key back under a question. */
  private press(): void {
    const mode = this.mode;
    if (mode === views.VIEW_ASK && this.style & questions.ASK_REPORT) {
      // Still the same question: a no is given in any case.
      this.show(views.VIEW_REPORT, PRESS_WAIT_MS);
    } else if (mode === views.VIEW_ASK || mode === views.VIEW_REPORT) {
      this.answer(questions.ANSWER_NO, texts.DENIED);
    } else if (this.ports.facts.keys > 1) this.choose(false);
    else this.step(1);
  }

  private hold(): void {
    const mode = this.mode;
    const erases = this.erases;
    this.holdAt = -1;
    if (mode === views.VIEW_ASK) this.approve();
    else if (mode === views.VIEW_REPORT) this.answer(questions.ANSWER_REPORTED, texts.REPORTED);
    else if (erases) this.erase();
    else if (mode === views.VIEW_NOTICE) {
      this.vault.excuse();
      this.home();
    } else if (mode === views.VIEW_CODE) this.holdCode();
    else if (mode !== views.VIEW_MESSAGE && mode !== views.VIEW_PAIRING) this.choose(true);
  }

  private step(by: number): void {
    const mode = this.mode;
    this.dirty = true;
    if (mode === views.VIEW_SETTINGS) this.settings.step(by);
    else if (mode === views.VIEW_ENTRY && this.entry) this.entry.step(by);
    else if (mode === views.VIEW_LIST) {
      const ms = this.now.ms;
      const places = this.accounts.count + 1;
      this.quick = ms - this.stepAt < limits.JUMP_MS ? this.quick + 1 : 0;
      this.stepAt = ms;
      const far = this.quick > 1 && places > limits.JUMP_PLACES ? limits.JUMP_PLACES * by : by;
      this.place = (this.place + far + places) % places;
      this.list();
    } else if (mode !== views.VIEW_NOTICE) this.home();
  }

  private back(): void {
    if (this.mode === views.VIEW_ENTRY && this.entry) this.took(this.entry.undo());
    else if (this.mode !== views.VIEW_NOTICE) this.home();
  }

  private choose(held: boolean): void {
    const mode = this.mode;
    if (mode === views.VIEW_LIST) {
      const account = this.account;
      if (account) this.open(account, held);
      else if (this.place < this.accounts.count) this.say(texts.BAD_RECORD);
      else if (this.asksPin(PIN_TO_SET)) this.enter(entries.ENTER_TO_SET);
      else this.showSettings();
    } else if (mode === views.VIEW_ENTRY && this.entry) this.took(this.entry.take());
    else if (mode === views.VIEW_SETTINGS) this.set();
    else if (mode !== views.VIEW_NOTICE) this.home();
  }

  private asksPin(bit: number): boolean {
    return this.state.pinDigits > 0 && (this.state.asks & bit) > 0;
  }

  private open(account: Account, held: boolean): void {
    // One hold is one value, whatever else the keys do.
    if (account.kind === KIND_HOTP && (!held || this.now.ms < this.madeAt + limits.HOTP_GUARD_MS)) return;
    if (this.asksPin(PIN_TO_SHOW)) this.enter(entries.ENTER_TO_SHOW);
    else this.makeCode(account);
  }

  private makeCode(account: Account): void {
    const kind = account.kind;
    if (kind === KIND_OCRA) {
      if (account.question === 1) this.say(texts.NEEDS_COMPUTER);
      else this.enter(entries.ENTER_QUESTION);
    } else if (kind === KIND_HOTP) {
      // As it is on storage now: a computer may have had a value since the list was shown.
      const stored = this.accounts.read(this.place);
      this.madeAt = this.now.ms;
      this.showCode(stored && this.accounts.nextHotp(stored));
    } else if (this.time.state === CLOCK_UNSET) this.say(texts.NO_TIME);
    else this.showCode(this.accounts.totp(account, this.now.utc));
  }

  private showCode(code: string | undefined): void {
    if (code === undefined) {
      this.say(texts.NOT_STORED);
      return;
    }
    this.code = code;
    this.next = '';
    this.show(views.VIEW_CODE, limits.CODE_MS);
  }

  /** Types the code on the screen, or shows the next one. */
  private holdCode(): void {
    const account = this.account;
    const state = this.state;
    if (!account) return;
    this.dirty = true;
    if (state.types && state.typing & MAY_TYPE) {
      if (account.digits > 15) this.note = texts.NOT_TYPED;
      else this.typist.start(this.code, (state.typing & TYPES_ENTER) > 0, this.now.ms);
    } else this.peekUntil = this.now.ms + limits.PEEK_MS;
  }

  /** A running number has changed. */
  private refresh(): void {
    this.dirty = true;
    const account = this.account;
    if (this.mode === views.VIEW_CODE && account) {
      if (this.time.state === CLOCK_UNSET) this.say(texts.NO_TIME);
      else if (timeStep(this.now.utc, account.period) !== timeStep(this.drawn, account.period)) {
        this.code = this.accounts.totp(account, this.now.utc);
        this.next = '';
      }
    } else if (this.mode === views.VIEW_LIST && this.second <= 0) this.home();
  }

  private erase(): void {
    const isErased = this.vault.erase();
    if (isErased) {
      this.accounts.arrange();
      this.time.load();
    }
    this.say(isErased ? texts.ERASED : texts.NOT_ERASED);
  }

  private showSettings(): void {
    this.settings.place = 0;
    this.show(views.VIEW_SETTINGS, this.screenMs);
  }

  private set(): void {
    const place = this.settings.place;
    this.dirty = true;
    if (place === SET_BACK) this.home();
    else if (place === SET_PIN) this.enter(entries.ENTER_TO_CHANGE);
    else if (!this.settings.change()) this.say(texts.NOT_SAVED);
  }

  /** Has something entered; what follows is its purpose. */
  private enter(purpose: number): void {
    const account = this.account;
    let base = 10;
    let least = PIN_DIGITS_MIN;
    let most = PIN_DIGITS_MAX;
    if (purpose === entries.ENTER_NEW) least = this.state.pinDigits;
    else if (purpose === entries.ENTER_QUESTION && account) {
      if (account.question > 0) base = 16;
      least = QUESTION_CHARS_MIN;
      most = account.length;
    }
    this.entry = new entries.Entry(this.pool, purpose, base, least, most);
    this.show(views.VIEW_ENTRY, this.screenMs);
  }

  /** The wheel was turned into the entry, by what it says of itself. */
  private took(end: number): void {
    const entry = this.entry;
    this.dirty = true;
    if (entry && end === entries.ENTRY_DONE) this.use(entry.purpose, entry.done());
    else if (end === entries.ENTRY_LEFT) {
      if (this.question.isWaiting) this.answer(questions.ANSWER_NO, texts.DENIED);
      else if (entry && entry.purpose === entries.ENTER_PIN) this.sleep();
      else this.home();
    }
  }

  private use(purpose: number, text: Uint8Array): void {
    const account = this.account;
    if (purpose === entries.ENTER_QUESTION && account) {
      this.asked = text;
      if (account.inputs & 6) this.enter(entries.ENTER_ACCOUNT_PIN);
      else this.showCode(this.accounts.respond(account, text, new Uint8Array(0), this.now.utc));
    } else if (purpose === entries.ENTER_ACCOUNT_PIN) {
      this.entered = text;
      if (this.question.isWaiting) this.answer(questions.ANSWER_YES, texts.APPROVED);
      else if (account) this.showCode(this.accounts.respond(account, this.asked, text, this.now.utc));
    } else if (purpose === entries.ENTER_NEW) {
      const why = this.lock.unfit(text);
      this.entered = text;
      if (why === '') this.enter(entries.ENTER_REPEAT);
      else this.say(why);
    } else if (purpose === entries.ENTER_REPEAT && !equal(text, this.entered)) this.say(texts.PIN_MISMATCH);
    else {
      this.entered = text;
      // Drawn before the work begins, which takes half a second.
      this.show(views.VIEW_BUSY, 1);
    }
  }

  /** Checks or sets the PIN that was entered, and goes on with what it was wanted for. */
  private work(): void {
    const purpose = this.entry ? this.entry.purpose : 0;
    const pin = this.entered;
    const why = purpose === entries.ENTER_REPEAT ? this.lock.choose(pin) : this.lock.check(pin);
    pin.fill(0);
    if (why !== '') this.answer(questions.ANSWER_NO, why);
    else if (purpose === entries.ENTER_REPEAT) this.say(texts.PIN_SET);
    else if (purpose === entries.ENTER_TO_CHANGE) this.enter(entries.ENTER_NEW);
    else if (purpose === entries.ENTER_TO_SET) this.showSettings();
    else if (purpose === entries.ENTER_TO_APPROVE) this.approved();
    else if (purpose === entries.ENTER_TO_SHOW) {
      this.list();
      if (this.account) this.makeCode(this.account);
    } else this.home();
  }

  private answer(answer: number, text: string): void {
    this.question.answer(answer);
    this.say(text);
  }

  /** A hold under the question. */
  private approve(): void {
    if (this.asksPin(PIN_TO_APPROVE) && !this.lock.closed && this.style < questions.ASK_UNLOCKED) {
      this.enter(entries.ENTER_TO_APPROVE);
    } else this.approved();
  }

  private approved(): void {
    if (this.style & questions.ASK_PIN) this.enter(entries.ENTER_ACCOUNT_PIN);
    else this.answer(questions.ANSWER_YES, texts.APPROVED);
  }

  /**
   * Asks the person to approve one request. Called again for every poll of the same request.
   * @param number one by which the same request is known again
   * @param style sum of the `ASK_` numbers
   * @param compared two digits to compare, or `NO_NUMBER`
   * @returns 0 once, after approval, or the refusal to answer now
   */
  ask(number: number, title: string, detail: string, style: number, compared: number): number {
    if (!this.question.idle) return this.question.poll(number, this.now.ms);
    if (this.mode >= views.VIEW_BUSY) return REFUSED_BUSY;
    this.question.begin(number, this.now.ms);
    this.title = title;
    this.detail = detail;
    this.style = style;
    this.code = compared === questions.NO_NUMBER ? '' : `${compared}`.padStart(2, '0');
    this.show(views.VIEW_ASK, PRESS_WAIT_MS);
    return REFUSED_PRESS_NEEDED;
  }
}
