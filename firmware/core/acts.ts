import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { equal } from '@passfob/protocol/hmac';
import {
  COUNTER_LAST,
  PIN_DIGITS_MAX,
  PIN_DIGITS_MIN,
  PRESS_WAIT_MS,
  QUESTION_CHARS_MIN,
} from '@passfob/protocol/limits';
import { type Account, isForApprovals } from './account.ts';
import * as approvals from './approval.ts';
import { has } from './base/bits.ts';
import * as limits from './base/limits.ts';
import { asksPin, PIN_TO_APPROVE, PIN_TO_SET, PIN_TO_SHOW } from './base/state.ts';
import * as texts from './base/texts.ts';
import * as entries from './entry.ts';
import { ARE_ANSWERS, ARE_CHECKED, ENTER } from './entry-rows.ts';
import type { Person } from './person.ts';
import * as views from './screens/views.ts';
import { VIEW } from './screens/views.ts';
import { SETTING } from './setting-rows.ts';
import { changeSetting, isFixed, stepSetting } from './settings.ts';
import { list, say, show, showCode, showEntry, showForGood, showSetting, showSilent } from './shows.ts';
import { VAULT_BLANK, VAULT_KEYS_LOST, VAULT_OWNED, VAULT_SILENT } from './vault/vault.ts';

/** What each key does: the rows of `views.ts` name the action, `act` and the functions above it do it. */

/** `State.typing` when Enter follows the passcode. */
const TYPES_ENTER = 3;

/** Goes to the list, or to the view in its place. */
export function home(person: Person): void {
  const lock = person.lock;
  const vault = person.vault;
  const state = vault.state;
  person.account = undefined;
  person.typist.stop();
  person.approval.hide();
  let text = '';
  if (state === VAULT_SILENT) showSilent(person);
  else if (state === VAULT_BLANK) {
    text = person.pool.ready ? texts.BLANK : `${person.pool.percent}% ${texts.MIXING}`;
  } else if (state > VAULT_OWNED) {
    text = (state === VAULT_KEYS_LOST ? texts.KEYS_LOST : texts.DAMAGED) + texts.HOLD_TO_ERASE;
  } else if (lock.wanted) enter(person, ENTER.new);
  else if (lock.closed) {
    if (lock.dead) text = texts.LOCKED_OUT;
    else enter(person, ENTER.pin);
  } else if (vault.lookBack()) {
    text = (vault.wentBack > 1 ? texts.ANTI_ROLLBACK_LOST : texts.WENT_BACK) + texts.MAY_REPEAT;
    show(person, VIEW.notice, '', text, texts.HINT_GO_ON, 0);
    return;
  } else if (person.accounts.count) list(person);
  else text = texts.NO_ACCOUNTS;
  if (text) show(person, VIEW.home, texts.TITLE, text, '', 0);
}

/** Turns the display off. */
export function sleep(person: Person): void {
  const state = person.state;
  person.account = undefined;
  person.accounts.forget();
  show(person, VIEW.off, '', '', '', limits.FAR);
  if (state.pinDigits && !state.lockSeconds) person.lock.close();
}

/** The computer that asked is gone: no other computer gets the answer, if there was one. */
export function dropRequest(person: Person): void {
  const isShown = person.approval.isWaiting;
  if (!person.approval.isIdle) person.enteredPin.fill(0);
  person.approval.drop();
  if (isShown) home(person);
}

export function openAccount(person: Person, account: Account, held: boolean): void {
  const accounts = person.accounts;
  const utc = person.now.utc;
  // A TOTP is ready in advance only if it needs no PIN and the clock is set.
  if (utc < accounts.readyTill && utc >= accounts.readyFrom) showCode(person, accounts.ready);
  else openUnready(person, account, held);
}

function openUnready(person: Person, account: Account, held: boolean): void {
  // One hold makes one HOTP value: a short press makes none, and neither does a second hold within the guard time.
  if (account.kind === KIND_HOTP && (!held || person.now.ms < person.guardUntil)) return;
  if (asksPin(person.state, PIN_TO_SHOW) && !isForApprovals(account)) enter(person, ENTER.toShow);
  else makeCode(person, account);
}

function makeCode(person: Person, account: Account): void {
  const kind = account.kind;
  const accounts = person.accounts;
  if (isForApprovals(account)) say(person, texts.APPROVALS_ONLY);
  else if ((kind === KIND_TOTP || account.inputs > 7) && person.time.unset) say(person, texts.NO_TIME);
  else if (account.counter > COUNTER_LAST) say(person, texts.COUNTER_ENDED);
  else if (kind === KIND_TOTP) showCode(person, accounts.totp(account, person.now.utc));
  else if (kind === KIND_HOTP) {
    // Reads the account again: a computer may have taken a value since the list was shown.
    const stored = accounts.knows(account) ? account : accounts.read(person.place);
    person.guardUntil = person.now.ms + limits.HOTP_GUARD_MS;
    showCode(person, stored && accounts.nextHotp(stored));
  } else enter(person, ENTER.question);
}

function stepList(person: Person, by: number): void {
  const places = person.accounts.count + 1;
  const ms = person.now.ms;
  person.quick = ms < person.stepAt + limits.JUMP_MS ? person.quick + 1 : 0;
  person.stepAt = ms;
  const far = person.quick > 1 && places > limits.JUMP_PLACES ? limits.JUMP_PLACES * by : by;
  person.place = (person.place + far + places) % places;
  list(person);
}

/** Types the code on the screen, or shows the next one. */
function useCode(person: Person): void {
  const state = person.state;
  const account = person.account;
  person.dirty = true;
  if (!state.types || !state.typing) person.peekUntil = person.now.ms + limits.PEEK_MS;
  else if (account && account.digits > 15) person.view.note = texts.NOT_TYPED;
  else person.typist.start(state.typing === TYPES_ENTER ? `${person.code}:` : person.code, person.now.ms);
}

function answerWith(person: Person, given: number, text: string): void {
  person.approval.answer(given);
  say(person, text);
}

function approve(person: Person): void {
  if (person.askStyle & approvals.ASK_PIN) enter(person, ENTER.accountPin);
  else answerWith(person, approvals.ANSWER_YES, texts.APPROVED);
}

/** Asks the person to enter something. @param purpose one of the `ENTER_` numbers, which says what follows */
function enter(person: Person, purpose: number): void {
  const account = person.account;
  const wait = person.lock.wait;
  let base = 10;
  let least = PIN_DIGITS_MIN;
  let most = PIN_DIGITS_MAX;
  if (purpose === ENTER.new) least = person.state.pinDigits;
  else if (purpose === ENTER.question && account) {
    if (account.question) base = 16;
    least = QUESTION_CHARS_MIN;
    most = account.length;
  } else if (wait && has(ARE_CHECKED, purpose)) {
    show(person, VIEW.home, `${texts.WAIT} ${wait} s`, `${person.lock.left} ${texts.TRIES_LEFT}`, '', 0);
    return;
  }
  if (purpose !== ENTER.repeat) person.wipeEntry();
  person.entry = new entries.Entry(person.pool, purpose, base, least, most);
  showEntry(person, person.entry);
}

/** Goes on after the person has entered the whole text. */
function afterEntry(person: Person, purpose: number, text: Uint8Array): void {
  const account = person.account;
  if (purpose === ENTER.question && account) {
    person.ocraQuestion = text;
    if (account.inputs & 6) {
      enter(person, ENTER.accountPin);
      return;
    }
  }
  const isAnswer = has(ARE_ANSWERS, purpose);
  if (isAnswer && !person.approval.isWaiting) {
    // The passcode appears below the account's names.
    list(person);
    const listed = person.account;
    showCode(person, listed && person.accounts.respond(listed, person.ocraQuestion, text, person.now.utc));
    text.fill(0);
    return;
  }
  const before = person.enteredPin;
  person.enteredPin = text;
  if (isAnswer) answerWith(person, approvals.ANSWER_YES, texts.APPROVED);
  else if (purpose === ENTER.new) {
    const why = person.lock.unfit(text);
    if (why) say(person, why);
    else enter(person, ENTER.repeat);
  } else if (purpose === ENTER.repeat && !equal(text, before)) say(person, texts.PIN_MISMATCH);
  // Drawn before the check begins, which takes half a second.
  else show(person, VIEW.busy, texts.TITLE, texts.CHECKING, '', 1);
  before.fill(0);
}

/** Goes on after the entry took a symbol, deleted one, or ended: `end` is one of the `ENTRY_` numbers. */
function afterSymbol(person: Person, entry: entries.Entry, end: number): void {
  if (end === entries.ENTRY_DONE) afterEntry(person, entry.purpose, entry.done());
  else if (end === entries.ENTRY_GOES_ON) showEntry(person, entry);
  else if (person.approval.isWaiting) answerWith(person, approvals.ANSWER_NO, texts.DENIED);
  else {
    home(person);
    // Where a PIN stands in the place of the list, this has asked for it again: leaving it turns the display off.
    if (person.kind === VIEW.entry) sleep(person);
  }
}

/** Checks or sets the PIN that was entered, and continues with the entry's purpose. */
function checkPin(person: Person): void {
  const purpose = person.entry ? person.entry.purpose : 0;
  const pin = person.enteredPin;
  const why = purpose === ENTER.repeat ? person.lock.choose(pin) : person.lock.check(pin);
  pin.fill(0);
  if (why) answerWith(person, approvals.ANSWER_NO, why);
  else if (purpose === ENTER.repeat) say(person, texts.PIN_SET);
  else if (purpose === ENTER.toChange) enter(person, ENTER.new);
  else if (purpose === ENTER.toSet) showSettings(person);
  else if (purpose === ENTER.toApprove) approve(person);
  else {
    home(person);
    if (purpose === ENTER.toShow && person.account) makeCode(person, person.account);
  }
}

export function eraseFob(person: Person): void {
  const isErased = person.vault.erase();
  if (isErased) {
    person.accounts.arrange();
    person.time.load();
  }
  say(person, isErased ? texts.ERASED : texts.NO_MEMORY);
}

function showSettings(person: Person): void {
  person.setting = 0;
  showSetting(person);
}

function chooseSetting(person: Person): void {
  const setting = person.setting;
  if (isFixed(setting)) home(person);
  else if (setting === SETTING.pin) enter(person, ENTER.toChange);
  else if (changeSetting(person)) showSetting(person);
  else say(person, texts.NO_MEMORY);
}

/**
 * Says that the account under the cursor is damaged, or opens the settings from their place in the list or from home.
 */
function openOther(person: Person): void {
  if (person.kind === VIEW.list && person.place < person.accounts.count) say(person, texts.BAD_RECORD);
  else if (person.lock.closed || person.vault.state > VAULT_OWNED) home(person);
  else if (asksPin(person.state, PIN_TO_SET)) enter(person, ENTER.toSet);
  else showSettings(person);
}

/**
 * Goes home, because the wait after a wrong PIN may be over; a press on a fob whose keys are lost opens the console.
 */
function lookAgain(person: Person): void {
  if (person.vault.state === VAULT_KEYS_LOST && person.now.ms < person.keyAt + limits.HOLD_MS) {
    // The owner restores the keys over the console. Without keys no sealed session can ask for the console.
    person.ports.maintenance.begin();
    showForGood(person, texts.MAINTENANCE);
  } else home(person);
}

/** Denies the request, or answers no to "Report it?" after it. */
function deny(person: Person): void {
  if (person.kind === VIEW.ask && person.askStyle & approvals.ASK_REPORT) {
    show(person, VIEW.report, texts.ASK_REPORT_IT, '', texts.HINT_ASK, PRESS_WAIT_MS);
  } else answerWith(person, approvals.ANSWER_NO, texts.DENIED);
}

/** Approves the request; asks for the PIN first if the policy requires it. */
function approveOrAskPin(person: Person): void {
  // A fob that has no PIN, or is locked, asks for none: in that state only requests that end it can be approved.
  const asks =
    asksPin(person.state, PIN_TO_APPROVE) &&
    person.vault.hasPin &&
    !person.lock.closed &&
    person.askStyle < approvals.ASK_UNLOCKED;
  if (asks) enter(person, ENTER.toApprove);
  else approve(person);
}

/**
 * Does the action of a key, or of a timeout, in the current view. Only actions of `VIEW.entry` use the entry, and
 * that view is never shown without one.
 * @param event one of the `ON_` numbers
 * @param by 1 to go on, -1 to go back
 */
export function act(person: Person, event: number, by: number): void {
  const entry = person.entry as entries.Entry;
  switch (views.KEYS[person.kind * views.EVENTS + event]) {
    case views.STEP:
      stepList(person, by);
      break;
    case views.TURN_WHEEL:
      entry.step(by);
      showEntry(person, entry);
      break;
    case views.TAKE_SYMBOL:
      afterSymbol(person, entry, entry.take());
      break;
    case views.UNDO_SYMBOL:
      afterSymbol(person, entry, entry.undo());
      break;
    case views.LEAVE:
      home(person);
      break;
    case views.TURN_SETTING:
      stepSetting(person, by);
      showSetting(person);
      break;
    case views.CHOOSE_SETTING:
      chooseSetting(person);
      break;
    case views.OPEN:
      openOther(person);
      break;
    case views.USE_CODE:
      useCode(person);
      break;
    case views.LOOK_AGAIN:
      lookAgain(person);
      break;
    case views.PUT_AWAY:
      person.vault.excuse();
      home(person);
      break;
    case views.APPROVE:
      approveOrAskPin(person);
      break;
    case views.DENY:
      deny(person);
      break;
    case views.REPORT:
      answerWith(person, approvals.ANSWER_REPORTED, texts.REPORTED);
      break;
    case views.CHECK_PIN:
      checkPin(person);
      break;
    case views.SLEEP:
      if (person.approval.isWaiting) answerWith(person, approvals.ANSWER_TOO_LATE, texts.TOO_LATE);
      else sleep(person);
  }
}
