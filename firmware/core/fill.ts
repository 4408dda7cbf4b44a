import { KIND_HOTP, KIND_TOTP } from '../../protocol/account.ts';
import { secondsLeft } from '../../protocol/otp.ts';
import type { Face } from './face.ts';
import { BATTERY_LOW, NEXT_SECONDS } from './limits.ts';
import {
  VIEW_ASK,
  VIEW_BUSY,
  VIEW_CODE,
  VIEW_ENTRY,
  VIEW_LIST,
  VIEW_MESSAGE,
  VIEW_NOTICE,
  VIEW_PAIRING,
  VIEW_REPORT,
  VIEW_SETTINGS,
  type View,
} from './screens/view.ts';
import * as texts from './texts.ts';
import { CLOCK_STALE } from './timekeeper.ts';
import { VAULT_BLANK, VAULT_KEYS_LOST, VAULT_OWNED } from './vault/vault.ts';

/** What the person sees now. */
export function viewOf(face: Face): View {
  const mode = face.mode;
  const view: View = {
    kind: mode,
    title: face.title,
    detail: face.detail,
    code: face.code,
    next: '',
    note: face.note,
    hint: '',
    secondsLeft: 0,
    period: 0,
    place: 0,
    count: 0,
  };
  if (mode === VIEW_CODE) fillCode(face, view);
  else if (mode === VIEW_LIST) fillHome(face, view);
  else if (mode === VIEW_ASK) view.hint = texts.HINT_ASK;
  else if (mode === VIEW_REPORT) {
    view.title = texts.ASK_REPORT_IT;
    view.detail = '';
    view.hint = texts.HINT_ASK;
  } else if (mode === VIEW_NOTICE) view.hint = texts.HINT_GO_ON;
  else if (mode === VIEW_BUSY) {
    view.title = texts.TITLE;
    view.detail = texts.CHECKING;
  } else if (mode === VIEW_PAIRING) {
    view.title = texts.PAIRING;
    view.secondsLeft = face.drawn;
  } else if (mode === VIEW_SETTINGS) {
    face.settings.fill(view);
    if (view.hint !== '') view.hint = verbOf(face) + view.hint;
  } else if (mode === VIEW_ENTRY && face.entry) {
    view.hint = face.ports.facts.keys > 1 ? texts.PRESS + texts.TAKE : texts.TURN;
    view.detail = '';
    face.entry.fill(view);
  }
  if (face.drawn > 0 && face.holdAt >= 0 && face.erases) view.detail = `${texts.ERASING} ${face.drawn} s`;
  return view;
}

/** How the person chooses. */
function verbOf(face: Face): string {
  return face.ports.facts.keys > 1 ? texts.PRESS : texts.HOLD;
}

function fillHome(face: Face, view: View): void {
  const lock = face.lock;
  const count = face.accounts.count;
  const state = face.vault.state;
  if (state === VAULT_OWNED && !lock.closed && count > 0) {
    view.place = face.place + 1;
    view.count = count + 1;
    const account = face.account;
    if (face.place === count) {
      view.title = texts.SETTINGS;
      view.detail = '';
      view.hint = verbOf(face) + texts.OPEN;
    } else if (account) {
      view.hint = (account.kind === KIND_HOTP ? texts.HOLD : verbOf(face)) + texts.PASSCODE;
    }
    const battery = face.ports.power.battery();
    if (battery >= 0 && battery <= BATTERY_LOW) view.note = `${texts.BATTERY} ${battery}%`;
    return;
  }
  view.kind = VIEW_MESSAGE;
  view.title = texts.TITLE;
  if (state === VAULT_BLANK) {
    view.detail = face.pool.ready ? texts.BLANK : `${face.pool.percent}% ${texts.MIXING}`;
  } else if (state !== VAULT_OWNED) view.detail = state === VAULT_KEYS_LOST ? texts.KEYS_LOST : texts.DAMAGED;
  else if (!lock.closed) view.detail = texts.NO_ACCOUNTS;
  else if (lock.dead) view.detail = texts.LOCKED_OUT;
  else {
    view.title = `${texts.WAIT} ${face.drawn} s`;
    view.detail = `${lock.left} ${texts.TRIES_LEFT}`;
  }
}

function fillCode(face: Face, view: View): void {
  const account = face.account;
  if (!account || account.kind !== KIND_TOTP) {
    view.hint = texts.HINT_BACK;
    return;
  }
  const utc = face.now.utc;
  view.period = account.period;
  view.secondsLeft = secondsLeft(utc, account.period);
  if (view.note === '' && face.time.state === CLOCK_STALE) {
    view.note = `${texts.STALE} +-${face.time.error} s`;
  }
  if (view.secondsLeft < NEXT_SECONDS || face.now.ms < face.peekUntil) {
    if (face.next === '') face.next = face.accounts.totp(account, utc + account.period);
    view.next = face.next;
  }
}
