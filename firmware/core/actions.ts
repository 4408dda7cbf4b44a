import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { equal } from '@passfob/protocol/hmac';
import {
  COUNTER_LAST,
  PIN_DIGITS_MAX,
  PIN_DIGITS_MIN,
  PRESS_WAIT_MS,
  QUESTION_CHARS_MIN,
} from '@passfob/protocol/limits';
import { timeStep } from '@passfob/protocol/otp';
import { type Account, isForApprovals } from './account.ts';
import * as approvals from './approval.ts';
import * as limits from './base/limits.ts';
import { asksPin, PIN_TO_APPROVE, PIN_TO_SET, PIN_TO_SHOW } from './base/state.ts';
import * as texts from './base/texts.ts';
import * as entries from './entry.ts';
import * as keys from './keys.ts';
import * as views from './screens/view.ts';
import { changeSetting, isFixed, SET_PIN, stepSetting } from './settings.ts';
import { VAULT_KEYS_LOST, VAULT_OWNED } from './vault/vault.ts';
import type { ViewModel } from './view-model.ts';

/** Carries out the meaning of each key: `keys.ts` names the action, `act` and the functions above it do it. */

/** `State.typing` when Enter follows the passcode. */
const TYPES_ENTER = 3;

export function openAccount(model: ViewModel, account: Account, held: boolean): void {
  const accounts = model.accounts;
  const utc = model.now.utc;
  // A TOTP is ready in advance only if it needs no PIN and the clock is set.
  if (utc < accounts.readyTill && utc >= accounts.readyFrom) model.showCode(accounts.ready);
  else openUnready(model, account, held);
}

function openUnready(model: ViewModel, account: Account, held: boolean): void {
  // One hold makes one HOTP value: a short press makes none, and neither does a second hold within the guard time.
  if (account.kind === KIND_HOTP && (!held || model.now.ms < model.guardUntil)) return;
  if (asksPin(model.state, PIN_TO_SHOW) && !isForApprovals(account)) enter(model, entries.ENTER_TO_SHOW);
  else makeCode(model, account);
}

function makeCode(model: ViewModel, account: Account): void {
  const kind = account.kind;
  const accounts = model.accounts;
  if (isForApprovals(account)) model.say(texts.APPROVALS_ONLY);
  else if ((kind === KIND_TOTP || account.inputs > 7) && model.time.unset) model.say(texts.NO_TIME);
  else if (account.counter > COUNTER_LAST) model.say(texts.COUNTER_ENDED);
  else if (kind === KIND_TOTP) model.showCode(accounts.totp(account, model.now.utc));
  else if (kind === KIND_HOTP) {
    // Reads the account again: a computer may have taken a value since the list was shown.
    const stored = accounts.knows(account) ? account : accounts.read(model.place);
    model.guardUntil = model.now.ms + limits.HOTP_GUARD_MS;
    model.showCode(stored && accounts.nextHotp(stored));
  } else enter(model, entries.ENTER_QUESTION);
}

/** Types the code on the screen, or shows the next one. */
function useCode(model: ViewModel): void {
  const state = model.state;
  const account = model.account;
  model.dirty = true;
  if (!state.types || !state.typing) model.peekUntil = model.now.ms + limits.PEEK_MS;
  else if (account && account.digits > 15) model.note = texts.NOT_TYPED;
  else model.typist.start(state.typing === TYPES_ENTER ? `${model.code}:` : model.code, model.now.ms);
}

function answerWith(model: ViewModel, given: number, text: string): void {
  model.approval.answer(given);
  model.say(text);
}

function approve(model: ViewModel): void {
  if (model.askStyle & approvals.ASK_PIN) enter(model, entries.ENTER_ACCOUNT_PIN);
  else answerWith(model, approvals.ANSWER_YES, texts.APPROVED);
}

function showEntry(model: ViewModel, entry: entries.Entry): void {
  const symbol = entry.symbol;
  const word = symbol[1] ? symbol : texts.TAKE;
  const hint = model.ports.facts.keys > 1 ? texts.PRESS : texts.TURN;
  model.show(views.VIEW_ENTRY, entry.title, entry.shown, hint + word, 0);
  model.code = symbol;
  model.note = entry.exit;
}

/** Asks the person to enter something. @param purpose one of the `ENTER_` numbers, which says what follows */
export function enter(model: ViewModel, purpose: number): void {
  const account = model.account;
  const wait = model.lock.wait;
  let base = 10;
  let least = PIN_DIGITS_MIN;
  let most = PIN_DIGITS_MAX;
  if (purpose === entries.ENTER_NEW) least = model.state.pinDigits;
  else if (purpose === entries.ENTER_QUESTION && account) {
    if (account.question) base = 16;
    least = QUESTION_CHARS_MIN;
    most = account.length;
  } else if (wait && purpose !== entries.ENTER_REPEAT && purpose !== entries.ENTER_ACCOUNT_PIN) {
    model.show(views.VIEW_HOME, `${texts.WAIT} ${wait} s`, `${model.lock.left} ${texts.TRIES_LEFT}`, '', 0);
    return;
  }
  if (purpose !== entries.ENTER_REPEAT) model.wipeEntry();
  model.entry = new entries.Entry(model.pool, purpose, base, least, most);
  showEntry(model, model.entry);
}

/** Goes on after the person has entered the whole text. */
function afterEntry(model: ViewModel, purpose: number, text: Uint8Array): void {
  const account = model.account;
  if (purpose === entries.ENTER_QUESTION && account) {
    model.ocraQuestion = text;
    if (account.inputs & 6) {
      enter(model, entries.ENTER_ACCOUNT_PIN);
      return;
    }
  }
  const isAnswer = purpose === entries.ENTER_QUESTION || purpose === entries.ENTER_ACCOUNT_PIN;
  if (isAnswer && !model.approval.isWaiting) {
    // The passcode appears below the account's names.
    model.list();
    const listed = model.account;
    model.showCode(listed && model.accounts.respond(listed, model.ocraQuestion, text, model.now.utc));
    text.fill(0);
    return;
  }
  const before = model.enteredPin;
  model.enteredPin = text;
  if (isAnswer) answerWith(model, approvals.ANSWER_YES, texts.APPROVED);
  else if (purpose === entries.ENTER_NEW) {
    const why = model.lock.unfit(text);
    if (why) model.say(why);
    else enter(model, entries.ENTER_REPEAT);
  } else if (purpose === entries.ENTER_REPEAT && !equal(text, before)) model.say(texts.PIN_MISMATCH);
  // Drawn before the check begins, which takes half a second.
  else model.show(views.VIEW_BUSY, texts.TITLE, texts.CHECKING, '', 1);
  before.fill(0);
}

/** Goes on after the entry took a symbol, deleted one, or ended: `end` is one of the `ENTRY_` numbers. */
function afterSymbol(model: ViewModel, entry: entries.Entry, end: number): void {
  if (end === entries.ENTRY_DONE) afterEntry(model, entry.purpose, entry.done());
  else if (end === entries.ENTRY_GOES_ON) showEntry(model, entry);
  else if (model.approval.isWaiting) answerWith(model, approvals.ANSWER_NO, texts.DENIED);
  else {
    model.home();
    // Where a PIN stands in the place of the list, this has asked for it again: leaving it turns the display off.
    if (model.kind === views.VIEW_ENTRY) model.sleep();
  }
}

/** Checks or sets the PIN that was entered, and continues with the entry's purpose. */
function checkPin(model: ViewModel): void {
  const purpose = model.entry ? model.entry.purpose : 0;
  const pin = model.enteredPin;
  const why = purpose === entries.ENTER_REPEAT ? model.lock.choose(pin) : model.lock.check(pin);
  pin.fill(0);
  if (why) answerWith(model, approvals.ANSWER_NO, why);
  else if (purpose === entries.ENTER_REPEAT) model.say(texts.PIN_SET);
  else if (purpose === entries.ENTER_TO_CHANGE) enter(model, entries.ENTER_NEW);
  else if (purpose === entries.ENTER_TO_SET) showSettings(model);
  else if (purpose === entries.ENTER_TO_APPROVE) approve(model);
  else {
    model.home();
    if (purpose === entries.ENTER_TO_SHOW && model.account) makeCode(model, model.account);
  }
}

export function eraseFob(model: ViewModel): void {
  const isErased = model.vault.erase();
  if (isErased) {
    model.accounts.arrange();
    model.time.load();
  }
  model.say(isErased ? texts.ERASED : texts.NO_MEMORY);
}

function showSettings(model: ViewModel): void {
  model.setting = 0;
  model.showSetting();
}

function chooseSetting(model: ViewModel): void {
  const setting = model.setting;
  if (isFixed(setting)) model.home();
  else if (setting === SET_PIN) enter(model, entries.ENTER_TO_CHANGE);
  else if (changeSetting(model)) model.showSetting();
  else model.say(texts.NO_MEMORY);
}

/**
 * Says that the account under the cursor is damaged, or opens the settings from their place in the list or from home.
 */
function openOther(model: ViewModel): void {
  if (model.kind === views.VIEW_LIST && model.place < model.accounts.count) model.say(texts.BAD_RECORD);
  else if (model.lock.closed || model.vault.state > VAULT_OWNED) model.home();
  else if (asksPin(model.state, PIN_TO_SET)) enter(model, entries.ENTER_TO_SET);
  else showSettings(model);
}

/**
 * Goes home, because the wait after a wrong PIN may be over; a press on a fob whose keys are lost opens the console.
 */
function lookAgain(model: ViewModel): void {
  if (model.vault.state === VAULT_KEYS_LOST && model.now.ms < model.keyAt + limits.HOLD_MS) {
    // The owner restores the keys over the console. Without keys no sealed session can ask for the console.
    model.ports.maintenance.begin();
    showMaintenance(model);
  } else model.home();
}

/** Denies the request, or answers no to "Report it?" after it. */
function deny(model: ViewModel): void {
  if (model.kind === views.VIEW_ASK && model.askStyle & approvals.ASK_REPORT) {
    model.show(views.VIEW_REPORT, texts.ASK_REPORT_IT, '', texts.HINT_ASK, PRESS_WAIT_MS);
  } else answerWith(model, approvals.ANSWER_NO, texts.DENIED);
}

/** Approves the request; asks for the PIN first if the policy requires it. */
function approveOrAskPin(model: ViewModel): void {
  // A fob that has no PIN, or is locked, asks for none: in that state only requests that end it can be approved.
  const asks =
    asksPin(model.state, PIN_TO_APPROVE) &&
    model.vault.hasPin &&
    !model.lock.closed &&
    model.askStyle < approvals.ASK_UNLOCKED;
  if (asks) enter(model, entries.ENTER_TO_APPROVE);
  else approve(model);
}

/**
 * Does the action of a key, or of a timeout, in the current view. Only actions of `VIEW_ENTRY` use the entry, and
 * that view is never shown without one. The build replaces each call in braces with the body of the function.
 * @param event one of the `ON_` numbers
 * @param by 1 to go on, -1 to go back
 */
export function act(model: ViewModel, event: number, by: number): void {
  const entry = model.entry as entries.Entry;
  switch (keys.ACTIONS[model.kind * keys.EVENTS + event]) {
    case keys.TURN_WHEEL:
      entry.step(by);
      showEntry(model, entry);
      break;
    case keys.TAKE_SYMBOL:
      afterSymbol(model, entry, entry.take());
      break;
    case keys.UNDO_SYMBOL:
      afterSymbol(model, entry, entry.undo());
      break;
    case keys.LEAVE:
      model.home();
      break;
    case keys.TURN_SETTING:
      stepSetting(model, by);
      model.showSetting();
      break;
    case keys.CHOOSE_SETTING: {
      chooseSetting(model);
      break;
    }
    case keys.OPEN: {
      openOther(model);
      break;
    }
    case keys.USE_CODE: {
      useCode(model);
      break;
    }
    case keys.LOOK_AGAIN: {
      lookAgain(model);
      break;
    }
    case keys.PUT_AWAY:
      model.vault.excuse();
      model.home();
      break;
    case keys.APPROVE: {
      approveOrAskPin(model);
      break;
    }
    case keys.DENY: {
      deny(model);
      break;
    }
    case keys.REPORT:
      answerWith(model, approvals.ANSWER_REPORTED, texts.REPORTED);
      break;
    case keys.CHECK_PIN: {
      checkPin(model);
      break;
    }
    case keys.SLEEP:
      if (model.approval.isWaiting) answerWith(model, approvals.ANSWER_TOO_LATE, texts.TOO_LATE);
      else model.sleep();
  }
}

/** Shows the next value of the number that counts on the screen. */
export function showNextSecond(model: ViewModel): void {
  const account = model.account;
  const second = model.second;
  const kind = model.kind;
  model.dirty = true;
  if (kind === views.VIEW_CODE && account) {
    if (model.time.unset) model.say(texts.NO_TIME);
    else if (timeStep(second, account.period) !== timeStep(model.secondDrawn, account.period)) {
      model.code = model.accounts.totp(account, second);
      model.next = '';
    }
  } else if (model.erases) model.detail = `${texts.ERASING} ${second} s`;
  else if (kind === views.VIEW_HOME || kind === views.VIEW_SILENT) {
    // What counts does not keep the display on.
    const until = model.endsAt;
    model.home();
    if (model.kind === kind) model.endsAt = until;
  }
}

/** Says that the console is open. The view stays until the next reset. */
export function showMaintenance(model: ViewModel): void {
  model.show(views.VIEW_STAY, '', texts.MAINTENANCE, '', limits.FAR);
}
