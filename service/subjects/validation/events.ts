import { sql } from 'kysely';
import { validationLimits } from '../../base/limits/validation.ts';
import type { AcceptedBy, Outcome } from '../../base/outcomes.ts';
import type { Db } from '../../storage/database/database.ts';
import { type Given, keptQuery } from '../../storage/queries/kept.ts';
import { jsonAsTable, type RowValues } from '../../storage/queries/rows.ts';
import { withNext } from '../../storage/queries/together.ts';

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
