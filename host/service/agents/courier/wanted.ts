import type { Db } from '../../data/database.ts';
import { valuesAsList } from '../../data/rows.ts';

/** Which of these requests are still on their way to a fob, and by which connection. */
export async function wantedOf(
  db: Db,
  ids: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, string | null>> {
  const rows = await db
    .selectFrom('pushes')
    .select(['id', 'link'])
    .where('id', 'in', valuesAsList(db, ids))
    .where('state', 'in', ['sent', 'shown'])
    .where('expires_ms', '>', nowMs)
    .execute();
  return new Map(rows.map(({ id, link }) => [id, link]));
}
