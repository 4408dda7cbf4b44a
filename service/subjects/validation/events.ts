import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { validationLimits } from '../../base/limits/validation.ts';
import { type AcceptedBy, failedFactor, type Outcome } from '../../base/outcomes.ts';
import type { Db } from '../../storage/database/database.ts';
import { type Given, keptQuery } from '../../storage/queries/kept.ts';
import { jsonAsTable, type RowValues } from '../../storage/queries/rows.ts';
import { withNext } from '../../storage/queries/together.ts';
import type { Schema } from '../../storage/schema/schema.ts';

/** The outcome of one validation, as operators see it. */
export interface ValidationEvent {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Null if there is no such user: the typed name is not stored, because users type secrets into the wrong field. */
  readonly user: string | null;
  readonly outcome: Outcome;
  /** What let the user in if it was not a passcode; null with every outcome except `accepted`. */
  readonly by: AcceptedBy | null;
  /** The token that decided it, if any. */
  readonly serial: string | null;
  readonly source: string;
  readonly application: string;
  readonly requestId: string;
}

/** An outcome to be recorded. */
export interface NewEvent {
  readonly atMs: number;
  readonly userId: string | null;
  readonly tokenId: string | null;
  readonly applicationId: string;
  readonly outcome: Outcome;
  readonly source: string;
  readonly requestId: string;
}

/**
 * Adds outcomes to the log, in the transaction that decided them.
 *
 * @param by the factor that all these users logged in with, null for a passcode: not a value per row, because log-ins
 * by passcode are many
 */
export async function recordEvents(
  db: Db,
  events: readonly NewEvent[],
  by: AcceptedBy | null = null,
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(event => [
    event.atMs,
    event.userId,
    event.tokenId,
    event.applicationId,
    event.outcome,
    event.source,
    event.requestId,
  ]);
  const insert = inserts.get(by) ?? insertBy(by);
  inserts.set(by, insert);
  await withNext(db, insert(db, rows).compile());
}

const eventColumnTypes = {
  at_ms: 'bigint',
  user_id: 'text',
  token_id: 'text',
  application_id: 'text',
  outcome: 'text',
  source: 'text',
  request_id: 'text',
} as const;

function insertBy(by: AcceptedBy | null) {
  return keptQuery((db, given: Given<readonly RowValues[]>) => {
    const names = sql.raw(Object.keys(eventColumnTypes).join(', '));
    const into = by === null ? names : sql`${names}, ${sql.ref('by')}`;
    const values = by === null ? sql`*` : sql`*, ${sql.lit(by)}`;
    const json = given.value(rows => JSON.stringify(rows));
    return sql`insert into events (${into})
      select ${values} from ${jsonAsTable(db, eventColumnTypes, json)} as happened`.compile(db);
  });
}

/** By what let the users in. */
const inserts = new Map<AcceptedBy | null, ReturnType<typeof insertBy>>();

/** A part of the log with a limit of its own. */
type Share = keyof typeof validationLimits.eventsKept;

/**
 * Selects the outcomes of one part of the log. Outcomes that anybody can cause without limit must not displace
 * outcomes that need a fob, or that lockout slows down.
 */
function isOf(share: Share): (where: ExpressionBuilder<Schema, 'events'>) => Expression<SqlBool> {
  const all = Object.keys(failedFactor) as Outcome[];
  // A refusal at the fob needs the fob, and a cool-down follows each.
  const atFob: Outcome[] = ['push_denied', 'push_reported'];
  const missed = all.filter(outcome => failedFactor[outcome] !== null || atFob.includes(outcome));
  const outcomes = {
    accepted: ['accepted'],
    missed,
    unseen: all.filter(outcome => outcome !== 'accepted' && !missed.includes(outcome)),
    strangers: all,
  } satisfies Record<Share, string[]>;
  return where =>
    where.and([
      where('outcome', 'in', outcomes[share] as Outcome[]),
      where('user_id', share === 'strangers' ? 'is' : 'is not', null),
    ]);
}

/** Deletes the oldest outcomes of each part of the log that exceeds its limit. */
export async function sweepEvents(db: Db): Promise<void> {
  for (const [share, kept] of Object.entries(validationLimits.eventsKept))
    await db
      .deleteFrom('events')
      .where(isOf(share as Share))
      .where('id', '<=', query =>
        query
          .selectFrom('events')
          .select('id')
          .where(isOf(share as Share))
          .orderBy('id', 'desc')
          .limit(1)
          .offset(kept),
      )
      .execute();
}

/** The columns that are read of an event, joined with applications, users and tokens. */
export const eventColumns = [
  'events.id',
  'events.at_ms as atMs',
  'users.name as user',
  'events.outcome',
  'events.by',
  'tokens.serial',
  'events.source',
  'applications.name as application',
  'events.request_id as requestId',
] as const;

/** Returns the most recent outcomes, latest first. */
export async function listEvents(db: Db): Promise<ValidationEvent[]> {
  return await db
    .selectFrom('events')
    .innerJoin('applications', 'applications.id', 'events.application_id')
    .leftJoin('users', 'users.id', 'events.user_id')
    .leftJoin('tokens', 'tokens.id', 'events.token_id')
    .select(eventColumns)
    .orderBy('events.id', 'desc')
    .limit(validationLimits.eventsListed)
    .execute();
}
