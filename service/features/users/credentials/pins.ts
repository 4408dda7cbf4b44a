import type { Actor } from '../../../base/actor.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import { lockState } from '../../../base/lock.ts';
import { done, type Result, refused } from '../../../base/results.ts';
import { checkSlowHash, slowHash } from '../../../base/slow-hash.ts';
import { type Db, writing } from '../../../storage/database/database.ts';
import type { Keys } from '../../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../../storage/encryption-at-rest/seal.ts';
import { cacheResults, clearIdempotencyCache } from '../../../storage/idempotency.ts';
import type { Management } from '../../../storage/management.ts';
import { fewestPinDigits, isPinDue, pinProblem } from '../pin.ts';
import { readSettings } from '../settings.ts';
import { recordUserAct } from '../user-audit.ts';
import { findUser, lockFactsOf, prepareUserName, type User } from '../users.ts';
import { isPinProof } from './pin-proofs.ts';

/**
 * Whether a PIN is the user's own. One that must be changed does not count; without user or PIN the answer is no,
 * and the work is the same.
 *
 * @throws ServiceError `busy` when too many are being checked at once
 */
export async function checkPin(
  keys: Keys,
  user: Pick<User, 'id' | 'pin_hash' | 'pin_change'> | undefined,
  typed: string,
): Promise<boolean> {
  const counts = user !== undefined && !isPinDue(user);
  return await checkSlowHash(counts ? user.pin_hash : null, keyed(keys, user?.id ?? '', typed));
}

/**
 * What of a PIN is hashed: its MAC. A PIN has so few values that a slow hash alone would be searched through from a copy
 * of the database; without the key file there is nothing to search. Bound to the user, so no other row's hash helps.
 */
function keyed(keys: Keys, userId: string, pin: string): string {
  return macOf(keys, 'pin', [userId, pin.slice(0, validationLimits.passcodeFieldMax)]);
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
    await clearIdempotencyCache(db);
    await recordUserAct({ db, keys: management.keys, actor, atMs }, 'user.reset-pin', user);
    return done({ user: user.name });
  });
}

/** A PIN that a user chooses. `proof` and `pin` are secrets. */
export interface PinChoice {
  readonly user: string;
  readonly applicationId: string;
  /** That they are there: `pin-proofs.ts`. */
  readonly proof: string;
  readonly pin: string;
  /** What a repeat of the same choice is recognised by, which gets the same answer. */
  readonly fingerprint?: string | undefined;
}

/**
 * Sets the PIN that a user has chosen who has proved to be there. Refusals: `pin_not_proved`, where the proof is too old or is
 * of another PIN, and where the account is locked or disabled; `bad_pin`, `trivial_pin`, `same_pin`.
 *
 * @throws ServiceError `busy`; then nothing was set
 */
export async function choosePin(
  management: Management,
  actor: Actor,
  { user: name, applicationId, proof, pin, fingerprint }: PinChoice,
): Promise<Result<{ user: string }>> {
  const { db, keys } = management;
  const user = await findUser(db, prepareUserName(name) ?? '');
  const atMs = management.clock();
  const isProved = await isPinProof(management, { user: user ?? nobody, applicationId }, proof, atMs);
  if (user === undefined || !isProved || (await isClosed(db, user, atMs))) return refused('pin_not_proved');
  const problem = pinProblem(pin, await fewestPinDigits(db, user.id));
  if (problem !== undefined) return { ok: false, refusal: problem };
  if (await checkPin(keys, user, pin)) return refused('same_pin');
  const hash = await slowHash(keyed(keys, user.id, pin));
  return await writing(db, async transaction => {
    // What was proved must still stand: no fob taken out of use, and the PIN neither reset nor changed meanwhile.
    if (!(await isPinProof({ db: transaction, keys }, { user, applicationId }, proof, atMs)))
      return refused('pin_not_proved');
    const changed = await transaction
      .updateTable('users')
      .set({ pin_hash: hash, pin_change: 0 })
      .where('id', '=', user.id)
      .where('pin_change', '=', user.pin_change)
      .where('pin_hash', 'is not distinct from', user.pin_hash)
      .executeTakeFirst();
    if (changed.numUpdatedRows !== 1n) return refused('pin_not_proved');
    await clearIdempotencyCache(transaction);
    if (fingerprint !== undefined)
      await cacheResults(transaction, [{ fingerprint, outcome: 'new_pin', nowMs: atMs }]);
    const detail = {
      afterReset: user.pin_change === 1,
      isFirst: user.pin_hash === null && user.pin_change === 0,
    };
    await recordUserAct({ db: transaction, keys, actor, atMs }, 'user.choose-pin', user, detail);
    return done({ user: user.name });
  });
}

/** In place of a user whom there is not: the work is the same. */
export const nobody = { id: '', pin_hash: null, pin_change: 0 } as const;

async function isClosed(db: Db, user: User, nowMs: number): Promise<boolean> {
  const { lock } = await readSettings(db);
  return user.disabled_ms !== null || lockState(lockFactsOf(user), lock, nowMs).locked;
}
