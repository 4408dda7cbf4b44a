import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { equal } from '@passfob/protocol/hmac';
import { COUNTER_LAST, PIN_DIGITS_MAX, PIN_DIGITS_MIN, QUESTION_CHARS_MIN } from '@passfob/protocol/limits';
import { timeStep } from '@passfob/protocol/otp';
import type { Account } from './account.ts';
import * as limits from './base/limits.ts';
import { asksPin, PIN_TO_SET, PIN_TO_SHOW } from './base/state.ts';
import * as texts from './base/texts.ts';
import * as entries from './entry.ts';
import type { Face } from './face.ts';
import * as questions from './question.ts';
import * as views from './screens/view.ts';
import { changeSetting, SET_BACK, SET_PIN, SET_SCREEN, stepSetting } from './settings.ts';
import { VAULT_KEYS_LOST, VAULT_OWNED } from './vault/vault.ts';

/** What follows from what the person chose or entered. */

/** `State.typing` where Enter follows. */
const TYPES_ENTER = 3;

export function openAccount(face: Face, account: Account, held: boolean): void {
  const accounts = face.accounts;
  const utc = face.now.utc;
  // A TOTP is made ready only where it needs no PIN, and under a clock that is set.
  if (utc < accounts.readyTill && utc >= accounts.readyFrom) face.showCode(accounts.ready);
  else openUnready(face, account, held);
}

function openUnready(face: Face, account: Account, held: boolean): void {
  // One hold is one value, whatever else the keys do.
  if (account.kind === KIND_HOTP && (!held || face.now.ms < face.guardUntil)) return;
  if (asksPin(face.state, PIN_TO_SHOW)) enter(face, entries.ENTER_TO_SHOW);
  else makeCode(face, account);
}

function makeCode(face: Face, account: Account): void {
  const kind = account.kind;
  const accounts = face.accounts;
  if ((kind === KIND_TOTP || account.inputs > 7) && face.time.unset) face.say(texts.NO_TIME);
  else if (account.counter > COUNTER_LAST) face.say(texts.COUNTER_ENDED);
  else if (kind === KIND_TOTP) face.showCode(accounts.totp(account, face.now.utc));
  else if (kind === KIND_HOTP) {
    // As it is on storage now: a computer may have had a value since the list was shown.
    const stored = accounts.knows(account) ? account : accounts.read(face.place);
    face.guardUntil = face.now.ms + limits.HOTP_GUARD_MS;
    face.showCode(stored && accounts.nextHotp(stored));
  } else if (account.question === 1) face.say(texts.NEEDS_COMPUTER);
  else enter(face, entries.ENTER_QUESTION);
}

/** Types the code on the screen, or shows the next one. */
export function holdCode(face: Face): void {
  const state = face.state;
  const account = face.account;
  face.dirty = true;
  if (!state.types || !state.typing) face.peekUntil = face.now.ms + limits.PEEK_MS;
  else if (account && account.digits > 15) face.note = texts.NOT_TYPED;
  else face.typist.start(state.typing === TYPES_ENTER ? `${face.code}:` : face.code, face.now.ms);
}

export function answerWith(face: Face, given: number, text: string): void {
  face.question.answer(given);
  face.say(text);
}

export function approve(face: Face): void {
  if (face.style & questions.ASK_PIN) enter(face, entries.ENTER_ACCOUNT_PIN);
  else answerWith(face, questions.ANSWER_YES, texts.APPROVED);
}

function showEntry(face: Face, entry: entries.Entry): void {
  const symbol = entry.symbol;
  const word = symbol[1] ? symbol : texts.TAKE;
  const hint = face.ports.facts.keys > 1 ? texts.PRESS : texts.TURN;
  face.show(views.VIEW_ENTRY, entry.title, entry.shown, hint + word, 0);
  face.code = symbol;
}

/** Has something entered; what follows is its purpose. */
export function enter(face: Face, purpose: number): void {
  const account = face.account;
  const wait = face.lock.wait;
  let base = 10;
  let least = PIN_DIGITS_MIN;
  let most = PIN_DIGITS_MAX;
  if (purpose === entries.ENTER_NEW) least = face.state.pinDigits;
  else if (purpose === entries.ENTER_QUESTION && account) {
    if (account.question) base = 16;
    least = QUESTION_CHARS_MIN;
    most = account.length;
  } else if (wait && purpose !== entries.ENTER_REPEAT && purpose !== entries.ENTER_ACCOUNT_PIN) {
    face.show(views.VIEW_HOME, `${texts.WAIT} ${wait} s`, `${face.lock.left} ${texts.TRIES_LEFT}`, '', 0);
    return;
  }
  face.entry = new entries.Entry(face.pool, purpose, base, least, most);
  showEntry(face, face.entry);
}

function useEntered(face: Face, purpose: number, text: Uint8Array): void {
  let account = face.account;
  if (purpose === entries.ENTER_QUESTION && account) {
    face.asked = text;
    if (account.inputs & 6) {
      enter(face, entries.ENTER_ACCOUNT_PIN);
      return;
    }
  }
  const isAnswer = purpose === entries.ENTER_QUESTION || purpose === entries.ENTER_ACCOUNT_PIN;
  const before = face.entered;
  face.entered = purpose === entries.ENTER_QUESTION ? new Uint8Array(0) : text;
  if (isAnswer && face.question.isWaiting) answerWith(face, questions.ANSWER_YES, texts.APPROVED);
  else if (isAnswer) {
    // The names, under which the passcode stands.
    face.list();
    account = face.account;
    face.showCode(account && face.accounts.respond(account, face.asked, face.entered, face.now.utc));
  } else if (purpose === entries.ENTER_NEW) {
    const why = face.lock.unfit(text);
    if (why) face.say(why);
    else enter(face, entries.ENTER_REPEAT);
  } else if (purpose === entries.ENTER_REPEAT && !equal(text, before)) face.say(texts.PIN_MISMATCH);
  // Drawn before the work begins, which takes half a second.
  else face.show(views.VIEW_BUSY, texts.TITLE, texts.CHECKING, '', 1);
  before.fill(0);
}

/** The entry has taken a symbol, or its end. */
export function took(face: Face, entry: entries.Entry, end: number): void {
  if (end === entries.ENTRY_DONE) useEntered(face, entry.purpose, entry.done());
  else if (end === entries.ENTRY_GOES_ON) showEntry(face, entry);
  else if (face.question.isWaiting) answerWith(face, questions.ANSWER_NO, texts.DENIED);
  else if (entry.purpose === entries.ENTER_PIN) face.sleep();
  else face.home();
}

/** Checks or sets the PIN that was entered, and goes on with what it was wanted for. */
function work(face: Face): void {
  const purpose = face.entry ? face.entry.purpose : 0;
  const pin = face.entered;
  const why = purpose === entries.ENTER_REPEAT ? face.lock.choose(pin) : face.lock.check(pin);
  pin.fill(0);
  if (why) answerWith(face, questions.ANSWER_NO, why);
  else if (purpose === entries.ENTER_REPEAT) face.say(texts.PIN_SET);
  else if (purpose === entries.ENTER_TO_CHANGE) enter(face, entries.ENTER_NEW);
  else if (purpose === entries.ENTER_TO_SET) showSettings(face);
  else if (purpose === entries.ENTER_TO_APPROVE) approve(face);
  else {
    face.home();
    if (purpose === entries.ENTER_TO_SHOW && face.account) makeCode(face, face.account);
  }
}

export function eraseFob(face: Face): void {
  const isErased = face.vault.erase();
  if (isErased) {
    face.accounts.arrange();
    face.time.load();
  }
  face.say(isErased ? texts.ERASED : texts.NO_MEMORY);
}

function showSettings(face: Face): void {
  face.setting = 0;
  face.showSetting();
}

function chooseSetting(face: Face): void {
  const setting = face.setting;
  // There is nothing to choose about what is only to be looked at.
  if (setting === SET_BACK || setting < SET_SCREEN) face.home();
  else if (setting === SET_PIN) enter(face, entries.ENTER_TO_CHANGE);
  else if (changeSetting(face)) face.showSetting();
  else face.say(texts.NO_MEMORY);
}

export function choose(face: Face): void {
  const kind = face.kind;
  if (kind === views.VIEW_ENTRY && face.entry) took(face, face.entry, face.entry.take());
  else if (kind === views.VIEW_SETTINGS) chooseSetting(face);
  else if (kind === views.VIEW_LIST && face.place < face.accounts.count) face.say(texts.BAD_RECORD);
  else if (kind < views.VIEW_HOME || face.lock.closed || face.vault.state > VAULT_OWNED) face.home();
  else if (kind !== views.VIEW_NOTICE) {
    if (asksPin(face.state, PIN_TO_SET)) enter(face, entries.ENTER_TO_SET);
    else showSettings(face);
  }
}

/** A running number has changed. */
export function runOn(face: Face): void {
  const account = face.account;
  const second = face.second;
  face.dirty = true;
  if (face.kind === views.VIEW_CODE && account) {
    if (face.time.unset) face.say(texts.NO_TIME);
    else if (timeStep(second, account.period) !== timeStep(face.drawn, account.period)) {
      face.code = face.accounts.totp(account, second);
      face.next = '';
    }
  } else if (face.erases) face.detail = `${texts.ERASING} ${second} s`;
  else if (face.kind === views.VIEW_HOME) {
    // A countdown does not keep the display on.
    const until = face.until;
    face.home();
    if (face.kind === views.VIEW_HOME) face.until = until;
  }
}

export function expire(face: Face): void {
  const kind = face.kind;
  if (kind === views.VIEW_BUSY) work(face);
  else if (kind === views.VIEW_REPORT) answerWith(face, questions.ANSWER_NO, texts.DENIED);
  else if (face.question.isWaiting) answerWith(face, questions.ANSWER_TOO_LATE, texts.TOO_LATE);
  else if (kind < views.VIEW_HOME) face.home();
  else face.sleep();
}

export function turn(face: Face, kind: number, by: number): void {
  if (kind === views.VIEW_ENTRY && face.entry) {
    face.entry.step(by);
    showEntry(face, face.entry);
  } else if (kind === views.VIEW_SETTINGS) {
    stepSetting(face, by);
    face.showSetting();
  } else if (face.vault.state === VAULT_KEYS_LOST && face.now.ms < face.keyAt + limits.HOLD_MS) {
    // Its owner restores them over a console, and there is nothing left that opens a session to ask for one.
    face.ports.maintenance.begin();
    showMaintenance(face);
  } else if (kind !== views.VIEW_NOTICE) face.home();
}

/** Until the next reset: the console is open. */
export function showMaintenance(face: Face): void {
  face.show(views.VIEW_STAY, '', texts.MAINTENANCE, '', limits.FAR);
}
