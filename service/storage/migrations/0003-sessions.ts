import { type Kysely, sql } from 'kysely';

/** When a session was last used, and indexes that keep lists of users by state fast however many users there are. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Existing sessions count as unused: operators sign in again.
  await db.schema
    .alterTable('operator_sessions')
    .addColumn('last_seen_ms', 'bigint', column => column.notNull().defaultTo(0))
    .execute();
  await db.schema.dropIndex('users_failures').execute();
  await db.schema
    .createIndex('users_failing')
    .on('users')
    .column('name')
    .where(sql.ref('failures'), '>', 0)
    .execute();
  await db.schema
    .createIndex('users_disabled')
    .on('users')
    .column('name')
    .where(sql.ref('disabled_ms'), 'is not', null)
    .execute();
}
