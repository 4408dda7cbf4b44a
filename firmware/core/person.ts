import { PRESS_DEAF_MS, PRESS_WAIT_MS } from '@passfob/protocol/limits';
import { REFUSED_BUSY, REFUSED_PRESS_NEEDED } from '@passfob/protocol/refusals';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import { act, enter, eraseFob, openAccount } from './acts.ts';
import { Approval, NO_NUMBER } from './approval.ts';
import { has } from './base/bits.ts';
import * as limits from './base/limits.ts';
import type { Now, Ports } from './base/ports.ts';
import type { State } from './base/state.ts';
import * as texts from './base/texts.ts';
import { two } from './date.ts';
import type { Entry } from './entry.ts';
import { ENTER } from './entry-rows.ts';
import type { Lock } from './lock.ts';
import type { Parts } from './parts.ts';
import type { Pool } from './pool.ts';
import * as views from './screens/views.ts';
import { VIEW } from './screens/views.ts';
import { SETTING } from './setting-rows.ts';
import { countOn, list, rehint, show, showSilent } from './shows.ts';
import type { Timekeeper } from './timekeeper.ts';
import { Typist } from './typist.ts';
import { VAULT_BLANK, VAULT_KEYS_LOST, VAULT_OWNED, VAULT_SILENT, type Vault } from './vault/vault.ts';

const KEY_MAIN = 0;
const KEY_NEXT = 1;
const KEY_BACK = 3;

/**
 * The person with the fob in the hand: the state of keys, entries and questions, and the view that is shown. Takes keys
 * and time here; `acts.ts` does what a key means, `shows.ts` says what is then shown.
 */
export class Person {
  readonly ports: Ports;
  readonly vault: Vault;
  readonly lock: Lock;
  readonly accounts: Accounts;
  readonly time: Timekeeper;
  readonly pool: Pool;
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
  declare private inputAt: number;
  /** When the list last moved, and how many moves in a row came quickly. */
  stepAt: number;
  quick: number;

  constructor(parts: Parts) {
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
    this.ports.display.light(this.state.light);
    this.home();
  }

  /** Goes to the list, or to the view in its place. */
  home(): void {
    const lock = this.lock;
    const vault = this.vault;
    const state = vault.state;
    this.account = undefined;
    this.typist.stop();
    this.approval.hide();
    let text = '';
    if (state === VAULT_SILENT) showSilent(this);
    else if (state === VAULT_BLANK) {
      text = this.pool.ready ? texts.BLANK : `${this.pool.percent}% ${texts.MIXING}`;
    } else if (state > VAULT_OWNED) {
      text = (state === VAULT_KEYS_LOST ? texts.KEYS_LOST : texts.DAMAGED) + texts.HOLD_TO_ERASE;
    } else if (lock.wanted) enter(this, ENTER.new);
    else if (lock.closed) {
      if (lock.dead) text = texts.LOCKED_OUT;
      else enter(this, ENTER.pin);
    } else if (vault.lookBack()) {
      text = (vault.wentBack > 1 ? texts.ANTI_ROLLBACK_LOST : texts.WENT_BACK) + texts.MAY_REPEAT;
      show(this, VIEW.notice, '', text, texts.HINT_GO_ON, 0);
      return;
    } else if (this.accounts.count) list(this);
    else text = texts.NO_ACCOUNTS;
    if (text) show(this, VIEW.home, texts.TITLE, text, '', 0);
  }

  /** Turns the display off. */
  sleep(): void {
    const state = this.state;
    this.account = undefined;
    this.accounts.forget();
    show(this, VIEW.off, '', '', '', limits.FAR);
    if (state.pinDigits && !state.lockSeconds) this.lock.close();
  }

  /** A key went down or up: 0 main, 1 next, 2 previous, 3 back. */
  keyMoved(which: number, down: boolean): void {
    const ms = this.now.ms;
    const kind = this.kind;
    this.inputAt = ms;
    // A pool that is ready takes the time of one edge of each press: work on the other edge would delay a passcode.
    if (down || !this.pool.ready) this.pool.keepMoment(ms);
    if (down) this.goDown(which, kind, ms);
    else if (which === KEY_MAIN) this.goUp();
  }

  private goDown(which: number, kind: number, ms: number): void {
    this.keyAt = ms;
    if (kind !== VIEW.list || which === KEY_BACK) this.pressOther(which, kind, ms);
    else if (which === KEY_MAIN) {
      this.endsAt = ms + this.state.screenSeconds * 1000;
      this.holdAt = ms + limits.HOLD_MS;
    } else act(this, views.ON_TURN, which === KEY_NEXT ? 1 : -1);
  }

  /** Handles a key that goes down outside the list, or the back key in the list. */
  private pressOther(which: number, kind: number, ms: number): void {
    const asks = has(views.ASKS, kind);
    // The display does not turn off while the person uses the keys.
    if (has(views.KEEPS_DISPLAY_ON, kind)) this.endsAt = ms + this.state.screenSeconds * 1000;
    if (kind === VIEW.off) this.home();
    // A press meant for the view before must not answer a question that has just appeared.
    else if (!asks || ms >= this.approval.askedAt + PRESS_DEAF_MS) {
      if (which === KEY_MAIN) {
        const holdMs = asks ? limits.APPROVE_HOLD_MS : limits.HOLD_MS;
        this.holdAt = ms + (this.erases ? limits.ERASE_HOLD_MS : holdMs);
      } else if (which === KEY_BACK) act(this, views.ON_BACK, -1);
      else act(this, views.ON_TURN, which === KEY_NEXT ? 1 : -1);
    } else if (which === KEY_MAIN) rehint(this, texts.TOO_SOON);
  }

  private goUp(): void {
    // A press that began on the list ends nothing else.
    if (this.kind === VIEW.list && this.holdAt < limits.FAR) {
      this.holdAt = limits.FAR;
      const account = this.account;
      if (this.ports.facts.keys < 2) act(this, views.ON_ONLY_PRESS, 1);
      else if (account) openAccount(this, account, false);
      else act(this, views.ON_PRESS, 1);
    } else this.releaseOther();
  }

  /** Handles a main key that goes up outside the list, or after a hold. */
  private releaseOther(): void {
    if (this.peekUntil) {
      this.peekUntil = 0;
      this.dirty = true;
    }
    if (this.holdAt === limits.FAR) {
      // The press went down too soon to count, and the hint has said so.
      if (has(views.ASKS, this.kind)) rehint(this, texts.HINT_ASK);
      return;
    }
    this.holdAt = limits.FAR;
    act(this, this.ports.facts.keys > 1 ? views.ON_PRESS : views.ON_ONLY_PRESS, 1);
  }

  /** Does the work that is due. Called at the deadline, or at any other time. */
  tick(): void {
    const ms = this.now.ms;
    if (ms >= this.holdAt && this.kind === VIEW.list) {
      this.holdAt = limits.FAR;
      const account = this.account;
      if (account) openAccount(this, account, true);
      else act(this, views.ON_HOLD, 1);
      // A passcode may be waiting, so other work that is due waits for the next tick, which comes at once.
    } else this.handleDue(ms);
  }

  /** Does the work that is due: at most one hold, or anything else. */
  private handleDue(ms: number): void {
    this.approval.look(ms);
    // A release may have waited while the fob was busy: the busy time does not count towards the hold, or a no could
    // become a yes.
    const busy = ms - this.inputAt - limits.LOOK_MS_MAX;
    if (busy > 0 && this.isWatched) this.holdAt += busy;
    this.inputAt = ms;
    if (ms >= this.holdAt) {
      this.holdAt = limits.FAR;
      if (this.erases) eraseFob(this);
      else act(this, views.ON_HOLD, 1);
      return;
    }
    if (ms >= this.approval.deadline) this.dropRequest();
    if (ms >= this.lockAt) {
      this.lock.close();
      if (this.kind !== VIEW.off) this.home();
    }
    if (ms >= this.typist.deadline) {
      this.view.note = this.typist.tick(ms);
      this.dirty = true;
    }
    if (ms >= this.endsAt) act(this, views.ON_TIMEOUT, 1);
    if (!this.dirty && this.secondDrawn !== this.second) countOn(this);
  }

  /** The computer that asked is gone: no other computer gets the answer, if there was one. */
  dropRequest(): void {
    const isShown = this.approval.isWaiting;
    if (!this.approval.isIdle) this.enteredPin.fill(0);
    this.approval.drop();
    if (isShown) this.home();
  }

  /** Overwrites what was entered. A request that was approved by an account's PIN still needs that one. */
  wipeEntry(): void {
    if (this.entry) this.entry.typed.fill(0);
    this.entry = undefined;
    if (this.approval.isIdle) this.enteredPin.fill(0);
  }

  /**
   * Asks the person to approve one request. Every poll of the same request calls it again.
   * @param about the subject of the request; the words and the number on the screen identify it, too
   * @param style sum of the `ASK_` numbers
   * @param compared two digits to compare, or `NO_NUMBER`
   * @returns 0 once, after approval; otherwise the refusal to answer now
   */
  ask(about: number | string, title: string, detail: string, style: number, compared: number): number {
    const ms = this.now.ms;
    const request = `${about}\n${title}\n${detail}\n${compared}`;
    if (!this.approval.isIdle) return this.approval.poll(request, ms);
    if (has(views.IS_BUSY, this.kind)) return REFUSED_BUSY;
    this.wipeEntry();
    this.approval.begin(request, ms);
    this.askStyle = style;
    show(this, VIEW.ask, title, detail, texts.HINT_ASK, PRESS_WAIT_MS);
    if (compared !== NO_NUMBER) this.view.large = two(compared);
    return REFUSED_PRESS_NEEDED;
  }

  /** Whether a hold erases: this comes before the keys of the view. */
  get erases(): boolean {
    const kind = this.kind;
    return kind === VIEW.settings
      ? this.setting === SETTING.erase
      : kind === VIEW.home && this.vault.state > VAULT_OWNED;
  }

  /** Whether the person holds a key that approves or erases. */
  private get isWatched(): boolean {
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
  private get lockAt(): number {
    const state = this.state;
    const lock = this.lock;
    if (!state.pinDigits || !state.lockSeconds || lock.closed || !this.vault.hasPin) return limits.FAR;
    return this.keyAt + state.lockSeconds * 1000;
  }
}
