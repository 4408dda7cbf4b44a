import { KIND_HOTP, KIND_OCRA } from '../../protocol/account.ts';
import { equal } from '../../protocol/hmac.ts';
import { PIN_DIGITS_MAX, PIN_DIGITS_MIN, QUESTION_CHARS_MIN } from '../../protocol/limits.ts';
import type { Account } from './account.ts';
import * as entries from './entry.ts';
import * as limits from './limits.ts';
import type { Person } from './person.ts';
import * as questions from './question.ts';
import * as views from './screens/view.ts';
import { changeSetting, SET_BACK, SET_PIN } from './settings.ts';
import * as texts from './texts.ts';
import { CLOCK_UNSET } from './timekeeper.ts';

/** What follows from what the person chose or entered. */

/** Bits of `State.asks`. */
const PIN_TO_SHOW = 1;
export const PIN_TO_APPROVE = 2;
export const PIN_TO_SET = 4;
/** `State.typing` where Enter follows. */
const TYPES_ENTER = 3;

export function asksPin(person: Person, bit: number): boolean {
  return person.state.pinDigits > 0 && (person.state.asks & bit) > 0;
}

export function openAccount(person: Person, account: Account, held: boolean): void {
  // One hold is one value, whatever else the keys do.
  if (account.kind === KIND_HOTP && (!held || person.now.ms < person.guardUntil)) return;
  if (asksPin(person, PIN_TO_SHOW)) enter(person, entries.ENTER_TO_SHOW);
  else makeCode(person, account);
}

export function makeCode(person: Person, account: Account): void {
  const kind = account.kind;
  if (kind === KIND_OCRA) {
    if (account.question === 1) person.say(texts.NEEDS_COMPUTER);
    else enter(person, entries.ENTER_QUESTION);
  } else if (kind === KIND_HOTP) {
    // As it is on storage now: a computer may have had a value since the list was shown.
    const stored = person.accounts.read(person.place);
    person.guardUntil = person.now.ms + limits.HOTP_GUARD_MS;
    person.showCode(stored && person.accounts.nextHotp(stored));
  } else if (person.time.state === CLOCK_UNSET) person.say(texts.NO_TIME);
  else person.showCode(person.accounts.totp(account, person.now.utc));
}

/** Types the code on the screen, or shows the next one. */
export function holdCode(person: Person): void {
  const state = person.state;
  const account = person.account;
  person.dirty = true;
  if (!state.types || !state.typing) person.peekUntil = person.now.ms + limits.PEEK_MS;
  else if (account && account.digits > 15) person.note = texts.NOT_TYPED;
  else person.typist.start(state.typing === TYPES_ENTER ? `${person.code}:` : person.code, person.now.ms);
}

export function answerWith(person: Person, given: number, text: string): void {
  person.question.answer(given);
  person.say(text);
}

export function approve(person: Person): void {
  if (person.style & questions.ASK_PIN) enter(person, entries.ENTER_ACCOUNT_PIN);
  else answerWith(person, questions.ANSWER_YES, texts.APPROVED);
}

export function showEntry(person: Person, entry: entries.Entry): void {
  const hint = person.ports.facts.keys > 1 ? texts.PRESS + texts.TAKE : texts.TURN;
  person.show(views.VIEW_ENTRY, entry.title, entry.shown, hint, 0);
  person.code = entry.symbol;
}

/** Has something entered; what follows is its purpose. */
export function enter(person: Person, purpose: number): void {
  const account = person.account;
  const wait = person.lock.wait;
  let base = 10;
  let least = PIN_DIGITS_MIN;
  let most = PIN_DIGITS_MAX;
  if (purpose === entries.ENTER_NEW) least = person.state.pinDigits;
  else if (purpose === entries.ENTER_QUESTION && account) {
    if (account.question) base = 16;
    least = QUESTION_CHARS_MIN;
    most = account.length;
  } else if (wait && purpose !== entries.ENTER_REPEAT && purpose !== entries.ENTER_ACCOUNT_PIN) {
    person.show(views.VIEW_HOME, `${texts.WAIT} ${wait} s`, `${person.lock.left} ${texts.TRIES_LEFT}`, '', 0);
    return;
  }
  person.entry = new entries.Entry(person.pool, purpose, base, least, most);
  showEntry(person, person.entry);
}

export function useEntered(person: Person, purpose: number, text: Uint8Array): void {
  let account = person.account;
  if (purpose === entries.ENTER_QUESTION && account) {
    person.asked = text;
    if (account.inputs & 6) {
      enter(person, entries.ENTER_ACCOUNT_PIN);
      return;
    }
  }
  const isAnswer = purpose === entries.ENTER_QUESTION || purpose === entries.ENTER_ACCOUNT_PIN;
  const before = person.entered;
  person.entered = purpose === entries.ENTER_QUESTION ? new Uint8Array(0) : text;
  if (isAnswer && person.question.isWaiting) answerWith(person, questions.ANSWER_YES, texts.APPROVED);
  else if (isAnswer) {
    // The names, under which the passcode stands.
    person.list();
    account = person.account;
    person.showCode(
      account && person.accounts.respond(account, person.asked, person.entered, person.now.utc),
    );
  } else if (purpose === entries.ENTER_NEW) {
    const why = person.lock.unfit(text);
    if (why) person.say(why);
    else enter(person, entries.ENTER_REPEAT);
  } else if (purpose === entries.ENTER_REPEAT && !equal(text, before)) person.say(texts.PIN_MISMATCH);
  // Drawn before the work begins, which takes half a second.
  else person.show(views.VIEW_BUSY, texts.TITLE, texts.CHECKING, '', 1);
}

/** The entry has taken a symbol, or its end. */
export function took(person: Person, entry: entries.Entry, end: number): void {
  if (end === entries.ENTRY_DONE) useEntered(person, entry.purpose, entry.done());
  else if (end === entries.ENTRY_GOES_ON) showEntry(person, entry);
  else if (person.question.isWaiting) answerWith(person, questions.ANSWER_NO, texts.DENIED);
  else if (entry.purpose === entries.ENTER_PIN) person.sleep();
  else person.home();
}

/** Checks or sets the PIN that was entered, and goes on with what it was wanted for. */
export function work(person: Person): void {
  const purpose = person.entry ? person.entry.purpose : 0;
  const pin = person.entered;
  const why = purpose === entries.ENTER_REPEAT ? person.lock.choose(pin) : person.lock.check(pin);
  pin.fill(0);
  if (why) answerWith(person, questions.ANSWER_NO, why);
  else if (purpose === entries.ENTER_REPEAT) person.say(texts.PIN_SET);
  else if (purpose === entries.ENTER_TO_CHANGE) enter(person, entries.ENTER_NEW);
  else if (purpose === entries.ENTER_TO_SET) showSettings(person);
  else if (purpose === entries.ENTER_TO_APPROVE) approve(person);
  else {
    person.home();
    if (purpose === entries.ENTER_TO_SHOW && person.account) makeCode(person, person.account);
  }
}

export function eraseFob(person: Person): void {
  const isErased = person.vault.erase();
  if (isErased) {
    person.accounts.arrange();
    person.time.load();
  }
  person.say(isErased ? texts.ERASED : texts.NO_MEMORY);
}

export function showSettings(person: Person): void {
  person.setting = 0;
  person.showSetting();
}

export function chooseSetting(person: Person): void {
  const setting = person.setting;
  if (setting === SET_BACK) person.home();
  else if (setting === SET_PIN) enter(person, entries.ENTER_TO_CHANGE);
  else if (changeSetting(person)) person.showSetting();
  else person.say(texts.NO_MEMORY);
}
