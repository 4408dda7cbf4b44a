import { PRESS_DEAF_MS, PRESS_WAIT_MS } from '@passfob/protocol/limits';
import { REFUSED_BUSY, REFUSED_PRESS_NEEDED } from '@passfob/protocol/refusals';
import { act, enter, eraseFob, openAccount, showNextSecond } from './actions.ts';
import * as approvals from './approval.ts';
import * as limits from './base/limits.ts';
import * as texts from './base/texts.ts';
import { two } from './date.ts';
import * as entries from './entry.ts';
import * as keys from './keys.ts';
import type { Parts } from './parts.ts';
import * as views from './screens/view.ts';
import { VAULT_BLANK, VAULT_KEYS_LOST, VAULT_OWNED, VAULT_SILENT } from './vault/vault.ts';
import { ViewModel } from './view-model.ts';

const KEY_MAIN = 0;
const KEY_NEXT = 1;
const KEY_BACK = 3;

/**
 * Takes the keys and the time, and does their actions: on the list directly, because a passcode may be waiting; in
 * every other view by the table of `keys.ts`.
 */
export class Person extends ViewModel {
  /** When the list last moved, and how many moves in a row came quickly. */
  private stepAt: number;
  private quick: number;
  /** When the last input came. A hold on the list does not set it, because it matters only while `isWatched`. */
  declare private inputAt: number;

  constructor(parts: Parts) {
    super(parts);
    this.stepAt = 0;
    this.quick = 0;
    this.ports.display.light(this.state.light);
    this.home();
  }

  override home(): void {
    const lock = this.lock;
    const vault = this.vault;
    const state = vault.state;
    this.account = undefined;
    this.typist.stop();
    this.approval.hide();
    let text = '';
    if (state === VAULT_SILENT) this.showSilent();
    else if (state === VAULT_BLANK) {
      text = this.pool.ready ? texts.BLANK : `${this.pool.percent}% ${texts.MIXING}`;
    } else if (state > VAULT_OWNED) {
      text = (state === VAULT_KEYS_LOST ? texts.KEYS_LOST : texts.DAMAGED) + texts.HOLD_TO_ERASE;
    } else if (lock.wanted) enter(this, entries.ENTER_NEW);
    else if (lock.closed) {
      if (lock.dead) text = texts.LOCKED_OUT;
      else enter(this, entries.ENTER_PIN);
    } else if (vault.lookBack()) {
      text = (vault.wentBack > 1 ? texts.ANTI_ROLLBACK_LOST : texts.WENT_BACK) + texts.MAY_REPEAT;
      this.show(views.VIEW_NOTICE, '', text, texts.HINT_GO_ON, 0);
      return;
    } else if (this.accounts.count) this.list();
    else text = texts.NO_ACCOUNTS;
    if (text) this.show(views.VIEW_HOME, texts.TITLE, text, '', 0);
  }

  /** Says that an assertion has failed. The view stays until the next reset. */
  showFault(): void {
    this.show(views.VIEW_STAY, '', texts.FAULT, '', limits.FAR);
  }

  showPairing(code: string, seconds: number): void {
    this.show(views.VIEW_PAIRING, texts.PAIRING, '', '', seconds * 1000);
    this.code = code;
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
    if (kind !== views.VIEW_LIST || which === KEY_BACK) this.pressOther(which, kind, ms);
    else if (which === KEY_MAIN) {
      this.endsAt = ms + this.state.screenSeconds * 1000;
      this.holdAt = ms + limits.HOLD_MS;
    } else this.stepList(which === KEY_NEXT ? 1 : -1, ms);
  }

  /** Handles a key that goes down outside the list, or the back key in the list. */
  private pressOther(which: number, kind: number, ms: number): void {
    const asks = views.asksPerson(kind);
    // The display does not turn off while the person uses the keys.
    if (views.keepsDisplayOn(kind)) this.endsAt = ms + this.state.screenSeconds * 1000;
    if (kind === views.VIEW_OFF) this.home();
    // A press meant for the view before must not answer a question that has just appeared.
    else if (!asks || ms >= this.approval.askedAt + PRESS_DEAF_MS) {
      if (which === KEY_MAIN) {
        const holdMs = asks ? limits.APPROVE_HOLD_MS : limits.HOLD_MS;
        this.holdAt = ms + (this.erases ? limits.ERASE_HOLD_MS : holdMs);
      } else if (which === KEY_BACK) act(this, keys.ON_BACK, -1);
      else act(this, keys.ON_TURN, which === KEY_NEXT ? 1 : -1);
    } else if (which === KEY_MAIN) this.rehint(texts.TOO_SOON);
  }

  private rehint(hint: string): void {
    this.hint = hint;
    this.dirty = true;
  }

  private goUp(): void {
    // A press that began on the list ends nothing else.
    if (this.kind === views.VIEW_LIST && this.holdAt < limits.FAR) {
      this.holdAt = limits.FAR;
      if (this.ports.facts.keys > 1) this.open(false);
      else this.stepList(1, this.now.ms);
    } else this.releaseOther();
  }

  /** Handles a main key that goes up outside the list, or after a hold. */
  private releaseOther(): void {
    if (this.peekUntil) {
      this.peekUntil = 0;
      this.dirty = true;
    }
    if (this.hint === texts.TOO_SOON) this.rehint(texts.HINT_ASK);
    if (this.holdAt === limits.FAR) return;
    this.holdAt = limits.FAR;
    act(this, this.ports.facts.keys > 1 ? keys.ON_PRESS : keys.ON_ONLY_PRESS, 1);
  }

  /** Does the work that is due. Called at the deadline, or at any other time. */
  tick(): void {
    const ms = this.now.ms;
    if (ms >= this.holdAt && this.kind === views.VIEW_LIST) {
      this.holdAt = limits.FAR;
      this.open(true);
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
      else act(this, keys.ON_HOLD, 1);
      return;
    }
    if (ms >= this.approval.deadline) this.dropRequest();
    if (ms >= this.lockAt) {
      this.lock.close();
      if (this.kind !== views.VIEW_OFF) this.home();
    }
    if (ms >= this.typist.deadline) {
      this.note = this.typist.tick(ms);
      this.dirty = true;
    }
    if (ms >= this.endsAt) act(this, keys.ON_TIMEOUT, 1);
    if (!this.dirty && this.secondDrawn !== this.second) showNextSecond(this);
  }

  /** The computer that asked is gone: no other computer gets the answer, if there was one. */
  dropRequest(): void {
    const isShown = this.approval.isWaiting;
    if (!this.approval.isIdle) this.enteredPin.fill(0);
    this.approval.drop();
    if (isShown) this.home();
  }

  override sleep(): void {
    const state = this.state;
    this.account = undefined;
    this.accounts.forget();
    this.show(views.VIEW_OFF, '', '', '', limits.FAR);
    if (state.pinDigits && !state.lockSeconds) this.lock.close();
  }

  private stepList(by: number, ms: number): void {
    const places = this.accounts.count + 1;
    this.quick = ms < this.stepAt + limits.JUMP_MS ? this.quick + 1 : 0;
    this.stepAt = ms;
    const far = this.quick > 1 && places > limits.JUMP_PLACES ? limits.JUMP_PLACES * by : by;
    this.place = (this.place + far + places) % places;
    this.list();
  }

  /** Opens the entry under the cursor. */
  private open(held: boolean): void {
    const account = this.account;
    if (account) openAccount(this, account, held);
    else act(this, keys.ON_PRESS, 1);
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
    if (views.ignoresKeys(this.kind)) return REFUSED_BUSY;
    this.wipeEntry();
    this.approval.begin(request, ms);
    this.askStyle = style;
    this.show(views.VIEW_ASK, title, detail, texts.HINT_ASK, PRESS_WAIT_MS);
    if (compared !== approvals.NO_NUMBER) this.code = two(compared);
    return REFUSED_PRESS_NEEDED;
  }
}
