import { consoleLimits } from '../../base/limits/console.ts';
import { type TokenState, tokenStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';

/** How many tokens stand in each state. It reads an index from end to end: not for every request. */
export async function countTokensByState(db: Db): Promise<Readonly<Record<TokenState, number>>> {
  const rows = await db
    .selectFrom('tokens')
    .select(query => ['state', query.fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute();
  const counted = new Map(rows.map(({ state, count }) => [state, Number(count)]));
  const states = Object.keys(tokenStates) as TokenState[];
  return Object.fromEntries(states.map(state => [state, counted.get(state) ?? 0])) as Record<
    TokenState,
    number
  >;
}

/** What fobs' clocks were found to drift by, in parts per million; of a large fleet only the first so many. */
export async function readFobDrifts(db: Db): Promise<number[]> {
  const rows = await db
    .selectFrom('fobs')
    .select('drift_ppm')
    .where('drift_ppm', 'is not', null)
    .orderBy('serial')
    .limit(consoleLimits.fobDriftsRead)
    .execute();
  return rows.flatMap(({ drift_ppm }) => (drift_ppm === null ? [] : [drift_ppm]));
}
