import { sql } from 'kysely';
import { alertLimits } from '../../base/limits/alerts.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { FobRow } from '../tokens/fobs.ts';

/**
 * Stores that agents report these fobs while no session with them comes to its end. Reports that are less than a day
 * apart count as one: whoever unplugs a fob for a minute does not begin anew.
 *
 * @param serials serial numbers as agents told them; those of other fobs change nothing
 * @throws ServiceError `busy`
 */
export async function noteReported(db: Db, serials: readonly string[], nowMs: number): Promise<void> {
  // Not every database accepts every text in a query.
  const asked = serials.filter(serial => /^[\x21-\x7e]{1,64}$/.test(serial));
  const some = [...new Set(asked)].slice(0, alertLimits.fobsReportedAtOnce);
  if (some.length === 0) return;
  // Strangers' fobs are looked up only: no write, for which log-ins would wait.
  const known = await db.selectFrom('fobs').select('id').where('serial', 'in', some).execute();
  if (known.length === 0) return;
  const ids = known.map(({ id }) => id);
  const now = sql<number>`cast(${nowMs} as bigint)`;
  const isAnew = sql<boolean>`reported_ms is null or reported_last_ms <= ${nowMs - alertLimits.fobWithheldMs}`;
  await writing(db, async transaction => {
    await transaction
      .updateTable('fobs')
      .set({
        reported_ms: sql<number>`case when ${isAnew} then ${now} else reported_ms end`,
        reported_last_ms: nowMs,
      })
      .where('id', 'in', ids)
      .execute();
  });
}

/** A session with this fob has come to its end, in the caller's transaction: its reports begin anew. */
export async function endReports(
  db: Db,
  { id, reported_ms }: Pick<FobRow, 'id' | 'reported_ms'>,
): Promise<void> {
  if (reported_ms === null) return;
  await db
    .updateTable('fobs')
    .set({ reported_ms: null, reported_last_ms: null })
    .where('id', '=', id)
    .execute();
}
