import type { Db } from '../../storage/database/database.ts';

/** Forgets questions whose time is over, answered or not. An answer to one that is gone is refused as before. */
export async function sweepChallenges(db: Db, nowMs: number): Promise<void> {
  await db.deleteFrom('challenges').where('expires_ms', '<=', nowMs).execute();
}
