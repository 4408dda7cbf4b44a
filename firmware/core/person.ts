import { PRESS_DEAF_MS, PRESS_WAIT_MS } from '@passfob/protocol/limits';
import { REFUSED_BUSY, REFUSED_PRESS_NEEDED } from '@passfob/protocol/refusals';
import * as limits from './base/limits.ts';
import { asksPin, PIN_TO_APPROVE } from './base/state.ts';
import * as texts from './base/texts.ts';
import { two } from './date.ts';
import * as entries from './entry.ts';
import { Face } from './face.ts';
import {
  answerWith,
  approve,
  choose,
  enter,
  eraseFob,
  expire,
  holdCode,
  openAccount,
  runOn,
  took,
  turn,
} from './flow.ts';
import type { Parts } from './parts.ts';
import * as questions from './question.ts';
import * as views from './screens/view.ts';
import { VAULT_BLANK, VAULT_KEYS_LOST, VAULT_OWNED } from './vault/vault.ts';

const KEY_MAIN = 0;
const KEY_NEXT = 1;
const KEY_BACK = 3;

/** What the person does: one to four keys, short and held, and one view at a time. */
export class Person extends Face {
  /** When the list last went on, and how many of its steps in a row came quickly. */
  private stepAt: number;
  private quick: number;
  /** The last input. */
  declare private lookedAt: number;

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
    this.question.hide();
    if (!vault.records) this.forget();
    let text = '';
    if (state === VAULT_BLANK) {
      text = this.pool.ready ? texts.BLANK : `${this.pool.percent}% ${texts.MIXING}`;
    } else if (state > VAULT_OWNED) {
      text = (state === VAULT_KEYS_LOST ? texts.KEYS_LOST : texts.DAMAGED) + texts.HOLD_TO_ERASE;
    } else if (lock.wanted) enter(this, entries.ENTER_NEW);
    else if (lock.closed) {
      if (lock.dead) text = texts.LOCKED_OUT;
      else enter(this, entries.ENTER_PIN);
    } else if (vault.wentBack) {
      text = (vault.wentBack > 1 ? texts.ANTI_ROLLBACK_LOST : texts.WENT_BACK) + texts.MAY_REPEAT;
      this.show(views.VIEW_NOTICE, '', text, texts.HINT_GO_ON, 0);
      return;
    } else if (this.accounts.count) this.list();
    else text = texts.NO_ACCOUNTS;
    if (text) this.show(views.VIEW_HOME, texts.TITLE, text, '', 0);
  }

  /** Until the next reset: an assertion has failed. */
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
    if (kind > views.VIEW_ENTRY) this.question.look(ms);
    this.lookedAt = ms;
    // A pool that has enough takes one edge of each press: the other is on the way to a passcode.
    if (down || !this.pool.ready) this.pool.keepMoment(ms);
    if (down) this.goDown(which, kind, ms);
    else if (which === KEY_MAIN) this.goUp();
  }

  private goDown(which: number, kind: number, ms: number): void {
    this.keyAt = ms;
    if (kind !== views.VIEW_LIST || which === KEY_BACK) this.pressOther(which, kind, ms);
    else if (which === KEY_MAIN) {
      this.until = ms + this.state.screenSeconds * 1000;
      this.holdAt = ms + limits.HOLD_MS;
    } else this.stepList(which === KEY_NEXT ? 1 : -1, ms);
  }

  private pressOther(which: number, kind: number, ms: number): void {
    // The display does not go off under a finger.
    if (kind >= views.VIEW_HOME && kind < views.VIEW_ASK) this.until = ms + this.state.screenSeconds * 1000;
    if (kind === views.VIEW_OFF) this.home();
    // A press meant for what stood here before must not answer a question that has just appeared.
    else if (
      kind < views.VIEW_ASK ||
      (kind < views.VIEW_BUSY && ms >= this.question.askedAt + PRESS_DEAF_MS)
    ) {
      if (which === KEY_MAIN) this.pressMain(kind, ms);
      else if (which === KEY_BACK) this.back();
      else if (kind < views.VIEW_ASK) turn(this, kind, which === KEY_NEXT ? 1 : -1);
    }
  }

  private pressMain(kind: number, ms: number): void {
    const holdMs = kind > views.VIEW_ENTRY ? limits.APPROVE_HOLD_MS : limits.HOLD_MS;
    this.holdAt = ms + (this.erases ? limits.ERASE_HOLD_MS : holdMs);
  }

  private goUp(): void {
    // A press that begun on the list has nothing to end but itself.
    if (this.kind === views.VIEW_LIST && this.holdAt < limits.FAR) {
      this.holdAt = limits.FAR;
      if (this.ports.facts.keys > 1) this.open(false);
      else this.stepList(1, this.now.ms);
    } else this.releaseOther();
  }

  private releaseOther(): void {
    if (this.peekUntil) {
      this.peekUntil = 0;
      this.dirty = true;
    }
    if (this.holdAt === limits.FAR) return;
    this.holdAt = limits.FAR;
    if (this.kind > views.VIEW_ENTRY) this.deny();
    else if (this.ports.facts.keys > 1) choose(this);
    else turn(this, this.kind, 1);
  }

  /** Called at the deadline, or any other time. */
  tick(): void {
    const ms = this.now.ms;
    if (ms >= this.holdAt && this.kind === views.VIEW_LIST) {
      this.lookedAt = ms;
      this.holdAt = limits.FAR;
      this.open(true);
      // A passcode may be waiting. What else fell due comes with the next tick, which it makes due.
    } else this.look(ms);
  }

  private look(ms: number): void {
    this.question.look(ms);
    // A release may have waited behind what kept the fob busy: that time made no yes of a no.
    const busy = ms - this.lookedAt - limits.LOOK_MS_MAX;
    if (busy > 0 && this.isWatched) this.holdAt += busy;
    this.lookedAt = ms;
    if (ms >= this.holdAt) {
      this.hold();
      return;
    }
    if (ms >= this.question.deadline) this.leave();
    if (ms >= this.lockAt) {
      this.lock.close();
      if (this.kind !== views.VIEW_OFF) this.home();
    }
    if (ms >= this.typist.deadline) {
      this.note = this.typist.tick(ms);
      this.dirty = true;
    }
    if (ms >= this.until) expire(this);
    if (!this.dirty && this.drawn !== this.second) runOn(this);
  }

  /** Whoever asked has gone: the answer, if there was one, is nobody else's. */
  leave(): void {
    const isShown = this.question.isWaiting;
    this.question.drop();
    if (isShown) this.home();
  }

  override sleep(): void {
    const state = this.state;
    this.forget();
    this.accounts.forget();
    this.show(views.VIEW_OFF, '', '', '', limits.FAR);
    if (state.pinDigits && !state.lockSeconds) this.lock.close();
  }

  /** Nothing of an account or a PIN stays in memory. */
  private forget(): void {
    this.account = undefined;
    this.entry = undefined;
    this.entered.fill(0);
  }

  /** A no, or a no to "Report it?" after it. */
  private deny(): void {
    if (this.kind === views.VIEW_ASK && this.style & questions.ASK_REPORT) {
      this.show(views.VIEW_REPORT, texts.ASK_REPORT_IT, '', texts.HINT_ASK, PRESS_WAIT_MS);
    } else answerWith(this, questions.ANSWER_NO, texts.DENIED);
  }

  private hold(): void {
    const kind = this.kind;
    const erases = this.erases;
    this.holdAt = limits.FAR;
    if (kind === views.VIEW_ASK) {
      // No PIN is asked for that there is none of, or that is behind it: with such a fob only what ends it can be approved.
      const asks =
        asksPin(this.state, PIN_TO_APPROVE) &&
        this.vault.hasPin &&
        !this.lock.closed &&
        this.style < questions.ASK_UNLOCKED;
      if (asks) enter(this, entries.ENTER_TO_APPROVE);
      else approve(this);
    } else if (kind === views.VIEW_REPORT) answerWith(this, questions.ANSWER_REPORTED, texts.REPORTED);
    else if (erases) eraseFob(this);
    else if (kind === views.VIEW_NOTICE) {
      this.vault.excuse();
      this.home();
    } else if (kind === views.VIEW_CODE) holdCode(this);
    else if (kind >= views.VIEW_HOME) choose(this);
  }

  private stepList(by: number, ms: number): void {
    const places = this.accounts.count + 1;
    this.quick = ms < this.stepAt + limits.JUMP_MS ? this.quick + 1 : 0;
    this.stepAt = ms;
    const far = this.quick > 1 && places > limits.JUMP_PLACES ? limits.JUMP_PLACES * by : by;
    this.place = (this.place + far + places) % places;
    this.list();
  }

  private back(): void {
    const kind = this.kind;
    if (kind > views.VIEW_ENTRY) this.deny();
    else if (kind === views.VIEW_ENTRY && this.entry) took(this, this.entry, this.entry.undo());
    else this.home();
  }

  /** What stands under the cursor. */
  private open(held: boolean): void {
    const account = this.account;
    if (account) openAccount(this, account, held);
    else choose(this);
  }

  /**
   * Asks the person to approve one request. Called again for every poll of the same request.
   * @param about what the request is about; the words and the number on the screen belong to it, too
   * @param style sum of the `ASK_` numbers
   * @param compared two digits to compare, or `NO_NUMBER`
   * @returns 0 once, after approval, or the refusal to answer now
   */
  ask(about: number | string, title: string, detail: string, style: number, compared: number): number {
    const ms = this.now.ms;
    const request = `${about}\n${title}\n${detail}\n${compared}`;
    if (!this.question.isIdle) return this.question.poll(request, ms);
    if (this.kind >= views.VIEW_BUSY) return REFUSED_BUSY;
    this.question.begin(request, ms);
    this.style = style;
    this.show(views.VIEW_ASK, title, detail, texts.HINT_ASK, PRESS_WAIT_MS);
    if (compared !== questions.NO_NUMBER) this.code = two(compared);
    return REFUSED_PRESS_NEEDED;
  }
}
