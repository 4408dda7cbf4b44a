import { type Kysely, sql } from 'kysely';
import { required } from './columns.ts';

/** Mail to users: stored with the act that causes it, sent afterwards, at least once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('mails')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('kind', 'text', required)
    .addColumn('user_id', 'text', column => column.notNull().references('users.id'))
    .addColumn('activation_id', 'text')
    .addColumn('address', 'text', required)
    .addColumn('sealed_content', 'text')
    .addColumn('key_id', 'text')
    .addColumn('created_ms', 'bigint', required)
    .addColumn('expires_ms', 'bigint', required)
    .addColumn('due_ms', 'bigint', required)
    .addColumn('attempts', 'integer', required)
    .addColumn('leased_until_ms', 'bigint')
    .addColumn('state', 'text', required)
    .addColumn('error', 'text')
    .addColumn('sent_ms', 'bigint')
    .execute();
  await db.schema
    .createIndex('mails_due')
    .on('mails')
    .columns(['due_ms', 'id'])
    .where(sql.ref('state'), '=', sql.lit('waiting'))
    .execute();
  await db.schema
    .createIndex('mails_held')
    .on('mails')
    .column('expires_ms')
    .where(sql.ref('sealed_content'), 'is not', null)
    .execute();
  await db.schema.createIndex('mails_created').on('mails').columns(['created_ms', 'id']).execute();
  await db.schema.createIndex('mails_user').on('mails').columns(['user_id', 'created_ms', 'id']).execute();
  await db.schema.createIndex('mails_activation').on('mails').column('activation_id').execute();
}
