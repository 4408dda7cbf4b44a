import { type Kysely, sql } from 'kysely';

/**
 * The parts of the log of log-ins that anybody can fill, in order of time, so that the oldest rows above their bound are
 * found. Accepted log-ins are in neither index, and cost nothing more.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index events_strangers on events (id) where user_id is null`.execute(db);
  await sql`create index events_refused on events (outcome, id)
    where outcome <> 'accepted' and user_id is not null`.execute(db);
}
