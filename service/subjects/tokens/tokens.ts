import type { PasscodeFacts } from '../../base/passcode.ts';
import { usableStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { unseal } from '../../storage/encryption-at-rest/seal.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import type { PasscodeToken, TokenRow } from './rows.ts';

/** Returns the tokens of a user whose passcodes may be accepted without a question. */
export function usableTokens(db: Db, userId: string): Promise<TokenRow[]> {
  return db
    .selectFrom('tokens')
    .selectAll()
    .where('user_id', '=', userId)
    .where('state', 'in', usableStates)
    .where('kind', '<>', 'ocra')
    .orderBy('created_ms')
    .execute();
}

/** Returns the token with this serial number, locked against validations until the transaction ends. */
export function lockToken(transaction: Db, serial: string): Promise<TokenRow | undefined> {
  const query = transaction.selectFrom('tokens').selectAll().where('serial', '=', serial);
  // SQLite has one writer, and no row locks.
  return (engineOf(transaction) === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
}

/** Returns the name of a token's user, if it has one. */
export async function userNameOf(db: Db, userId: string | null): Promise<string | null> {
  if (userId === null) return null;
  const user = await db.selectFrom('users').select('name').where('id', '=', userId).executeTakeFirst();
  return user?.name ?? null;
}

/** Returns how many tokens of a user are not revoked. */
export async function countTokens(db: Db, userId: string): Promise<number> {
  const { count } = await db
    .selectFrom('tokens')
    .select(query => query.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .where('state', '<>', 'revoked')
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Returns the secret of a token, or undefined if it cannot be decrypted. The caller clears it after use. */
export function secretOf(
  keys: Keys,
  row: Pick<TokenRow, 'id' | 'sealed_secret' | 'key_id'>,
): Uint8Array | undefined {
  if (row.sealed_secret === null || row.key_id === null) return undefined;
  return unseal(keys, { table: 'tokens', id: row.id }, { box: row.sealed_secret, keyId: row.key_id });
}

/** Returns the facts of a row that verification needs. */
export function passcodeFactsOf(row: PasscodeToken): PasscodeFacts {
  return {
    kind: row.kind,
    algorithm: row.algorithm,
    alphabet: row.alphabet,
    digits: row.digits,
    periodSeconds: row.period_seconds,
    lastStep: row.last_step,
    driftSteps: row.drift_steps,
    lookAhead: row.look_ahead,
    ahead:
      row.ahead_step === null || row.ahead_ms === null
        ? undefined
        : { step: row.ahead_step, atMs: row.ahead_ms },
  };
}
