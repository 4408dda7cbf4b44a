import type { Kysely } from 'kysely';

/** What let a user in if it was not a passcode; null for a passcode, so that nothing has to be written for those. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('events').addColumn('by', 'text').execute();
}
