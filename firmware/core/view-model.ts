import { KIND_HOTP, KIND_OCRA, KIND_TOTP } from '@passfob/protocol/account';
import { type Account, isForApprovals } from './account.ts';
import type { Accounts } from './accounts.ts';
import { Approval } from './approval.ts';
import {
  BATTERY_LOW,
  CODE_MS,
  FAR,
  LOOK_MS,
  MESSAGE_MS,
  NEVER,
  NEXT_SECONDS,
  REFRESH_MS,
} from './base/limits.ts';
import type { Now, Ports } from './base/ports.ts';
import { asksPin, PIN_TO_SHOW, type State } from './base/state.ts';
import * as texts from './base/texts.ts';
import type { Entry } from './entry.ts';
import type { Lock } from './lock.ts';
import type { Parts } from './parts.ts';
import type { Pool } from './pool.ts';
import { FOREIGN, printable } from './screens/text.ts';
import {
  asksPerson,
  keepsRequest,
  VIEW_BUSY,
  VIEW_CODE,
  VIEW_ENTRY,
  VIEW_HOME,
  VIEW_LIST,
  VIEW_MESSAGE,
  VIEW_PAIRING,
  VIEW_SETTINGS,
  VIEW_SILENT,
  VIEW_STAY,
  type View,
} from './screens/view.ts';
import { errorText, isFixed, SET_ERASE, settingText } from './settings.ts';
import type { Timekeeper } from './timekeeper.ts';
import { Typist } from './typist.ts';
import { VAULT_OWNED, type Vault } from './vault/vault.ts';

/**
 * The view that is shown, its end, and the state of keys and entries behind it. `Person` and the actions change it;
 * `screens/` draws it. The first `show` sets the fields that are only declared.
 */
export abstract class ViewModel implements View {
  readonly ports: Ports;
  readonly vault: Vault;
  readonly lock: Lock;
  readonly accounts: Accounts;
  readonly time: Timekeeper;
  readonly pool: Pool;
  readonly state: State;
  readonly now: Now;

  // The fields that are drawn: see `View`.
  declare kind: number;
  declare title: string;
  declare detail: string;
  declare code: string;
  declare next: string;
  declare note: string;
  declare hint: string;
  secondsLeft: number;
  declare period: number;
  place: number;
  declare count: number;

  // The state behind them.
  /** When the view ends. */
  declare endsAt: number;
  /** Set when the screen must be drawn again. */
  declare dirty: boolean;
  /** The account of the list or of the code; undefined if it is damaged. */
  declare account: Account | undefined;
  declare entry: Entry | undefined;
  /** Place of the setting that is shown. */
  declare setting: number;
  /** Value of `second` when the screen was last drawn. */
  declare secondDrawn: number;
  /** When a key last went down. */
  keyAt: number;
  /** When the main key, which is down, becomes a hold; `FAR` if the key is up or does not count. */
  declare holdAt: number;
  /** Until when a hold shows the next passcode. */
  peekUntil: number;
  /** Until when no other HOTP value is made. */
  guardUntil: number;
  /** The last PIN that was entered; after a yes to `ASK_PIN`, the account's PIN. */
  enteredPin: Uint8Array;
  /** The OCRA question whose PIN is still missing. */
  declare ocraQuestion: Uint8Array;
  /** How to ask the request that waits: a sum of `ASK_` numbers. */
  declare askStyle: number;
  readonly approval: Approval;
  readonly typist: Typist;

  constructor(parts: Parts) {
    this.ports = parts.ports;
    this.vault = parts.vault;
    this.lock = parts.lock;
    this.accounts = parts.accounts;
    this.time = parts.timekeeper;
    this.pool = parts.pool;
    this.state = parts.vault.policy;
    this.now = parts.now;
    this.place = 0;
    this.keyAt = 0;
    // The interpreter searches longest for a property that is missing, so these exist from the start.
    this.peekUntil = 0;
    this.guardUntil = 0;
    this.secondsLeft = 0;
    this.enteredPin = new Uint8Array(0);
    this.approval = new Approval();
    this.typist = new Typist(this.ports.keyboard);
  }

  /** Goes to the list, or to the view in its place. */
  abstract home(): void;
  abstract sleep(): void;

  /** @param forMs 0 to keep the view for as long as the display stays on without a key */
  show(kind: number, title: string, detail: string, hint: string, forMs: number): void {
    if (this.kind === VIEW_STAY) return;
    // A press that began on the view before is not meant for this one.
    this.holdAt = FAR;
    // A question that is no longer shown cannot be answered.
    if (!keepsRequest(kind)) this.approval.hide();
    // The check behind `VIEW_BUSY` needs the PIN once more.
    if (kind !== VIEW_ENTRY && kind !== VIEW_BUSY) this.wipeEntry();
    this.kind = kind;
    this.title = title;
    this.detail = detail;
    this.code = '';
    this.next = '';
    this.note = '';
    this.hint = hint;
    this.period = 0;
    this.count = 0;
    this.endsAt = this.now.ms + (forMs || this.state.screenSeconds * 1000);
    this.dirty = true;
  }

  /** Overwrites what was entered. A request that was approved by an account's PIN still needs that one. */
  wipeEntry(): void {
    if (this.entry) this.entry.typed.fill(0);
    this.entry = undefined;
    if (this.approval.isIdle) this.enteredPin.fill(0);
  }

  /** Shows the account at `place`. */
  list(): void {
    const accounts = this.accounts;
    const count = accounts.count;
    if (this.place > count) this.place = 0;
    const place = this.place;
    const account = place < count ? accounts.read(place) : undefined;
    if (place < count && !account && this.vault.records?.silent) {
      this.showSilent();
      return;
    }
    // Moving within the list changes little.
    if (this.kind !== VIEW_LIST) {
      this.show(VIEW_LIST, '', '', '', 0);
      if (this.kind === VIEW_STAY) return;
    }
    this.holdAt = FAR;
    this.account = account;
    this.count = count + 1;
    this.note = '';
    this.endsAt = this.now.ms + this.state.screenSeconds * 1000;
    this.dirty = true;
    if (account) this.nameAccount(account);
    else this.nameOther(place === count);
    const battery = this.ports.power.battery();
    if (battery >= 0 && battery <= BATTERY_LOW) this.note = `${texts.BATTERY} ${battery}%`;
  }

  /** Says that the memory does not answer, until it does: the view looks again each second. */
  showSilent(): void {
    this.account = undefined;
    this.show(VIEW_SILENT, texts.TITLE, texts.SILENT, '', 0);
  }

  private nameAccount(account: Account): void {
    const primitives = this.ports.primitives;
    let issuer = primitives.text(account.issuer);
    let label = primitives.text(account.label);
    // Tests both at once, because foreign characters are rare.
    if (FOREIGN.test(issuer + label)) {
      issuer = printable(primitives, account.issuer);
      label = printable(primitives, account.label);
    }
    this.title = issuer || label;
    this.detail = issuer && label;
    const kind = account.kind;
    const isHeld = kind === KIND_HOTP || this.ports.facts.keys < 2;
    const word = kind === KIND_OCRA ? texts.QUESTION : texts.PASSCODE;
    this.hint = isForApprovals(account)
      ? texts.FOR_APPROVALS
      : (isHeld ? texts.HOLD : texts.PRESS) + (asksPin(this.state, PIN_TO_SHOW) ? texts.PIN_FIRST : word);
  }

  private nameOther(isLast: boolean): void {
    this.title = isLast ? texts.SETTING : texts.DAMAGED_ACCOUNT;
    this.detail = '';
    this.hint = this.verb + (isLast ? texts.OPEN : texts.EXPLAIN);
  }

  /**
   * Prepares the passcode that a press will ask for, once the list is on the screen, unless the fob must ask for its
   * PIN.
   */
  prepare(): void {
    const account = this.account;
    const state = this.state;
    const asks = state.pinDigits && asksPin(state, PIN_TO_SHOW);
    const kind = account && !asks ? account.kind : 0;
    if (account && (kind === KIND_HOTP || (kind === KIND_TOTP && !this.time.unset))) {
      this.accounts.makeReady(account, this.now.utc);
    } else this.accounts.forget();
  }

  /** The verb for the key that chooses. */
  get verb(): string {
    return this.ports.facts.keys > 1 ? texts.PRESS : texts.HOLD;
  }

  showSetting(): void {
    const setting = this.setting;
    const title = texts.SETTINGS.split(',')[setting] as string;
    const word = isFixed(setting) ? texts.GO : texts.CHANGE;
    // The detail already says how long to hold for the erasure.
    this.show(VIEW_SETTINGS, title, settingText(this), setting === SET_ERASE ? '' : this.verb + word, 0);
  }

  /** Shows the passcode of the account below the names in the list. */
  showCode(code: string | undefined): void {
    const account = this.account;
    if (code === undefined || !account) {
      this.say(texts.NO_MEMORY);
      return;
    }
    // Does not call `show`: little changes after the list, and the person waits.
    this.kind = VIEW_CODE;
    this.code = code;
    const period = account.period;
    this.period = period;
    this.hint = period ? '' : texts.HINT_BACK;
    this.note = '';
    this.count = 0;
    this.endsAt = this.now.ms + CODE_MS;
    this.dirty = true;
  }

  say(detail: string): void {
    this.show(VIEW_MESSAGE, texts.TITLE, detail, '', MESSAGE_MS);
  }

  /** Whether a hold erases: this comes before the table of `keys.ts`. */
  get erases(): boolean {
    const kind = this.kind;
    return kind === VIEW_SETTINGS
      ? this.setting === SET_ERASE
      : kind === VIEW_HOME && this.vault.state > VAULT_OWNED;
  }

  /** Whether the person holds a key that approves or erases. */
  get isWatched(): boolean {
    return this.holdAt < FAR && (asksPerson(this.kind) || this.erases);
  }

  /** The number that counts on the screen, 0 for none. */
  get second(): number {
    const kind = this.kind;
    if (kind === VIEW_CODE) return this.period && this.now.utc;
    let end = this.endsAt;
    if (kind !== VIEW_PAIRING && kind !== VIEW_SILENT) {
      if (this.holdAt === FAR || !this.erases) return kind === VIEW_HOME ? this.lock.wait : 0;
      end = this.holdAt;
    }
    return Math.ceil((end - this.now.ms) / 1000);
  }

  /** When `tick` is due next, in the board's milliseconds; `NEVER` if nothing is due. */
  get deadline(): number {
    const ms = this.now.ms;
    let next = this.isWatched ? ms + LOOK_MS : this.second || this.dirty ? ms + REFRESH_MS : FAR;
    for (const at of [this.endsAt, this.holdAt, this.approval.deadline, this.typist.deadline, this.lockAt]) {
      if (at < next) next = at;
    }
    return next < FAR ? Math.max(next, ms + 1) : NEVER;
  }

  /** When the fob locks itself because no key was used. */
  get lockAt(): number {
    const state = this.state;
    const lock = this.lock;
    if (!state.pinDigits || !state.lockSeconds || lock.closed || !this.vault.hasPin) return FAR;
    return this.keyAt + state.lockSeconds * 1000;
  }

  /** Returns the view to draw now. */
  view(): View {
    this.dirty = false;
    if (this.period) this.viewTotp();
    else if (this.kind === VIEW_LIST) this.secondDrawn = 0;
    else this.viewOther();
    return this;
  }

  private viewOther(): void {
    this.secondDrawn = this.second;
    if (this.kind === VIEW_PAIRING) this.secondsLeft = this.secondDrawn;
  }

  private viewTotp(): void {
    const utc = this.now.utc;
    const period = this.period;
    const left = period - (utc % period);
    this.secondDrawn = utc;
    this.secondsLeft = left;
    if (utc > this.time.staleAt && !this.note) this.note = `${texts.STALE} ${errorText(this)}`;
    if (left < NEXT_SECONDS || this.now.ms < this.peekUntil) this.viewNext(utc + period);
    else this.next = '';
  }

  private viewNext(utc: number): void {
    const account = this.account;
    if (account && !this.next) this.next = this.accounts.totp(account, utc);
  }
}
