import type { Db } from '../../storage/database/database.ts';

/**
 * Deletes expired questions, answered or not. An answer to a deleted question is refused like one to an expired
 * question.
 */
export async function sweepChallenges(db: Db, nowMs: number): Promise<void> {
  await db.deleteFrom('challenges').where('expires_ms', '<=', nowMs).execute();
}
