import type { Kysely } from 'kysely';
import { exactText } from './columns.ts';

/** The user whose log-in a cached response is about. Responses of before, and those to unknown names, have none. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('answers').addColumn('user_id', exactText(db)).execute();
  await db.schema.createIndex('answers_user').on('answers').column('user_id').execute();
}
