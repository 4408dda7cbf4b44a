import { PRESS_DEAF_MS, PRESS_WAIT_MS } from '@passfob/protocol/limits';
import { timeStep } from '@passfob/protocol/otp';
import { REFUSED_BUSY, REFUSED_PRESS_NEEDED } from '@passfob/protocol/refusals';
import { act, dropRequest, eraseFob, home, openAccount } from './acts.ts';
import { NO_NUMBER } from './approval.ts';
import { has } from './base/bits.ts';
import * as limits from './base/limits.ts';
import * as texts from './base/texts.ts';
import { two } from './date.ts';
import type { Person } from './person.ts';
import * as views from './screens/views.ts';
import { VIEW } from './screens/views.ts';
import { rehint, say, show } from './shows.ts';

/** What comes in: keys, time, and questions of the computer. */

const KEY_MAIN = 0;
const KEY_NEXT = 1;
const KEY_BACK = 3;

/** A key went down or up: 0 main, 1 next, 2 previous, 3 back. */
export function keyMoved(person: Person, which: number, down: boolean): void {
  const ms = person.now.ms;
  const kind = person.kind;
  person.inputAt = ms;
  // A pool that is ready takes the time of one edge of each press: work on the other edge would delay a passcode.
  if (down || !person.pool.ready) person.pool.keepMoment(ms);
  if (down) goDown(person, which, kind, ms);
  else if (which === KEY_MAIN) goUp(person);
}

function goDown(person: Person, which: number, kind: number, ms: number): void {
  person.keyAt = ms;
  if (kind !== VIEW.list || which === KEY_BACK) pressOther(person, which, kind, ms);
  else if (which === KEY_MAIN) {
    person.endsAt = ms + person.state.screenSeconds * 1000;
    person.holdAt = ms + limits.HOLD_MS;
  } else act(person, views.ON_TURN, which === KEY_NEXT ? 1 : -1);
}

/** Handles a key that goes down outside the list, or the back key in the list. */
function pressOther(person: Person, which: number, kind: number, ms: number): void {
  const asks = has(views.ASKS, kind);
  // The display does not turn off while the person uses the keys.
  if (has(views.KEEPS_DISPLAY_ON, kind)) person.endsAt = ms + person.state.screenSeconds * 1000;
  if (kind === VIEW.off) home(person);
  // A press meant for the view before must not answer a question that has just appeared.
  else if (!asks || ms >= person.approval.askedAt + PRESS_DEAF_MS) {
    if (which === KEY_MAIN) {
      const holdMs = asks ? limits.APPROVE_HOLD_MS : limits.HOLD_MS;
      person.holdAt = ms + (person.erases ? limits.ERASE_HOLD_MS : holdMs);
    } else if (which === KEY_BACK) act(person, views.ON_BACK, -1);
    else act(person, views.ON_TURN, which === KEY_NEXT ? 1 : -1);
  } else if (which === KEY_MAIN) rehint(person, texts.TOO_SOON);
}

function goUp(person: Person): void {
  // A press that began on the list ends nothing else.
  if (person.kind === VIEW.list && person.holdAt < limits.FAR) {
    person.holdAt = limits.FAR;
    const account = person.account;
    if (person.ports.facts.keys < 2) act(person, views.ON_ONLY_PRESS, 1);
    else if (account) openAccount(person, account, false);
    else act(person, views.ON_PRESS, 1);
  } else releaseOther(person);
}

/** Handles a main key that goes up outside the list, or after a hold. */
function releaseOther(person: Person): void {
  if (person.peekUntil) {
    person.peekUntil = 0;
    person.dirty = true;
  }
  if (person.holdAt === limits.FAR) {
    // The press went down too soon to count, and the hint has said so.
    if (has(views.ASKS, person.kind)) rehint(person, texts.HINT_ASK);
    return;
  }
  person.holdAt = limits.FAR;
  act(person, person.ports.facts.keys > 1 ? views.ON_PRESS : views.ON_ONLY_PRESS, 1);
}

/** Does the work that is due. Called at the deadline, or at any other time. */
export function doDue(person: Person): void {
  const ms = person.now.ms;
  if (ms >= person.holdAt && person.kind === VIEW.list) {
    person.holdAt = limits.FAR;
    const account = person.account;
    if (account) openAccount(person, account, true);
    else act(person, views.ON_HOLD, 1);
    // A passcode may be waiting, so other work that is due waits for the next tick, which comes at once.
  } else handleDue(person, ms);
}

/** Does the work that is due: at most one hold, or anything else. */
function handleDue(person: Person, ms: number): void {
  person.approval.look(ms);
  // A release may have waited while the fob was busy: the busy time does not count towards the hold, or a no could
  // become a yes.
  const busy = ms - person.inputAt - limits.LOOK_MS_MAX;
  if (busy > 0 && person.isWatched) person.holdAt += busy;
  person.inputAt = ms;
  if (ms >= person.holdAt) {
    person.holdAt = limits.FAR;
    if (person.erases) eraseFob(person);
    else act(person, views.ON_HOLD, 1);
    return;
  }
  if (ms >= person.approval.deadline) dropRequest(person);
  if (ms >= person.lockAt) {
    person.lock.close();
    if (person.kind !== VIEW.off) home(person);
  }
  if (ms >= person.typist.deadline) {
    person.view.note = person.typist.tick(ms);
    person.dirty = true;
  }
  if (ms >= person.endsAt) act(person, views.ON_TIMEOUT, 1);
  if (!person.dirty && person.secondDrawn !== person.second) countOn(person);
}

/** Shows the next value of the number that counts on the screen. */
function countOn(person: Person): void {
  const account = person.account;
  const second = person.second;
  const kind = person.kind;
  person.dirty = true;
  if (kind === VIEW.code && account) {
    if (person.time.unset) say(person, texts.NO_TIME);
    else if (timeStep(second, account.period) !== timeStep(person.secondDrawn, account.period)) {
      person.code = person.accounts.totp(account, second);
      person.view.large = person.code;
      person.view.next = '';
    }
  } else if (person.erases) person.view.detail = `${texts.ERASING} ${second} s`;
  else if (has(views.LOOKS_AGAIN, kind)) {
    // What counts does not keep the display on.
    const until = person.endsAt;
    home(person);
    if (person.kind === kind) person.endsAt = until;
  }
}

/**
 * Asks the person to approve one request. Every poll of the same request calls it again.
 * @param about the subject of the request; the words and the number on the screen identify it, too
 * @param style sum of the `ASK_` numbers
 * @param compared two digits to compare, or `NO_NUMBER`
 * @returns 0 once, after approval; otherwise the refusal to answer now
 */
export function ask(
  person: Person,
  about: number | string,
  title: string,
  detail: string,
  style: number,
  compared: number,
): number {
  const ms = person.now.ms;
  const request = `${about}\n${title}\n${detail}\n${compared}`;
  if (!person.approval.isIdle) return person.approval.poll(request, ms);
  if (has(views.IS_BUSY, person.kind)) return REFUSED_BUSY;
  person.wipeEntry();
  person.approval.begin(request, ms);
  person.askStyle = style;
  show(person, VIEW.ask, title, detail, texts.HINT_ASK, PRESS_WAIT_MS);
  if (compared !== NO_NUMBER) person.view.large = two(compared);
  return REFUSED_PRESS_NEEDED;
}
