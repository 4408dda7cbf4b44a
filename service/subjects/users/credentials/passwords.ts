import { commonPasswords } from '../../../base/common-passwords.ts';
import { credentialLimits } from '../../../base/limits/credentials.ts';
import { checkSlowHash, isOutdated, slowHash } from '../../../base/slow-hash.ts';
import { type Db, writing } from '../../../storage/database/database.ts';
import type { User } from '../users.ts';

/**
 * Whether a password matches a hash. Without a hash (unknown user, or no password) the result is false and the work
 * is the same.
 *
 * @throws ServiceError `busy` if too many passwords are being checked at once
 */
export async function checkPassword(hash: string | null, typed: string): Promise<boolean> {
  const fits = typed.length <= credentialLimits.passwordFieldMax;
  const equal = await checkSlowHash(hash, fits ? preparedPassword(typed) : '');
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
  const hash = await slowHash(preparedPassword(typed));
  await writing(db, transaction =>
    transaction
      .updateTable('users')
      .set({ password_hash: hash })
      .where('id', '=', user.id)
      .where('password_hash', '=', before)
      .execute(),
  );
}

/** Returns why a password is not allowed for a user, or undefined. */
export function passwordProblem(password: string, user: Pick<User, 'name' | 'email'>) {
  return plainPasswordProblem(password) ?? (isNameOf(password, user) ? 'password_is_name' : undefined);
}

/**
 * Returns why a password is allowed for nobody, or undefined (SP 800-63B §5.1.1.2: length and lists, no composition
 * rules).
 */
export function plainPasswordProblem(password: string) {
  if (password.length > credentialLimits.passwordFieldMax) return 'password_length';
  const characters = [...preparedPassword(password)];
  if (characters.length < credentialLimits.passwordMin || characters.length > credentialLimits.passwordMax)
    return 'password_length';
  const folded = foldedPassword(password);
  const isTooPlain = new Set(folded).size < credentialLimits.passwordDistinctMin;
  return isTooPlain || commonPasswords.has(folded.replace(/[\s_-]/g, '')) ? 'password_common' : undefined;
}

/** Whether a password is the user's name or e-mail address. */
export function isNameOf(password: string, user: Pick<User, 'name' | 'email'>): boolean {
  return [user.name, user.email?.toLowerCase()].includes(foldedPassword(password).trim());
}

function foldedPassword(password: string): string {
  return preparedPassword(password).toLowerCase();
}

/** Normalises the characters of a password, however they were typed (SP 800-63B §5.1.1.2). */
export function preparedPassword(password: string): string {
  return password.normalize('NFKC');
}
