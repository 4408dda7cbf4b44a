import type { Actor } from '../../../base/actor.ts';
import { commonPasswords } from '../../../base/common-passwords.ts';
import { credentialLimits } from '../../../base/limits/credentials.ts';
import { done, refused } from '../../../base/results.ts';
import { checkSlowHash, isOutdated, slowHash } from '../../../base/slow-hash.ts';
import { type Db, writing } from '../../../storage/database/database.ts';
import type { Management } from '../../../storage/management.ts';
import { endSessionsOf } from '../sessions.ts';
import { recordUserAct } from '../user-audit.ts';
import { findUser, prepareUserName, type User } from '../users.ts';

/** A password for a user. The text is a secret. */
export interface NewPassword {
  readonly user: string;
  readonly password: string;
}

/**
 * Sets a user's password; the user's sessions end.
 *
 * @throws ServiceError `busy`
 */
export async function setPassword(
  management: Management,
  actor: Actor,
  { user: typed, password }: NewPassword,
) {
  const name = prepareUserName(typed) ?? '';
  const present = await findUser(management.db, name);
  if (present === undefined) return refused('unknown_user');
  const problem = passwordProblem(password, present);
  if (problem !== undefined) return refused(problem);
  // Hashing is slow, so it runs before the transaction, which would delay other writers.
  const hash = await slowHash(prepared(password));
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const user = await findUser(db, name);
    if (user === undefined) return refused('unknown_user');
    await db.updateTable('users').set({ password_hash: hash }).where('id', '=', user.id).execute();
    // With them the cached responses to requests with the old password.
    await endSessionsOf(db, user.id);
    const first = { first: user.password_hash === null };
    await recordUserAct({ db, keys: management.keys, actor, atMs }, 'user.set-password', user, first);
    return done({ user: user.name });
  });
}

/**
 * Whether a password matches a hash. Without a hash (unknown user, or no password) the result is false and the work
 * is the same.
 *
 * @throws ServiceError `busy` if too many passwords are being checked at once
 */
export async function checkPassword(hash: string | null, typed: string): Promise<boolean> {
  const fits = typed.length <= credentialLimits.passwordFieldMax;
  const equal = await checkSlowHash(hash, fits ? prepared(typed) : '');
  return fits && equal;
}

/**
 * Hashes a password again if its hash was made with old parameters. Call this after the password was found right; a
 * password that was changed meanwhile stays.
 *
 * @throws ServiceError `busy`
 */
export async function refreshPasswordHash(
  db: Db,
  user: Pick<User, 'id' | 'password_hash'>,
  typed: string,
): Promise<void> {
  const before = user.password_hash;
  if (before === null || !isOutdated(before)) return;
  const hash = await slowHash(prepared(typed));
  await writing(db, transaction =>
    transaction
      .updateTable('users')
      .set({ password_hash: hash })
      .where('id', '=', user.id)
      .where('password_hash', '=', before)
      .execute(),
  );
}

/**
 * Returns why a password is not allowed, or undefined (SP 800-63B §5.1.1.2: length and lists, no composition rules).
 */
export function passwordProblem(password: string, user: Pick<User, 'name' | 'email'>) {
  if (password.length > credentialLimits.passwordFieldMax) return 'password_length';
  const characters = [...prepared(password)];
  if (characters.length < credentialLimits.passwordMin || characters.length > credentialLimits.passwordMax)
    return 'password_length';
  const folded = prepared(password).toLowerCase();
  const isTooPlain = new Set(folded).size < credentialLimits.passwordDistinctMin;
  if (isTooPlain || commonPasswords.has(folded.replace(/[\s_-]/g, ''))) return 'password_common';
  const names = [user.name, user.email?.toLowerCase()];
  return names.includes(folded.trim()) ? 'password_is_name' : undefined;
}

/** Normalises the characters of a password, however they were typed (SP 800-63B §5.1.1.2). */
function prepared(password: string): string {
  return password.normalize('NFKC');
}
