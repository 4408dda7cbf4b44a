import { sql } from 'kysely';
import { alertLimits } from '../../base/limits/alerts.ts';
import { failedFactor, type Outcome } from '../../base/outcomes.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import { raiseAlert } from './alerts.ts';

/** Outcomes of attempts with a user's secret or with a name. */
const TRIED = [
  ...(Object.keys(failedFactor) as Outcome[]).filter(outcome => failedFactor[outcome] !== null),
  'unknown_user',
];

/** Recent attempts from one address, or from one network where addresses are many (IPv6). */
interface Tries {
  readonly key: string;
  readonly source: string;
  /** Users with failed attempts only, plus attempts with unknown names. */
  tried: number;
  /** Users who got in. */
  accepted: number;
}

/**
 * Searches recent log-ins for sources that try many users, a few times each, which locks nobody. Raises an alert for
 * each source, once a day and counted once per period while it goes on. A source from which more users get in than
 * fail is an office, or an application that does not report the addresses of its users.
 *
 * @returns the sources that were found
 * @throws ServiceError `busy`
 */
export async function watchSpraying(db: Db, nowMs: number): Promise<string[]> {
  const found = (await readTries(db, nowMs))
    .filter(({ tried, accepted }) => tried >= alertLimits.sprayUsers && tried > accepted)
    .sort((one, other) => other.tried - one.tried)
    .slice(0, alertLimits.spraySourcesMax);
  const day = new Date(nowMs).toISOString().slice(0, 10);
  for (const { key, source } of found) {
    const dedupe = `spray:${key}:${day}`;
    if (await isTold(db, dedupe, nowMs)) continue;
    await writing(db, async transaction => {
      // Every node runs this search.
      if (await isTold(transaction, dedupe, nowMs)) return;
      const about = { userId: null, tokenId: null, atMs: nowMs, source };
      await raiseAlert(transaction, { kind: 'spray', dedupe, ...about });
    });
  }
  return found.map(({ source }) => source);
}

async function isTold(db: Db, dedupe: string, nowMs: number): Promise<boolean> {
  const told = await db
    .selectFrom('alerts')
    .select('last_ms')
    .where('dedupe', '=', dedupe)
    .executeTakeFirst();
  return told !== undefined && told.last_ms > nowMs - alertLimits.sprayPeriodMs;
}

async function readTries(db: Db, nowMs: number): Promise<Tries[]> {
  const count = (outcomes: readonly string[]) =>
    sql<number>`sum(case when outcome in (${sql.join(outcomes.map(outcome => sql.lit(outcome)))}) then 1 else 0 end)`;
  const rows = await db
    .selectFrom('events')
    .select(['source', 'user_id', count(TRIED).as('tried'), count(['accepted']).as('accepted')])
    // The latest rows, selected by number: there is no index by time.
    .where('id', '>', query =>
      query.selectFrom('events').select(sql<number>`max(id) - ${alertLimits.sprayRows}`.as('bound')),
    )
    .where('at_ms', '>', nowMs - alertLimits.sprayPeriodMs)
    .groupBy(['source', 'user_id'])
    .execute();
  const bySource = new Map<string, Tries>();
  for (const row of rows) {
    const [tried, accepted] = [Number(row.tried), Number(row.accepted)];
    const key = sourceKey(row.source);
    const tries = bySource.get(key) ?? { key, source: row.source, tried: 0, accepted: 0 };
    bySource.set(key, tries);
    if (accepted > 0) tries.accepted += 1;
    // The typed name is not stored, so each attempt counts as another name.
    else tries.tried += row.user_id === null ? tried : Math.min(1, tried);
  }
  return [...bySource.values()];
}
