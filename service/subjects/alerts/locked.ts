import { alertLimits } from '../../base/limits/alerts.ts';
import type { LockState } from '../../base/lock.ts';
import type { Db } from '../../storage/database/database.ts';
import { type NewAlert, raiseAlert } from './alerts.ts';

/** The user whose attempt failed, when and from where. */
export type Failed = Pick<NewAlert, 'atMs' | 'source'> & { readonly userId: string };

/**
 * Raises an alert when a failure locks an account, in the transaction that counts the failure: one alert per account
 * and day, which counts repeats. Only the first of many are sent one by one; otherwise an attacker could fill a
 * mailbox by locking accounts.
 *
 * @param standing the lock state before the failure
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
