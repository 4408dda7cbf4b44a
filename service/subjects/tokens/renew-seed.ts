import { randomBytes } from 'node:crypto';
import type { Acting } from '../../storage/acting.ts';
import { seal } from '../../storage/encryption-at-rest/seal.ts';
import type { TokenRow } from './rows.ts';
import { secretOf } from './tokens.ts';

/**
 * Gives a token that another user had before a new seed, in the caller's transaction: its account is written to the
 * fob again. With the old seed, passcodes that the other user wrote down from a counter-based token would be right
 * for the new user: the fob begins to count again behind the last one that was accepted.
 *
 * @returns the token, with its old seed if nobody else had it
 */
export async function renewSeed({ db, keys }: Acting, token: TokenRow, userId: string): Promise<TokenRow> {
  const other = await db
    .selectFrom('assignments')
    .select('id')
    .where('token_id', '=', token.id)
    .where('user_id', '<>', userId)
    .limit(1)
    .executeTakeFirst();
  const old = other && token.kind !== 'ocra' ? secretOf(keys, token) : undefined;
  if (old === undefined) return token;
  const secret = randomBytes(old.length);
  old.fill(0);
  const { box, keyId } = seal(keys, { table: 'tokens', id: token.id }, secret);
  secret.fill(0);
  // Its last accepted step stays: replay protection never goes back.
  const changes = { sealed_secret: box, key_id: keyId, recent: '[]', ahead_step: null, ahead_ms: null };
  await db.updateTable('tokens').set(changes).where('id', '=', token.id).execute();
  return { ...token, ...changes };
}
