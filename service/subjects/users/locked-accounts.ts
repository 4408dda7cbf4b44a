import { sql } from 'kysely';
import { type LockPolicy, lockState } from '../../base/lock.ts';
import type { Db } from '../../storage/database/database.ts';
import { lockFactsOf } from './users.ts';

/** Returns the accounts that are locked at a moment, and when each unlocks (milliseconds since 1970). */
export async function lockedAccounts(
  db: Db,
  policy: LockPolicy,
  nowMs: number,
): Promise<Map<string, number>> {
  const failing = await db.selectFrom('users').selectAll().where('failures', '>', sql.lit(0)).execute();
  const locked = new Map<string, number>();
  for (const user of failing) {
    const { untilMs } = lockState(lockFactsOf(user), policy, nowMs);
    if (untilMs !== null) locked.set(user.name, untilMs);
  }
  return locked;
}
