import { sql } from 'kysely';
import type { Db } from '../../storage/database/database.ts';

/**
 * Whether every accepted passcode is a decimal number: only then a form asks a telephone for its number keys. The
 * user is not known before the form is sent, so this covers all tokens.
 */
export async function areAllDecimal(db: Db): Promise<boolean> {
  const lettered = await db
    .selectFrom('tokens')
    .select('id')
    .where('alphabet', '<>', sql.lit('decimal' as const))
    .where('state', '<>', sql.lit('revoked' as const))
    .limit(1)
    .executeTakeFirst();
  return lettered === undefined;
}
