import { type Kysely, sql } from 'kysely';

/** When a session was last used, and lists of users by state that stay quick however many users there are. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Sessions from before count as unused: whoever was in enters anew.
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
