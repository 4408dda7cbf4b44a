import { KIND_TOTP } from '../../protocol/account.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import type { Entry } from './entry.ts';
import { viewOf } from './fill.ts';
import { APPROVE_HOLD_MS, ERASE_HOLD_MS, HOLD_MS, NEVER, REFRESH_MS } from './limits.ts';
import type { Lock } from './lock.ts';
import type { Pool } from './pool.ts';
import type { Now, Ports } from './ports.ts';
import { Question } from './question.ts';
import { printable } from './screens/text.ts';
import {
  VIEW_ASK,
  VIEW_CODE,
  VIEW_LIST,
  VIEW_OFF,
  VIEW_PAIRING,
  VIEW_REPORT,
  VIEW_SETTINGS,
  VIEW_STAY,
  type View,
} from './screens/view.ts';
import { SET_ERASE, Settings } from './settings.ts';
import type { State } from './state.ts';
import * as texts from './texts.ts';
import type { Timekeeper } from './timekeeper.ts';
import { Typist } from './typist.ts';
import { VAULT_OWNED, type Vault } from './vault/vault.ts';

/** Later than any deadline. */
const FAR = 9007199254740991;

/** Which view is shown, of what, and for how long. */
export class Face {
  readonly ports: Ports;
  readonly vault: Vault;
  readonly lock: Lock;
  readonly accounts: Accounts;
  readonly time: Timekeeper;
  readonly pool: Pool;
  readonly state: State;
  readonly now: Now;

  /** Kind of the view shown. */
  mode: number;
  /** When the mode ends. */
  until: number;
  /** Set when the screen must be drawn anew. */
  dirty: boolean;
  place: number;
  /** The account of the list or of the code, undefined where it is damaged. */
  account: Account | undefined;
  title: string;
  detail: string;
  note: string;
  code: string;
  next: string;
  /** What `second` was when the screen was last drawn. */
  drawn: number;
  /** When the key that is down becomes a hold, -1 for up or not counted. */
  holdAt: number;
  /** Until when the next passcode is shown because of a hold. */
  peekUntil: number;
  entry: Entry | undefined;
  /** When a key last went down. */
  keyAt: number;
  readonly settings: Settings;
  readonly question: Question;
  readonly typist: Typist;

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
    this.ports = ports;
    this.vault = vault;
    this.lock = lock;
    this.accounts = accounts;
    this.time = time;
    this.pool = pool;
    this.state = state;
    this.now = now;
    this.mode = VIEW_LIST;
    this.until = 0;
    this.dirty = true;
    this.place = 0;
    this.title = '';
    this.detail = '';
    this.note = '';
    this.code = '';
    this.next = '';
    this.drawn = 0;
    this.holdAt = -1;
    this.peekUntil = 0;
    this.settings = new Settings(ports, vault, time, state, now);
    this.keyAt = 0;
    this.question = new Question();
    this.typist = new Typist(ports.keyboard);
  }

  get screenMs(): number {
    return this.state.screenSeconds * 1000;
  }

  show(mode: number, forMs: number): void {
    // A press begun on what stood here before is not meant for what comes now.
    this.holdAt = -1;
    // And a question that is shown no more cannot be answered.
    if (mode < VIEW_ASK) this.question.hide();
    this.note = '';
    this.mode = mode;
    this.until = this.now.ms + forMs;
    this.drawn = this.second;
    this.dirty = true;
  }

  /** Shows the account at the place. All that a passcode can have made ready is made ready here. */
  list(): void {
    if (this.place > this.accounts.count) this.place = 0;
    const account = this.place < this.accounts.count ? this.accounts.read(this.place) : undefined;
    this.account = account;
    this.title = account ? printable(this.ports.primitives, account.issuer) : texts.DAMAGED_ACCOUNT;
    this.detail = account ? printable(this.ports.primitives, account.label) : '';
    if (this.title === '') {
      this.title = this.detail;
      this.detail = '';
    }
    if (account) this.accounts.prepare(account);
    this.show(VIEW_LIST, this.screenMs);
  }

  /** Whether a hold erases. */
  get erases(): boolean {
    return this.mode === VIEW_SETTINGS
      ? this.settings.place === SET_ERASE
      : this.mode === VIEW_LIST && this.vault.state > VAULT_OWNED;
  }

  /** The number that runs on the screen, 0 for none. */
  get second(): number {
    const mode = this.mode;
    if (mode === VIEW_CODE) return this.account && this.account.kind === KIND_TOTP ? this.now.utc : 0;
    if (mode === VIEW_PAIRING) return Math.ceil((this.until - this.now.ms) / 1000);
    if (this.holdAt >= 0 && this.erases) return Math.ceil((this.holdAt - this.now.ms) / 1000);
    return mode === VIEW_LIST && this.lock.closed ? this.lock.wait : 0;
  }

  get holdMs(): number {
    if (this.mode === VIEW_ASK || this.mode === VIEW_REPORT) return APPROVE_HOLD_MS;
    return this.erases ? ERASE_HOLD_MS : HOLD_MS;
  }

  /** When `tick` is wanted next, in the board's milliseconds; `NEVER` when nothing is due. */
  get deadline(): number {
    const mode = this.mode;
    const ms = this.now.ms;
    let next = mode === VIEW_OFF || mode === VIEW_STAY ? FAR : this.until;
    if (this.second > 0) next = Math.min(next, ms + REFRESH_MS);
    if (this.holdAt >= 0) next = Math.min(next, this.holdAt);
    if (!this.question.idle) next = Math.min(next, this.question.deadline);
    if (this.locks) next = Math.min(next, this.lockAt);
    if (this.typist.isTyping) next = Math.min(next, this.typist.dueMs);
    return next === FAR ? NEVER : Math.max(next, ms + 1);
  }

  /** Whether the fob will lock itself after a time without a key. */
  get locks(): boolean {
    const lock = this.lock;
    return this.state.pinDigits > 0 && this.state.lockSeconds > 0 && !lock.closed && !lock.wanted;
  }

  get lockAt(): number {
    return this.keyAt + this.state.lockSeconds * 1000;
  }

  /** What is to be drawn now. */
  view(): View {
    this.dirty = false;
    this.drawn = this.second;
    return viewOf(this);
  }
}
