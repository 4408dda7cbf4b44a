import type { Db } from '../../storage/database/database.ts';
import { dropMailOf } from '../mail/queue.ts';

/** Why an activation can no longer be used, although it was neither used nor expired. */
export const endReasons = ['resent', 'attempts', 'operator', 'user'] as const;
export type EndReason = (typeof endReasons)[number];

/**
 * Ends an open activation, in the caller's transaction, and drops its unsent mail.
 *
 * @returns whether it was open
 */
export async function endActivation(
  db: Db,
  { id, reason, atMs }: { readonly id: string; readonly reason: EndReason; readonly atMs: number },
): Promise<boolean> {
  const ended = await db
    .updateTable('activations')
    .set({ state: 'revoked', reason, claim: null, claimed_until_ms: null })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .executeTakeFirst();
  if (ended.numUpdatedRows === 0n) return false;
  await dropMailOf(db, id, atMs);
  return true;
}

/** Ends the open activations of a token that is no longer reserved for its user. */
export async function endActivationsOfToken(db: Db, tokenId: string, atMs: number): Promise<void> {
  const open = await db
    .selectFrom('activations')
    .select('id')
    .where('token_id', '=', tokenId)
    .where('state', '=', 'open')
    .execute();
  for (const { id } of open) await endActivation(db, { id, reason: 'operator', atMs });
}
