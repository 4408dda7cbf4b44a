import type { Db } from '@passfob/service/storage/database/database';
import { sql } from 'kysely';

/** Resolves when a transaction, or so many, wait for another one's lock, on PostgreSQL. */
export async function isWaiting(db: Db, count = 1): Promise<void> {
  for (;;) {
    const waiting = await sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
    if (waiting.rows.length >= count) return;
  }
}

/** Makes a change in a transaction that ends only once the work waits for it. @returns the result of the work */
export async function meanwhile<T>(
  db: Db,
  change: (transaction: Db) => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  const { waits } = await db.transaction().execute(async transaction => {
    await change(transaction);
    const waits = work();
    await Promise.race([isWaiting(db), waits]);
    // Not awaited here: the work continues after this transaction.
    return { waits };
  });
  return await waits;
}
