import { sql } from 'kysely';
import type { Db } from '../../storage/database/database.ts';

/** The numbers of outcomes in one period. */
export interface OutcomeCount {
  /** Start of the period, milliseconds since 1970. */
  readonly fromMs: number;
  readonly accepted: number;
  readonly refused: number;
}

/** Periods to count: `count` of them, of equal length, the last one ending at `toMs`. */
export interface OutcomeSpan {
  readonly toMs: number;
  readonly stretchMs: number;
  readonly count: number;
}

/** Counts accepted and refused log-ins by period, oldest first; outcomes deleted from the log are not counted. */
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
