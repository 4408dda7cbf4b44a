import { type Kysely, sql } from 'kysely';
import { exactText } from './columns.ts';

/** From where users were let in lately, found by an index of those log-ins alone; and which requests came from there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('events_accepted')
    .on('events')
    .columns(['user_id', 'at_ms', 'source'])
    .where(sql.ref('outcome'), '=', sql.lit('accepted'))
    .execute();
  await db.schema.alterTable('pushes').addColumn('familiar_source', exactText(db)).execute();
}
