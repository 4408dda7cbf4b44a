import { KIND_HOTP, KIND_OCRA } from '../../protocol/account.ts';
import { equal } from '../../protocol/hmac.ts';
import {
  PIN_DIGITS_MAX,
  PIN_DIGITS_MIN,
  PRESS_DEAF_MS,
  PRESS_WAIT_MS,
  QUESTION_CHARS_MIN,
} from '../../protocol/limits.ts';
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
import { changeSetting, SET_BACK, SET_PIN, stepSetting } from './settings.ts';
import type { State } from './state.ts';
import * as texts from './texts.ts';
import { CLOCK_UNSET, type Timekeeper } from './timekeeper.ts';
import { VAULT_BLANK, VAULT_KEYS_LOST, VAULT_OWNED, type Vault } from './vault/vault.ts';

/** Bits of `State.asks`. */
const PIN_TO_SHOW = 1;
const PIN_TO_APPROVE = 2;
const PIN_TO_SET = 4;
/** `State.typing` where Enter follows. */
const TYPES_ENTER = 3;

const KEY_MAIN = 0;
const KEY_NEXT = 1;
const KEY_BACK = 3;

/** What the person does: one to four keys, short and held, and one view at a time. */
export class Person extends Face {
  /** The last PIN that was entered: after a yes to `ASK_PIN`, the account's. */
  entered: Uint8Array;
  /** The OCRA question whose PIN is still to be entered. */
  private asked: Uint8Array;
  private style: number;
  /** When the list last went on, and how many of its steps in a row came quickly. */
  private stepAt: number;
  private quick: number;
  /** Until when no other HOTP value is made. */
  private guardUntil: number;

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
    this.guardUntil = 0;
    ports.display.light(state.light);
    this.home();
  }

  /** Back to the list, or to what stands in its place. */
  home(): void {
    const lock = this.lock;
    const vault = this.vault;
    const state = vault.state;
    this.typist.stop();
    this.question.hide();
    let text = '';
    if (state === VAULT_BLANK) {
      text = this.pool.ready ? texts.BLANK : `${this.pool.percent}% ${texts.MIXING}`;
    } else if (state > VAULT_OWNED) {
      text = (state === VAULT_KEYS_LOST ? texts.KEYS_LOST : texts.DAMAGED) + texts.HOLD_TO_ERASE;
    } else if (lock.wanted) this.enter(entries.ENTER_NEW);
    else if (lock.closed) {
      if (lock.dead) text = texts.LOCKED_OUT;
      else this.enter(entries.ENTER_PIN);
    } else if (vault.wentBack) {
      text = (vault.wentBack > 1 ? texts.WITNESS_LOST : texts.WENT_BACK) + texts.MAY_REPEAT;
      this.show(views.VIEW_NOTICE, '', text, texts.HINT_GO_ON, 0);
      return;
    } else if (this.accounts.count) this.list();
    else text = texts.NO_ACCOUNTS;
    if (text) this.show(views.VIEW_HOME, texts.TITLE, text, '', 0);
  }

  /** Until the next reset: the console is open. */
  maintain(): void {
    this.show(views.VIEW_STAY, '', texts.MAINTENANCE, '', limits.FAR);
  }

  /** Until the next reset: an assertion has failed. */
  showFault(): void {
    this.show(views.VIEW_STAY, '', texts.FAULT, '', limits.FAR);
  }

  showPairing(code: string, seconds: number): void {
    this.show(views.VIEW_PAIRING, texts.PAIRING, '', '', seconds * 1000);
    this.code = code;
  }

  /** A key went down or up: 0 main, 1 next, 2 previous, 3 back. */
  key(which: number, down: boolean): void {
    const ms = this.now.ms;
    const kind = this.kind;
    // A pool that has enough takes one edge of each press: the other is on the way to a passcode.
    if (down || !this.pool.ready) this.pool.edge();
    if (!down) {
      if (which === KEY_MAIN) this.release();
      return;
    }
    this.keyAt = ms;
    if (kind === views.VIEW_OFF) this.home();
    // A press meant for what stood here before must not answer a question that has just appeared.
    else if (
      kind < views.VIEW_ASK ||
      (kind < views.VIEW_BUSY && ms >= this.question.askedAt + PRESS_DEAF_MS)
    ) {
      // The display does not go off under a finger.
      if (kind >= views.VIEW_HOME && kind < views.VIEW_ASK) {
        this.until = ms + this.state.screenSeconds * 1000;
      }
      if (which === KEY_MAIN) {
        this.holdAt = ms + (kind > views.VIEW_ENTRY ? limits.APPROVE_HOLD_MS : limits.HOLD_MS);
        if (this.erases) this.holdAt = ms + limits.ERASE_HOLD_MS;
      } else if (which === KEY_BACK) this.back();
      else if (kind < views.VIEW_ASK) this.step(which === KEY_NEXT ? 1 : -1);
    }
  }

  private release(): void {
    if (this.peekUntil) {
      this.peekUntil = 0;
      this.dirty = true;
    }
    if (this.holdAt === limits.FAR) return;
    this.holdAt = limits.FAR;
    if (this.kind > views.VIEW_ENTRY) this.deny();
    else if (this.ports.facts.keys > 1) this.choose(false);
    else this.step(1);
  }

  /** Called at the deadline, or any other time. */
  tick(): void {
    const ms = this.now.ms;
    if (ms >= this.holdAt) this.hold();
    if (ms >= this.question.deadline) this.leave();
    if (ms >= this.lockAt) {
      this.lock.close();
      if (this.kind !== views.VIEW_OFF) this.home();
    }
    if (ms >= this.typist.deadline) {
      this.note = this.typist.tick(ms);
      this.dirty = true;
    }
    if (ms >= this.until) this.expire();
    if (this.drawn !== this.second) this.refresh();
  }

  /** Whoever asked has gone: the answer, if there was one, is nobody else's. */
  leave(): void {
    const isShown = this.question.isWaiting;
    this.question.drop();
    if (isShown) this.home();
  }

  private expire(): void {
    const kind = this.kind;
    if (kind === views.VIEW_BUSY) this.work();
    else if (kind === views.VIEW_REPORT) this.answer(questions.ANSWER_NO, texts.DENIED);
    else if (this.question.isWaiting) this.answer(questions.ANSWER_TOO_LATE, texts.TOO_LATE);
    else if (kind < views.VIEW_HOME) this.home();
    else this.sleep();
  }

  private sleep(): void {
    const state = this.state;
    this.account = undefined;
    this.entry = undefined;
    this.accounts.forget();
    this.show(views.VIEW_OFF, '', '', '', limits.FAR);
    if (state.pinDigits && !state.lockSeconds && !this.lock.wanted) this.lock.close();
  }

  /** A no, or a no to "Report it?" after it. */
  private deny(): void {
    if (this.kind === views.VIEW_ASK && this.style & questions.ASK_REPORT) {
      this.show(views.VIEW_REPORT, texts.ASK_REPORT_IT, '', texts.HINT_ASK, PRESS_WAIT_MS);
    } else this.answer(questions.ANSWER_NO, texts.DENIED);
  }

  private hold(): void {
    const kind = this.kind;
    const erases = this.erases;
    this.holdAt = limits.FAR;
    if (kind === views.VIEW_LIST) this.choose(true);
    else if (kind === views.VIEW_ASK) {
      const asks = this.asksPin(PIN_TO_APPROVE) && !this.lock.closed && this.style < questions.ASK_UNLOCKED;
      if (asks) this.enter(entries.ENTER_TO_APPROVE);
      else this.approve();
    } else if (kind === views.VIEW_REPORT) this.answer(questions.ANSWER_REPORTED, texts.REPORTED);
    else if (erases) this.erase();
    else if (kind === views.VIEW_NOTICE) {
      this.vault.excuse();
      this.home();
    } else if (kind === views.VIEW_CODE) this.holdCode();
    else if (kind >= views.VIEW_HOME) this.choose(true);
  }

  private step(by: number): void {
    const kind = this.kind;
    if (kind === views.VIEW_LIST) {
      const ms = this.now.ms;
      const places = this.accounts.count + 1;
      this.quick = ms < this.stepAt + limits.JUMP_MS ? this.quick + 1 : 0;
      this.stepAt = ms;
      const far = this.quick > 1 && places > limits.JUMP_PLACES ? limits.JUMP_PLACES * by : by;
      this.place = (this.place + far + places) % places;
      this.list();
    } else if (kind === views.VIEW_ENTRY && this.entry) {
      this.entry.step(by);
      this.showEntry(this.entry);
    } else if (kind === views.VIEW_SETTINGS) {
      stepSetting(this, by);
      this.showSetting();
    } else if (kind !== views.VIEW_NOTICE) this.home();
  }

  private back(): void {
    const kind = this.kind;
    if (kind > views.VIEW_ENTRY) this.deny();
    else if (kind === views.VIEW_ENTRY && this.entry) this.took(this.entry, this.entry.undo());
    else this.home();
  }

  private choose(held: boolean): void {
    const kind = this.kind;
    const account = this.account;
    if (kind === views.VIEW_LIST && account) this.open(account, held);
    else if (kind === views.VIEW_ENTRY && this.entry) this.took(this.entry, this.entry.take());
    else if (kind === views.VIEW_SETTINGS) this.set();
    else if (kind === views.VIEW_LIST && this.place < this.accounts.count) this.say(texts.BAD_RECORD);
    else if (kind < views.VIEW_HOME || this.lock.closed || this.vault.state > VAULT_OWNED) this.home();
    else if (kind !== views.VIEW_NOTICE) {
      if (this.asksPin(PIN_TO_SET)) this.enter(entries.ENTER_TO_SET);
      else this.showSettings();
    }
  }

  private asksPin(bit: number): boolean {
    return this.state.pinDigits > 0 && (this.state.asks & bit) > 0;
  }

  private open(account: Account, held: boolean): void {
    // One hold is one value, whatever else the keys do.
    if (account.kind === KIND_HOTP && (!held || this.now.ms < this.guardUntil)) return;
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
      this.guardUntil = this.now.ms + limits.HOTP_GUARD_MS;
      this.showCode(stored && this.accounts.nextHotp(stored));
    } else if (this.time.state === CLOCK_UNSET) this.say(texts.NO_TIME);
    else this.showCode(this.accounts.totp(account, this.now.utc));
  }

  /** Types the code on the screen, or shows the next one. */
  private holdCode(): void {
    const state = this.state;
    const account = this.account;
    this.dirty = true;
    if (!state.types || !state.typing) this.peekUntil = this.now.ms + limits.PEEK_MS;
    else if (account && account.digits > 15) this.note = texts.NOT_TYPED;
    else this.typist.start(state.typing === TYPES_ENTER ? `${this.code}:` : this.code, this.now.ms);
  }

  /** A running number has changed. */
  private refresh(): void {
    const account = this.account;
    const second = this.second;
    this.dirty = true;
    if (this.kind === views.VIEW_CODE && account) {
      if (this.time.state === CLOCK_UNSET) this.say(texts.NO_TIME);
      else if (timeStep(second, account.period) !== timeStep(this.drawn, account.period)) {
        this.code = this.accounts.totp(account, second);
        this.next = '';
      }
    } else if (this.erases) this.detail = `${texts.ERASING} ${second} s`;
    else if (this.kind === views.VIEW_HOME) {
      // A countdown does not keep the display on.
      const until = this.until;
      this.home();
      if (this.kind === views.VIEW_HOME) this.until = until;
    }
  }

  private erase(): void {
    const isErased = this.vault.erase();
    if (isErased) {
      this.accounts.arrange();
      this.time.load();
    }
    this.say(isErased ? texts.ERASED : texts.NO_MEMORY);
  }

  private showSettings(): void {
    this.setting = 0;
    this.showSetting();
  }

  private set(): void {
    const setting = this.setting;
    if (setting === SET_BACK) this.home();
    else if (setting === SET_PIN) this.enter(entries.ENTER_TO_CHANGE);
    else if (changeSetting(this)) this.showSetting();
    else this.say(texts.NO_MEMORY);
  }

  /** Has something entered; what follows is its purpose. */
  private enter(purpose: number): void {
    const account = this.account;
    const wait = this.lock.wait;
    let base = 10;
    let least = PIN_DIGITS_MIN;
    let most = PIN_DIGITS_MAX;
    if (purpose === entries.ENTER_NEW) least = this.state.pinDigits;
    else if (purpose === entries.ENTER_QUESTION && account) {
      if (account.question) base = 16;
      least = QUESTION_CHARS_MIN;
      most = account.length;
    } else if (wait && purpose !== entries.ENTER_REPEAT && purpose !== entries.ENTER_ACCOUNT_PIN) {
      this.show(views.VIEW_HOME, `${texts.WAIT} ${wait} s`, `${this.lock.left} ${texts.TRIES_LEFT}`, '', 0);
      return;
    }
    this.entry = new entries.Entry(this.pool, purpose, base, least, most);
    this.showEntry(this.entry);
  }

  private showEntry(entry: entries.Entry): void {
    const hint = this.ports.facts.keys > 1 ? texts.PRESS + texts.TAKE : texts.TURN;
    this.show(views.VIEW_ENTRY, entry.title, entry.shown, hint, 0);
    this.code = entry.symbol;
  }

  /** The entry has taken a symbol, or its end. */
  private took(entry: entries.Entry, end: number): void {
    if (end === entries.ENTRY_DONE) this.use(entry.purpose, entry.done());
    else if (end === entries.ENTRY_GOES_ON) this.showEntry(entry);
    else if (this.question.isWaiting) this.answer(questions.ANSWER_NO, texts.DENIED);
    else if (entry.purpose === entries.ENTER_PIN) this.sleep();
    else this.home();
  }

  private use(purpose: number, text: Uint8Array): void {
    let account = this.account;
    if (purpose === entries.ENTER_QUESTION && account) {
      this.asked = text;
      if (account.inputs & 6) {
        this.enter(entries.ENTER_ACCOUNT_PIN);
        return;
      }
    }
    const isAnswer = purpose === entries.ENTER_QUESTION || purpose === entries.ENTER_ACCOUNT_PIN;
    const before = this.entered;
    this.entered = purpose === entries.ENTER_QUESTION ? new Uint8Array(0) : text;
    if (isAnswer && this.question.isWaiting) this.answer(questions.ANSWER_YES, texts.APPROVED);
    else if (isAnswer) {
      // The names, under which the passcode stands.
      this.list();
      account = this.account;
      this.showCode(account && this.accounts.respond(account, this.asked, this.entered, this.now.utc));
    } else if (purpose === entries.ENTER_NEW) {
      const why = this.lock.unfit(text);
      if (why) this.say(why);
      else this.enter(entries.ENTER_REPEAT);
    } else if (purpose === entries.ENTER_REPEAT && !equal(text, before)) this.say(texts.PIN_MISMATCH);
    // Drawn before the work begins, which takes half a second.
    else this.show(views.VIEW_BUSY, texts.TITLE, texts.CHECKING, '', 1);
  }

  /** Checks or sets the PIN that was entered, and goes on with what it was wanted for. */
  private work(): void {
    const purpose = this.entry ? this.entry.purpose : 0;
    const pin = this.entered;
    const why = purpose === entries.ENTER_REPEAT ? this.lock.choose(pin) : this.lock.check(pin);
    pin.fill(0);
    if (why) this.answer(questions.ANSWER_NO, why);
    else if (purpose === entries.ENTER_REPEAT) this.say(texts.PIN_SET);
    else if (purpose === entries.ENTER_TO_CHANGE) this.enter(entries.ENTER_NEW);
    else if (purpose === entries.ENTER_TO_SET) this.showSettings();
    else if (purpose === entries.ENTER_TO_APPROVE) this.approve();
    else {
      this.home();
      if (purpose === entries.ENTER_TO_SHOW && this.account) this.makeCode(this.account);
    }
  }

  private answer(answer: number, text: string): void {
    this.question.answer(answer);
    this.say(text);
  }

  private approve(): void {
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
    const ms = this.now.ms;
    if (!this.question.isIdle) return this.question.poll(number, ms);
    if (this.kind >= views.VIEW_BUSY) return REFUSED_BUSY;
    this.question.begin(number, ms);
    this.style = style;
    this.show(views.VIEW_ASK, title, detail, texts.HINT_ASK, PRESS_WAIT_MS);
    if (compared !== questions.NO_NUMBER) this.code = `${compared}`.padStart(2, '0');
    return REFUSED_PRESS_NEEDED;
  }
}
