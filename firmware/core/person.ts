import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import { Approval } from './approval.ts';
import { has } from './base/bits.ts';
import * as limits from './base/limits.ts';
import type { Now, Ports } from './base/ports.ts';
import type { State } from './base/state.ts';
import type { Entry } from './entry.ts';
import type { Lock } from './lock.ts';
import type { FobParts } from './parts.ts';
import type { Pool } from './pool.ts';
import * as views from './screens/views.ts';
import { VIEW } from './screens/views.ts';
import { SETTING } from './setting-rows.ts';
import type { Timekeeper } from './timekeeper.ts';
import { Typist } from './typist.ts';
import { VAULT_OWNED, type Vault } from './vault/vault.ts';

/**
 * The state of the person's part: keys, entries and questions, and the view that is shown. `input.ts` takes keys and time,
 * `acts.ts` does what they mean, `shows.ts` says what is then shown.
 */
export class Person {
  readonly ports: Ports;
  readonly vault: Vault;
  readonly lock: Lock;
  readonly accounts: Accounts;
  readonly time: Timekeeper;
  readonly pool: Pool;
  /** Policy and settings: the vault's `policy`, not its `state`. */
  readonly state: State;
  readonly now: Now;

  /** What is drawn. The first `show` makes it, and sets the fields that are only declared. */
  declare view: views.View;
  /** Its kind, one of the `VIEW` numbers. */
  declare kind: number;
  /** When the view ends. */
  declare endsAt: number;
  /** Set when the screen must be drawn again. */
  declare dirty: boolean;
  /** The number that counted on the screen when it was last drawn. */
  declare secondDrawn: number;

  /** Place in the list, and the account that is listed, or whose passcode is shown; undefined if it is damaged. */
  place: number;
  declare account: Account | undefined;
  /** The passcode that is shown, and its period; 0 for one without. */
  declare code: string;
  declare period: number;
  /** Until when a hold shows the next passcode. */
  peekUntil: number;
  /** Until when no other HOTP value is made. */
  guardUntil: number;
  /** Place of the setting that is shown. */
  declare setting: number;
  declare entry: Entry | undefined;
  /** The last PIN that was entered; after a yes to `ASK_PIN`, the account's PIN. */
  enteredPin: Uint8Array;
  /** The OCRA question whose PIN is still missing. */
  declare ocraQuestion: Uint8Array;
  readonly approval: Approval;
  /** How to ask the request that waits: a sum of `ASK_` numbers. */
  declare askStyle: number;
  readonly typist: Typist;

  /** When a key last went down. */
  keyAt: number;
  /** When the main key, which is down, becomes a hold; `FAR` if the key is up or does not count. */
  declare holdAt: number;
  /** When the last input came. A hold on the list does not set it, because it matters only while `isWatched`. */
  declare inputAt: number;
  /** When the list last moved, and how many moves in a row came quickly. */
  stepAt: number;
  quick: number;

  constructor(parts: FobParts) {
    this.ports = parts.ports;
    this.vault = parts.vault;
    this.lock = parts.lock;
    this.accounts = parts.accounts;
    this.time = parts.timekeeper;
    this.pool = parts.pool;
    this.state = parts.vault.policy;
    this.now = parts.now;
    // The interpreter searches longest for a property that is missing, so these exist from the start.
    this.place = 0;
    this.keyAt = 0;
    this.peekUntil = 0;
    this.guardUntil = 0;
    this.stepAt = 0;
    this.quick = 0;
    this.enteredPin = new Uint8Array(0);
    this.approval = new Approval();
    this.typist = new Typist(this.ports.keyboard);
  }

  /** Overwrites what was entered. A request that was approved by an account's PIN still needs that one. */
  wipeEntry(): void {
    if (this.entry) this.entry.typed.fill(0);
    this.entry = undefined;
    if (this.approval.isIdle) this.enteredPin.fill(0);
  }

  /** Whether a hold erases: this comes before the keys of the view. */
  get erases(): boolean {
    const kind = this.kind;
    return kind === VIEW.settings
      ? this.setting === SETTING.erase
      : kind === VIEW.home && this.vault.state > VAULT_OWNED;
  }

  /** Whether the person holds a key that approves or erases. */
  get isWatched(): boolean {
    return this.holdAt < limits.FAR && (has(views.ASKS, this.kind) > 0 || this.erases);
  }

  /** The number that counts on the screen, 0 for none. */
  get second(): number {
    const kind = this.kind;
    if (kind === VIEW.code) return this.period && this.now.utc;
    let end = this.endsAt;
    if (!has(views.COUNTS_DOWN, kind)) {
      if (this.holdAt === limits.FAR || !this.erases) return kind === VIEW.home ? this.lock.wait : 0;
      end = this.holdAt;
    }
    return Math.ceil((end - this.now.ms) / 1000);
  }

  /** When `tick` is due next, in the board's milliseconds; `NEVER` if nothing is due. */
  get deadline(): number {
    const ms = this.now.ms;
    const soon = this.isWatched ? limits.LOOK_MS : this.second || this.dirty ? limits.REFRESH_MS : limits.FAR;
    let next = ms + soon;
    for (const at of [this.endsAt, this.holdAt, this.approval.deadline, this.typist.deadline, this.lockAt]) {
      if (at < next) next = at;
    }
    return next < limits.FAR ? Math.max(next, ms + 1) : limits.NEVER;
  }

  /** When the fob locks itself because no key was used. */
  get lockAt(): number {
    const state = this.state;
    const lock = this.lock;
    if (!state.pinDigits || !state.lockSeconds || lock.closed || !this.vault.hasPin) return limits.FAR;
    return this.keyAt + state.lockSeconds * 1000;
  }
}
