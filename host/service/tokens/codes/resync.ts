import { alertWhenLocked } from '../../alerts/locked.ts';
import { recordAudit } from '../../audit/record.ts';
import type { Db } from '../../data/database.ts';
import { engineOf } from '../../data/engine.ts';
import { limits } from '../../limits.ts';
import { done, type Management, type RefusalCode, type Result, refused } from '../../management.ts';
import type { Actor } from '../../people/actor.ts';
import { readLockPolicy } from '../../people/settings.ts';
import { lockFactsOf, storeLockFacts, type User } from '../../people/users.ts';
import { afterFailure, afterSuccess, type LockPolicy, lockStanding } from '../../validation/lock.ts';
import {
  asShown,
  normalisePasscode,
  type PasscodeFacts,
  passcodeAt,
  sameText,
  timeStep,
} from '../../validation/passcode.ts';
import { withAcceptance } from '../../validation/recent.ts';
import { type Acting, actOf } from '../acting.ts';
import type { TokenRow } from '../rows.ts';
import { usableStates } from '../states.ts';
import { passcodeFactsOf, secretOf, usableTokens } from '../tokens.ts';

/** Two passcodes that a fob showed one right after the other. Secrets until they are used up. */
export interface TwoPasscodes {
  readonly first: string;
  readonly second: string;
}

/** What a resynchronisation found. */
export interface Resynchronised {
  readonly serial: string;
  /** Steps by which the fob's clock is ahead of the service's; 0 for HOTP. */
  readonly driftSteps: number;
  /** The drift is so large that the fob's clock should be set. */
  readonly clockIsOff: boolean;
}

/**
 * Finds a token of which two consecutive passcodes are known again (RFC 4226 §7.4), never below its high-water mark.
 * Both are then used up. A miss counts as a failure of the account, so that it is no second way to guess: under `lock`, or
 * as the settings say.
 *
 * Refused: `unknown_serial`, `not_usable`, `account_locked`, `resync_failed`, `seed_unreadable`.
 */
export function resyncToken(
  management: Management,
  actor: Actor,
  input: TwoPasscodes & { readonly serial: string },
  lock?: LockPolicy,
): Promise<Result<Resynchronised>> {
  return actOf(async (acting: Acting): Promise<Result<Resynchronised>> => {
    const seen = await acting.db
      .selectFrom('tokens')
      .selectAll()
      .where('serial', '=', input.serial)
      .executeTakeFirst();
    if (seen === undefined) return refused('unknown_serial');
    const user = await lockUser(acting.db, seen.user_id ?? '');
    if (user === undefined || !usableStates.includes(seen.state) || seen.kind === 'ocra')
      return refused('not_usable');
    const tokens = (await usableTokens(acting.db, user.id)).filter(({ id }) => id === seen.id);
    return resync(acting, { user, tokens, input, lock: lock ?? (await readLockPolicy(acting.db)) });
  })(management, actor, undefined);
}

/**
 * The same by the users themselves, who need not know which of their tokens it is.
 *
 * Refused: `unknown_user`, `no_usable_token`, `account_locked`, `resync_failed`, `seed_unreadable`.
 */
export function resyncOwnToken(
  management: Management,
  actor: Actor,
  input: TwoPasscodes & { readonly userId: string },
  lock?: LockPolicy,
): Promise<Result<Resynchronised>> {
  return actOf(async (acting: Acting): Promise<Result<Resynchronised>> => {
    const user = await lockUser(acting.db, input.userId);
    if (user === undefined) return refused('unknown_user');
    const tokens = await usableTokens(acting.db, user.id);
    return tokens.length === 0
      ? refused('no_usable_token')
      : resync(acting, { user, tokens, input, lock: lock ?? (await readLockPolicy(acting.db)) });
  })(management, actor, undefined);
}

/** The user's row before the token's, as validations take them, so that none waits for the other in a ring. */
function lockUser(db: Db, userId: string): Promise<User | undefined> {
  const query = db.selectFrom('users').selectAll().where('id', '=', userId);
  return (engineOf(db) === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
}

interface Attempt {
  readonly user: User;
  readonly tokens: readonly TokenRow[];
  readonly input: TwoPasscodes;
  readonly lock: LockPolicy;
}

async function resync(acting: Acting, attempt: Attempt): Promise<Result<Resynchronised>> {
  const { user, tokens, input } = attempt;
  const standing = lockStanding(lockFactsOf(user), attempt.lock, acting.atMs);
  if (standing.locked) return refused('account_locked');
  let problem: RefusalCode = 'resync_failed';
  for (const token of tokens) {
    const step = firstStepOf(acting, token, input);
    if (step === 'unreadable') problem = 'seed_unreadable';
    else if (step !== undefined && (await take(acting, token, step))) {
      await storeLockFacts(acting.db, [{ userId: user.id, ...afterSuccess(standing, {}) }]);
      const driftSteps = driftOf(token, step + 1, acting.atMs);
      await record(acting, user, token, { found: true, driftSteps });
      const clockIsOff = Math.abs(driftSteps) > limits.driftMaxSteps;
      return done({ serial: token.serial, driftSteps, clockIsOff });
    }
  }
  await storeLockFacts(acting.db, [{ userId: user.id, ...afterFailure(standing, 'passcode', acting.atMs) }]);
  const { atMs, actor: by } = acting;
  await alertWhenLocked(acting.db, standing, { userId: user.id, atMs, source: by.source });
  await record(acting, user, tokens.length === 1 ? tokens[0] : undefined, { found: false });
  return refused(problem);
}

/** The step of the first of the two passcodes, where they are two consecutive ones above the mark. */
function firstStepOf(
  acting: Acting,
  token: TokenRow,
  { first, second }: TwoPasscodes,
): number | undefined | 'unreadable' {
  const secret = secretOf(acting.keys, token);
  if (secret === undefined) return 'unreadable';
  try {
    const [from, to] = searched(token, acting.atMs);
    const facts = passcodeFactsOf(token);
    const one = shownAs(facts, first);
    const two = shownAs(facts, second);
    if (one === undefined || two === undefined || from >= to) return undefined;
    let found: number | undefined;
    let previous = passcodeAt(facts, secret, from);
    // To the end whatever is found: how long it takes says nothing about where the token stands.
    for (let step = from; step < to; step++) {
      const next = passcodeAt(facts, secret, step + 1);
      if (sameText(previous, one) && sameText(next, two)) found ??= step;
      previous = next;
    }
    return found;
  } finally {
    secret.fill(0);
  }
}

function shownAs(facts: PasscodeFacts, typed: string): string | undefined {
  const passcode = normalisePasscode(typed);
  return passcode === undefined ? undefined : asShown(facts, passcode);
}

/** The first and the last step that are looked at. */
function searched(token: TokenRow, nowMs: number): readonly [number, number] {
  const from = token.last_step + 1;
  if (token.period_seconds === null) return [from, Math.min(from + limits.resyncCounters, limits.counterMax)];
  const now = timeStep(nowMs, token.period_seconds);
  const around = timeStep(limits.resyncAroundMs, token.period_seconds);
  return [Math.max(from, now - around), now + around];
}

function driftOf(token: TokenRow, step: number, nowMs: number): number {
  return token.period_seconds === null ? 0 : step - timeStep(nowMs, token.period_seconds);
}

/** Moves the mark to the second passcode, unless somebody was there before; both are remembered as used. */
async function take({ db, actor, atMs }: Acting, token: TokenRow, first: number): Promise<boolean> {
  const { source } = actor;
  const once = withAcceptance(token.recent, { step: first, atMs, source });
  const moved = await db
    .updateTable('tokens')
    .set({
      last_step: first + 1,
      drift_steps: driftOf(token, first + 1, atMs),
      recent: withAcceptance(once, { step: first + 1, atMs, source }),
    })
    .where('id', '=', token.id)
    .where('last_step', '<', first)
    .where('state', 'in', usableStates)
    .executeTakeFirst();
  return moved.numUpdatedRows === 1n;
}

function record(
  { db, keys, actor, atMs }: Acting,
  user: User,
  token: TokenRow | undefined,
  detail: Readonly<Record<string, boolean | number>>,
): Promise<void> {
  const about =
    token === undefined
      ? ({ subjectKind: 'user', subjectId: user.id, subject: user.name } as const)
      : ({ subjectKind: 'token', subjectId: token.id, subject: token.serial } as const);
  return recordAudit(db, keys, { atMs, actor, action: 'token.resync', ...about, detail });
}
