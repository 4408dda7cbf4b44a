import type { Actor } from '../../../base/actor.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import { lockState } from '../../../base/lock.ts';
import { refused } from '../../../base/results.ts';
import { checkSlowHash, slowHash } from '../../../base/slow-hash.ts';
import { type Db, writing } from '../../../storage/database/database.ts';
import type { Keys } from '../../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../../storage/encryption-at-rest/seal.ts';
import { cacheResults, clearIdempotencyCache } from '../../../storage/idempotency.ts';
import type { Management } from '../../../storage/management.ts';
import { audited, did } from '../../kit/act.ts';
import { fewestPinDigits, isPinDue, pinProblem } from '../pin.ts';
import { readSettings } from '../settings.ts';
import { findUser, lockFactsOf, prepareUserName, type User } from '../users.ts';
import { isPinProof } from './pin-proofs.ts';

/**
 * Whether a PIN is the user's own. A PIN that must be changed does not count; without user or PIN the result is
 * false, and the work is the same.
 *
 * @throws ServiceError `busy` if too many PINs are being checked at once
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
 * Returns the part of a PIN that is hashed: its MAC. A PIN has so few values that a copy of the database would
 * suffice to search all of them, despite a slow hash; without the key file there is nothing to search. The MAC is
 * bound to the user, so a hash from another row is useless.
 */
function keyed(keys: Keys, userId: string, pin: string): string {
  return macOf(keys, 'pin', [userId, pin.slice(0, validationLimits.passcodeFieldMax)]);
}

/** A PIN that a user chooses. `proof` and `pin` are secrets. */
export interface PinChoice {
  readonly user: string;
  readonly applicationId: string;
  /** The proof that the user is present: `pin-proofs.ts`. */
  readonly proof: string;
  readonly pin: string;
  /** What a repeat of the same choice asks for, each with its fingerprint: it gets the same response. */
  readonly fingerprints?: readonly string[];
}

/**
 * Sets the PIN chosen by a user who has proved to be present: the proof is not too old and not for another PIN, and the
 * account is neither locked nor disabled.
 *
 * @throws ServiceError `busy`; then nothing was set
 */
export async function choosePin(
  management: Management,
  actor: Actor,
  { user: name, applicationId, proof, pin, fingerprints = [] }: PinChoice,
) {
  const { db, keys } = management;
  const user = await findUser(db, prepareUserName(name) ?? '');
  const atMs = management.clock();
  const isProved = await isPinProof(management, { user: user ?? nobody, applicationId }, proof, atMs);
  if (user === undefined || !isProved || (await isClosed(db, user, atMs))) return refused('pin_not_proved');
  const problem = pinProblem(pin, await fewestPinDigits(db, user.id));
  if (problem !== undefined) return refused(problem.code, problem.text);
  if (await checkPin(keys, user, pin)) return refused('same_pin');
  const hash = await slowHash(keyed(keys, user.id, pin));
  return await writing(db, async transaction => {
    // The proof must still be valid: no token became unusable, and the PIN was neither reset nor changed meanwhile.
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
    await clearIdempotencyCache(transaction, user.id);
    const answer = { userId: user.id, outcome: 'new_pin', nowMs: atMs } as const;
    await cacheResults(
      transaction,
      fingerprints.map(fingerprint => ({ fingerprint, ...answer })),
    );
    const detail = {
      afterReset: user.pin_change === 1,
      isFirst: user.pin_hash === null && user.pin_change === 0,
    };
    const acting = { db: transaction, keys, actor, atMs };
    return await audited(
      acting,
      { kind: 'user', action: 'user.choose-pin' },
      did({ user: user.name }, user, detail),
    );
  });
}

/** Replaces an unknown user, so that the work is the same. */
export const nobody = { id: '', pin_hash: null, pin_change: 0 } as const;

async function isClosed(db: Db, user: User, nowMs: number): Promise<boolean> {
  const { lock } = await readSettings(db);
  return user.disabled_ms !== null || lockState(lockFactsOf(user), lock, nowMs).locked;
}
