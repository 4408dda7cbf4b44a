import { sql } from 'kysely';
import type { Db } from '../../storage/database/database.ts';

/** How many log-ins ended how, in one stretch of time. */
export interface OutcomeCount {
  /** Beginning of the stretch, milliseconds since 1970. */
  readonly fromMs: number;
  readonly accepted: number;
  readonly refused: number;
}

/** Which stretches to count: `count` of them, of equal length, the last one ending at `toMs`. */
export interface OutcomeSpan {
  readonly toMs: number;
  readonly stretchMs: number;
  readonly count: number;
}

/** Log-ins and refusals by stretches of time, oldest first; what the log no longer keeps is not counted. */
export async function countOutcomes(
  db: Db,
  { toMs, stretchMs, count }: OutcomeSpan,
): Promise<OutcomeCount[]> {
  const startMs = toMs - stretchMs * count;
  const stretch = sql<number>`(at_ms - ${sql.lit(startMs)}) / ${sql.lit(stretchMs)}`;
  const rows = await db
    .selectFrom('events')
    .select(query => [
      stretch.as('stretch'),
      query.fn.countAll<number>().as('events'),
      query.fn.sum<number>(sql`case when outcome = 'accepted' then 1 else 0 end`).as('accepted'),
    ])
    .where('at_ms', '>=', startMs)
    .where('at_ms', '<', toMs)
    .groupBy(stretch)
    .execute();
  const found = new Map(rows.map(row => [Number(row.stretch), row]));
  return Array.from({ length: count }, (_, index) => {
    const row = found.get(index);
    const accepted = Number(row?.accepted ?? 0);
    return { fromMs: startMs + index * stretchMs, accepted, refused: Number(row?.events ?? 0) - accepted };
  });
}
