import type { Db } from '@passfob/service/storage/database/database';
import { sql } from 'kysely';

/** Resolves when a transaction, or so many, waits for what another one holds, on PostgreSQL. */
export async function isWaiting(db: Db, count = 1): Promise<void> {
  for (;;) {
    const waiting = await sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
    if (waiting.rows.length >= count) return;
  }
}

/** Makes a change in a transaction that ends only once the work waits for it. @returns what the work came to */
export async function meanwhile<T>(
  db: Db,
  change: (transaction: Db) => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  const { waits } = await db.transaction().execute(async transaction => {
    await change(transaction);
    const waits = work();
    await Promise.race([isWaiting(db), waits]);
    // Not awaited here: it goes on when this is over.
    return { waits };
  });
  return await waits;
}
