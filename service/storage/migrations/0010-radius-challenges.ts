import type { Kysely } from 'kysely';
import { exactText, required } from './columns.ts';

/** Open Access-Challenges, and the push mode of a RADIUS client. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const exact = exactText(db);
  await db.schema
    .alterTable('radius_clients')
    .addColumn('push', 'text', column => column.notNull().defaultTo('challenge'))
    .execute();
  await db.schema
    .createTable('radius_challenges')
    .addColumn('id', exact, column => column.primaryKey())
    .addColumn('client_id', exact, required)
    .addColumn('user_name', 'text', required)
    .addColumn('sealed_awaited', 'text', required)
    .addColumn('key_id', exact, required)
    .addColumn('taken_by', exact)
    .addColumn('expires_ms', 'bigint', required)
    .execute();
  await db.schema
    .createIndex('radius_challenges_expires')
    .on('radius_challenges')
    .column('expires_ms')
    .execute();
}
