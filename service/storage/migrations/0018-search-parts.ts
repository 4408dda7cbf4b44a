import { type Kysely, sql } from 'kysely';
import { engineOf } from '../schema/engine.ts';
import { fillParts } from '../search/fill.ts';
import { exactText, required } from './columns.ts';

/**
 * The index for finding users and tokens by any part of their texts, and one for a user's tokens by serial number.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const table = db.schema
    .createTable('search_parts')
    .addColumn('kind', 'text', required)
    .addColumn('part', exactText(db), required)
    .addColumn('name', exactText(db), required)
    .addPrimaryKeyConstraint('search_parts_pkey', ['kind', 'part', 'name']);
  // SQLite stores such a table as its primary key alone.
  await (engineOf(db) === 'postgres' ? table : table.modifyEnd(sql`without rowid`)).execute();
  await fillParts(db);
  await db.schema.dropIndex('tokens_user').execute();
  await db.schema.createIndex('tokens_user').on('tokens').columns(['user_id', 'serial']).execute();
}
