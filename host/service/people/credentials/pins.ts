import { alertWhenLocked } from '../../alerts/locked.ts';
import { type Db, writing } from '../../data/database.ts';
import { engineOf } from '../../data/engine.ts';
import { limits } from '../../limits.ts';
import { done, type Management, type Result, refused } from '../../management.ts';
import type { Keys } from '../../sealing/key-file.ts';
import { macOf } from '../../sealing/seal.ts';
import { forgetAnswers } from '../../validation/answers.ts';
import { afterFailure, type LockStanding, lockStanding } from '../../validation/lock.ts';
import type { Actor } from '../actor.ts';
import { acceptablePin } from '../pin.ts';
import { readSettings } from '../settings.ts';
import { recordUserAct } from '../user-audit.ts';
import { findUser, lockFactsOf, prepareUserName, storeLockFacts, type User } from '../users.ts';
import { checkSlowHash, slowHash } from './slow-hash.ts';

/**
 * Whether a PIN is the user's own. One that must be changed does not count (R20); without user or PIN the answer is no,
 * and the work is the same.
 *
 * @throws ServiceError `busy` when too many are being checked at once
 */
export async function checkPin(
  keys: Keys,
  user: Pick<User, 'id' | 'pin_hash' | 'pin_change'> | undefined,
  typed: string,
): Promise<boolean> {
  const counts = user !== undefined && user.pin_change === 0;
  return await checkSlowHash(counts ? user.pin_hash : null, keyed(keys, user?.id ?? '', typed));
}

/**
 * What of a PIN is hashed: its MAC. A PIN has so few values that a slow hash alone would be searched through from a copy
 * of the database; without the key file there is nothing to search. Bound to the user, so no other row's hash helps.
 */
function keyed(keys: Keys, userId: string, pin: string): string {
  return macOf(keys, 'pin', [userId, pin.slice(0, limits.passcodeFieldMax)]);
}

/**
 * Takes a user's PIN away, so that the user must choose another before it counts again. Operators neither see nor set
 * one. Refusal: unknown_user.
 */
export async function resetPin(
  management: Management,
  actor: Actor,
  typed: string,
): Promise<Result<{ user: string }>> {
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const user = await findUser(db, prepareUserName(typed) ?? '');
    if (user === undefined) return refused('unknown_user');
    const change = { pin_hash: null, pin_change: 1 } as const;
    await db.updateTable('users').set(change).where('id', '=', user.id).execute();
    await forgetAnswers(db);
    await recordUserAct({ db, keys: management.keys, actor, atMs }, 'user.reset-pin', user);
    return done({ user: user.name });
  });
}

/** A PIN that a user chooses. Both are secrets. */
export interface PinChoice {
  readonly user: string;
  /** The present PIN; not asked for after a reset. */
  readonly current?: string | undefined;
  readonly pin: string;
}

/**
 * Sets the PIN that the user has chosen: after a reset, or knowing the present one. That the request is the user's own is
 * for the caller to make sure of. A wrong present PIN counts towards the account's lock, and a locked account's is not
 * looked at. Refusals: bad_pin, trivial_pin, pin_not_due, wrong_pin, same_pin.
 *
 * @throws ServiceError `busy`; then a failure may have been counted and nothing else happened
 */
export async function choosePin(
  management: Management,
  actor: Actor,
  choice: PinChoice,
): Promise<Result<{ user: string }>> {
  const { db, keys } = management;
  const problem = acceptablePin(choice.pin);
  if (problem !== undefined) return refused(problem);
  const user = await findUser(db, prepareUserName(choice.user) ?? '');
  if (user?.pin_change !== 1) {
    if (choice.current === undefined) return refused('pin_not_due');
    const standing = user && (await countAttempt(management, user.id));
    const right = await checkPin(keys, standing && user, choice.current);
    if (user === undefined || standing === undefined) return refused('wrong_pin');
    if (!right) {
      const failed = { userId: user.id, atMs: management.clock(), source: actor.source };
      await writing(db, transaction => alertWhenLocked(transaction, standing, failed));
      return refused('wrong_pin');
    }
    await takeBackAttempt(db, user.id);
    if (choice.current === choice.pin) return refused('same_pin');
  }
  const hash = await slowHash(keyed(keys, user.id, choice.pin));
  const atMs = management.clock();
  return await writing(db, async transaction => {
    // What was checked must still stand: neither reset nor changed meanwhile.
    const changed = await transaction
      .updateTable('users')
      .set({ pin_hash: hash, pin_change: 0 })
      .where('id', '=', user.id)
      .where('pin_change', '=', user.pin_change)
      .where('pin_hash', 'is not distinct from', user.pin_hash)
      .executeTakeFirst();
    if (changed.numUpdatedRows !== 1n) return refused('wrong_pin');
    await forgetAnswers(transaction);
    const detail = { afterReset: user.pin_change === 1 };
    await recordUserAct({ db: transaction, keys, actor, atMs }, 'user.choose-pin', user, detail);
    return done({ user: user.name });
  });
}

/**
 * Counts an attempt as failed before it is looked at, so that no number of attempts at once gets past the lock.
 *
 * @returns how the account stood before; undefined when it is locked, and nothing may be tried
 */
function countAttempt({ db, clock }: Management, userId: string): Promise<LockStanding | undefined> {
  const nowMs = clock();
  return writing(db, async transaction => {
    const user = await heldUser(transaction, userId);
    const standing = lockStanding(lockFactsOf(user), (await readSettings(transaction)).lock, nowMs);
    if (standing.locked) return undefined;
    await storeLockFacts(transaction, [{ userId, ...afterFailure(standing, 'pin', nowMs) }]);
    return standing;
  });
}

/** The attempt was right and is no failure; what was counted besides it stays. */
async function takeBackAttempt(db: Db, userId: string): Promise<void> {
  await writing(db, async transaction => {
    const user = await heldUser(transaction, userId);
    // Where a success has ended it meanwhile there is nothing to take back.
    if (user.pin_failures === 0) return;
    const facts = lockFactsOf(user);
    const failures = facts.failures - 1;
    const lastFailureMs = failures === 0 ? null : facts.lastFailureMs;
    const left = { ...facts, failures, pinFailures: facts.pinFailures - 1, lastFailureMs };
    await storeLockFacts(transaction, [{ userId, ...left }]);
  });
}

/** A user whom no log-in changes until the transaction ends (`validating` is not kept out by `writing`). */
function heldUser(db: Db, id: string): Promise<User> {
  const query = db.selectFrom('users').selectAll().where('id', '=', id);
  return (engineOf(db) === 'postgres' ? query.forUpdate() : query).executeTakeFirstOrThrow();
}
