import type { Kysely } from 'kysely';
import { required } from './columns.ts';

/** A row that is written to check whether the database accepts writes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('readiness')
    .addColumn('id', 'integer', column => column.primaryKey())
    .addColumn('looks', 'bigint', required)
    .execute();
}
