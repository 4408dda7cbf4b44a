import { type Kysely, sql } from 'kysely';

/** Lists go by time, and among rows of one time by their key: all rows, those of a user, those about a subject. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index events_at on events (at_ms, id)`.execute(db);
  await sql`create index events_user on events (user_id, at_ms, id)`.execute(db);
  await sql`create index audit_at on audit (at_ms, id)`.execute(db);
  // It takes the place of an index by the kind as well, which the identifier implies.
  await sql`create index audit_about on audit (subject_id, at_ms, id)`.execute(db);
  await sql`drop index audit_subject`.execute(db);
  await sql`drop index activations_user`.execute(db);
  await sql`create index activations_user on activations (user_id, created_ms, id)`.execute(db);
}
