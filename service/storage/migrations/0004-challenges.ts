import { type Kysely, sql } from 'kysely';

/** Tokens that answer questions (RFC 6287), and the number of wrong answers to each question. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('tokens').addColumn('suite', 'text').execute();
  await db.schema
    .createIndex('tokens_suite')
    .on('tokens')
    .column('id')
    .where(sql.ref('suite'), 'is not', null)
    .execute();
  await db.schema
    .alterTable('challenges')
    .addColumn('attempts', 'integer', column => column.notNull().defaultTo(0))
    .execute();
  await db.schema.createIndex('challenges_user').on('challenges').column('user_id').execute();
}
