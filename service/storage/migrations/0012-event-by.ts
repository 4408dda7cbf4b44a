import type { Kysely } from 'kysely';

/** What let somebody in where it was no passcode; null where it was one, so that nothing has to be written for those. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('events').addColumn('by', 'text').execute();
}
