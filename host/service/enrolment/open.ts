import type { Db } from '../data/database.ts';
import { type ActivationRow, standingOf } from './views.ts';

/** The activation of a code by its hash, however it stands, or undefined. Reading consumes nothing. */
export function activationByCode(db: Db, codeHash: string): Promise<ActivationRow | undefined> {
  return db.selectFrom('activations').selectAll().where('code_hash', '=', codeHash).executeTakeFirst();
}

/**
 * The activation of a code where it can be used now: open, within its time, of a user who is not disabled, and its token,
 * where it is for one, still set aside for that user. Otherwise undefined, whatever the reason: only help desk is told.
 */
export async function openActivation(
  db: Db,
  codeHash: string,
  nowMs: number,
): Promise<ActivationRow | undefined> {
  const row = await activationByCode(db, codeHash);
  if (row === undefined || standingOf(row, nowMs) !== 'open') return undefined;
  const user = await db
    .selectFrom('users')
    .select('id')
    .where('id', '=', row.user_id)
    .where('disabled_ms', 'is', null)
    .executeTakeFirst();
  if (user === undefined) return undefined;
  if (row.token_id === null) return row;
  const token = await db
    .selectFrom('tokens')
    .select('id')
    .where('id', '=', row.token_id)
    .where('user_id', '=', row.user_id)
    .where('state', '=', 'reserved')
    .executeTakeFirst();
  return token && row;
}
