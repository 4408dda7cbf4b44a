import { KIND_HOTP, KIND_OCRA, KIND_TOTP } from '@passfob/protocol/account';
import { type Account, isForApprovals } from './account.ts';
import { has } from './base/bits.ts';
import * as limits from './base/limits.ts';
import { asksPin, PIN_TO_SHOW } from './base/state.ts';
import * as texts from './base/texts.ts';
import type { Entry } from './entry.ts';
import type { Person } from './person.ts';
import { FOREIGN, printable } from './screens/text.ts';
import * as views from './screens/views.ts';
import { VIEW } from './screens/views.ts';
import { SETTING, SETTING_NAMES } from './setting-rows.ts';
import { errorText, isFixed, settingText } from './settings.ts';

/** What each view shows: these functions fill the record that is drawn. */

/**
 * @param kind one of the `VIEW` numbers
 * @param forMs 0 to keep the view for as long as the display stays on without a key
 */
export function show(
  person: Person,
  kind: number,
  title: string,
  detail: string,
  hint: string,
  forMs: number,
): void {
  if (person.kind === VIEW.stay) return;
  // A press that began on the view before is not meant for this one.
  person.holdAt = limits.FAR;
  // A question that is no longer shown cannot be answered.
  if (!has(views.KEEPS_REQUEST, kind)) person.approval.hide();
  if (!has(views.KEEPS_ENTRY, kind)) person.wipeEntry();
  person.kind = kind;
  person.code = '';
  person.period = 0;
  person.view = {
    layout: views.LAYOUTS[kind] as string,
    title,
    detail,
    large: '',
    next: '',
    note: '',
    hint,
    secondsLeft: 0,
    period: 0,
    place: 0,
    count: 0,
  };
  person.endsAt = person.now.ms + (forMs || person.state.screenSeconds * 1000);
  person.dirty = true;
}

export function rehint(person: Person, hint: string): void {
  person.view.hint = hint;
  person.dirty = true;
}

/** Shows one sentence for a few seconds. */
export function say(person: Person, detail: string): void {
  show(person, VIEW.message, texts.TITLE, detail, '', limits.MESSAGE_MS);
}

/** Says that the memory does not answer, until it does: the view looks again each second. */
export function showSilent(person: Person): void {
  person.account = undefined;
  show(person, VIEW.silent, texts.TITLE, texts.SILENT, '', 0);
}

export function showPairing(person: Person, code: string, seconds: number): void {
  show(person, VIEW.pairing, texts.PAIRING, '', '', seconds * 1000);
  person.view.large = code;
}

/** Says that the console is open, or that an assertion has failed. The view stays until the next reset. */
export function showForGood(person: Person, detail: string): void {
  show(person, VIEW.stay, '', detail, '', limits.FAR);
}

/** Shows the account at `place`. */
export function list(person: Person): void {
  const accounts = person.accounts;
  const count = accounts.count;
  if (person.place > count) person.place = 0;
  const place = person.place;
  const account = place < count ? accounts.read(place) : undefined;
  if (place < count && !account && person.vault.records?.silent) {
    showSilent(person);
    return;
  }
  // Moving within the list changes little.
  if (person.kind !== VIEW.list) {
    show(person, VIEW.list, '', '', '', 0);
    if (person.kind === VIEW.stay) return;
  }
  const view = person.view;
  person.holdAt = limits.FAR;
  person.account = account;
  view.place = place;
  view.count = count + 1;
  view.note = '';
  person.endsAt = person.now.ms + person.state.screenSeconds * 1000;
  person.dirty = true;
  if (account) nameAccount(person, view, account);
  else nameOther(person, view, place === count);
  const battery = person.ports.power.battery();
  if (battery >= 0 && battery <= limits.BATTERY_LOW) view.note = `${texts.BATTERY} ${battery}%`;
}

function nameAccount(person: Person, view: views.View, account: Account): void {
  const primitives = person.ports.primitives;
  let issuer = primitives.text(account.issuer);
  let label = primitives.text(account.label);
  // Tests both at once, because foreign characters are rare.
  if (FOREIGN.test(issuer + label)) {
    issuer = printable(primitives, account.issuer);
    label = printable(primitives, account.label);
  }
  view.title = issuer || label;
  view.detail = issuer && label;
  const kind = account.kind;
  const isHeld = kind === KIND_HOTP || person.ports.facts.keys < 2;
  const word = kind === KIND_OCRA ? texts.QUESTION : texts.PASSCODE;
  view.hint = isForApprovals(account)
    ? texts.FOR_APPROVALS
    : (isHeld ? texts.HOLD : texts.PRESS) + (asksPin(person.state, PIN_TO_SHOW) ? texts.PIN_FIRST : word);
}

function nameOther(person: Person, view: views.View, isLast: boolean): void {
  view.title = isLast ? texts.SETTING : texts.DAMAGED_ACCOUNT;
  view.detail = '';
  view.hint = verbOf(person) + (isLast ? texts.OPEN : texts.EXPLAIN);
}

/** The verb for the key that chooses. */
function verbOf(person: Person): string {
  return person.ports.facts.keys > 1 ? texts.PRESS : texts.HOLD;
}

/**
 * Prepares the passcode that a press will ask for, once the list is on the screen, unless the fob must ask for its
 * PIN.
 */
export function prepare(person: Person): void {
  const account = person.account;
  const state = person.state;
  const asks = state.pinDigits && asksPin(state, PIN_TO_SHOW);
  const kind = account && !asks ? account.kind : 0;
  if (account && (kind === KIND_HOTP || (kind === KIND_TOTP && !person.time.unset))) {
    person.accounts.makeReady(account, person.now.utc);
  } else person.accounts.forget();
}

/** Shows the passcode of the account below the names in the list. */
export function showCode(person: Person, code: string | undefined): void {
  const account = person.account;
  if (code === undefined || !account) {
    say(person, texts.NO_MEMORY);
    return;
  }
  // Does not call `show`: little changes after the list, and the person waits.
  const view = person.view;
  const period = account.period;
  person.kind = VIEW.code;
  person.code = code;
  person.period = period;
  view.layout = views.CODE_LAYOUT;
  view.large = code;
  view.period = period;
  view.hint = period ? '' : texts.HINT_BACK;
  view.note = '';
  view.count = 0;
  person.endsAt = person.now.ms + limits.CODE_MS;
  person.dirty = true;
}

export function showSetting(person: Person): void {
  const setting = person.setting;
  const title = SETTING_NAMES.split(',')[setting] as string;
  const word = isFixed(setting) ? texts.GO : texts.CHANGE;
  // The detail already says how long to hold for the erasure.
  const hint = setting === SETTING.erase ? '' : verbOf(person) + word;
  show(person, VIEW.settings, title, settingText(person), hint, 0);
}

export function showEntry(person: Person, entry: Entry): void {
  const symbol = entry.symbol;
  const word = symbol[1] ? symbol : texts.TAKE;
  const hint = person.ports.facts.keys > 1 ? texts.PRESS : texts.TURN;
  show(person, VIEW.entry, entry.title, entry.shown, hint + word, 0);
  person.view.large = symbol;
  person.view.note = entry.exit;
}

/** Returns the view to draw now. */
export function current(person: Person): views.View {
  person.dirty = false;
  if (person.period) countTotp(person, person.period);
  else if (person.kind === VIEW.list) person.secondDrawn = 0;
  else countOther(person);
  return person.view;
}

function countOther(person: Person): void {
  person.secondDrawn = person.second;
  person.view.secondsLeft = person.secondDrawn;
}

function countTotp(person: Person, period: number): void {
  const view = person.view;
  const utc = person.now.utc;
  const left = period - (utc % period);
  person.secondDrawn = utc;
  view.secondsLeft = left;
  if (utc > person.time.staleAt && !view.note) view.note = `${texts.STALE} ${errorText(person)}`;
  if (left < limits.NEXT_SECONDS || person.now.ms < person.peekUntil) showNext(person, view, utc + period);
  else view.next = '';
}

function showNext(person: Person, view: views.View, utc: number): void {
  const account = person.account;
  if (account && !view.next) view.next = person.accounts.totp(account, utc);
}
