import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { recordLimits } from '../../base/limits/records.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { failedFactor, type Outcome } from '../../base/outcomes.ts';
import { type Db, validating } from '../../storage/database/database.ts';
import { keptFromMs, readKeptDays } from '../../storage/kept-days.ts';
import { inSteps } from '../../storage/pace.ts';
import { engineOf } from '../../storage/schema/engine.ts';

/** A part of the log that anybody can fill: its rows, and how many of them are kept. */
interface BoundedPart {
  readonly condition: RawBuilder<SqlBool>;
  readonly rows: number;
}

/** A refusal at the fob needs the fob, and a cool-down follows each. */
const AT_FOB: readonly Outcome[] = ['push_denied', 'push_reported'];

/**
 * Each outcome has a bound of its own, and attempts with unknown names have one together: a flood of one kind deletes
 * no other. Accepted log-ins have none, because they need a fob. Conditions are those of the indexes of `0025-kept-days`.
 */
const BOUNDED: readonly BoundedPart[] = [
  { condition: sql`user_id is null`, rows: validationLimits.eventRows.strangers },
  ...(Object.keys(failedFactor) as Outcome[])
    .filter(outcome => outcome !== 'accepted')
    .map(outcome => {
      const isMissed = failedFactor[outcome] !== null || AT_FOB.includes(outcome);
      return {
        condition: sql<SqlBool>`outcome = ${sql.lit(outcome)} and outcome <> 'accepted' and user_id is not null`,
        rows: validationLimits.eventRows[isMissed ? 'missed' : 'unseen'],
      };
    }),
];

/**
 * Deletes outcomes that are older than they are kept, and the oldest of those parts of the log that exceed their bound,
 * a few rows at a time. Nodes may do it at once.
 *
 * @throws an error of the database
 */
export async function sweepEvents(db: Db, nowMs: number, signal?: AbortSignal): Promise<void> {
  const { eventDays } = await readKeptDays(db, nowMs);
  const old = sql<SqlBool>`at_ms < ${keptFromMs(eventDays, nowMs)}`;
  await inSteps(() => deleteSome(db, old, sql`at_ms, id`), signal);
  for (const part of BOUNDED) {
    const kept = await oldestKept(db, part, signal);
    if (kept === undefined) continue;
    const beyond = sql<SqlBool>`${part.condition} and id < ${kept}`;
    await inSteps(() => deleteSome(db, beyond, sql`id`), signal);
  }
}

/** @returns whether there may be more */
async function deleteSome(
  db: Db,
  condition: RawBuilder<SqlBool>,
  order: RawBuilder<unknown>,
): Promise<boolean> {
  // A node takes other rows than those that another one is deleting.
  const apart = engineOf(db) === 'postgres' ? sql`for update skip locked` : sql``;
  const { numAffectedRows } = await validating(db, transaction =>
    sql`delete from events where id in
      (select id from events where ${condition} order by ${order} limit ${recordLimits.sweepRows} ${apart})`.execute(
      transaction,
    ),
  );
  return Number(numAffectedRows) === recordLimits.sweepRows;
}

/** Returns the number of the oldest row within the bound of a part; undefined if the part has not more rows than that. */
async function oldestKept(
  db: Db,
  { condition, rows }: BoundedPart,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  let left = rows;
  let oldest: number | undefined;
  await inSteps(async () => {
    const newer = oldest === undefined ? sql`` : sql`and id < ${oldest}`;
    const limit = Math.min(left, recordLimits.sweepCountedRows);
    const page = await sql<{ rows: number; oldest: number | null }>`
      select count(*) as rows, min(id) as oldest from
        (select id from events where ${condition} ${newer} order by id desc limit ${limit}) as newest`.execute(
      db,
    );
    const [{ rows: counted, oldest: last } = { rows: 0, oldest: null }] = page.rows;
    left -= counted;
    oldest = last ?? oldest;
    return counted === limit && left > 0;
  }, signal);
  return left === 0 ? oldest : undefined;
}
