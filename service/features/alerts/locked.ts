import { alertLimits } from '../../base/limits/alerts.ts';
import type { LockState } from '../../base/lock.ts';
import type { Db } from '../../storage/database/database.ts';
import { type NewAlert, raiseAlert } from './alerts.ts';

/** Whose failure it was, when and from where. */
export type Failed = Pick<NewAlert, 'atMs' | 'source'> & { readonly userId: string };

/**
 * Raises an alert where a failure locks an account, in the transaction that counts the failure: one for each account and
 * day, which counts how often. Of very many only the first are told one by one, or locking accounts would be a way to
 * fill a mailbox.
 *
 * @param standing before the failure
 */
export async function alertWhenLocked(db: Db, standing: LockState, failed: Failed): Promise<void> {
  if (!standing.isLastTry) return;
  const { userId, atMs } = failed;
  const day = new Date(atMs).toISOString().slice(0, 10);
  const lately = await db
    .selectFrom('alerts')
    .select('id')
    .where('last_ms', '>', atMs - alertLimits.lockedToldMs)
    .where('kind', '=', 'locked')
    .limit(alertLimits.lockedTold)
    .execute();
  await raiseAlert(db, {
    ...failed,
    kind: 'locked',
    dedupe: `locked:${userId}:${day}`,
    tokenId: null,
    isQuiet: lately.length >= alertLimits.lockedTold,
  });
}
