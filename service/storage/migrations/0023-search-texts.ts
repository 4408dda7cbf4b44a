import { type Kysely, sql } from 'kysely';
import { engineOf } from '../schema/engine.ts';
import type { Schema } from '../schema/schema.ts';
import { fillParts } from '../search/fill.ts';
import { exactText, required } from './columns.ts';

/**
 * The folded texts of users and tokens, with which the words of a search are compared. The parts are made anew, because
 * tokens are found by their labels as well.
 */
export async function up(db: Kysely<Schema>): Promise<void> {
  const table = db.schema
    .createTable('search_texts')
    .addColumn('kind', 'text', required)
    .addColumn('name', exactText(db), required)
    .addColumn('folded', exactText(db), required)
    .addPrimaryKeyConstraint('search_texts_pkey', ['kind', 'name']);
  const isSqlite = engineOf(db) === 'sqlite';
  await (isSqlite ? table.modifyEnd(sql`without rowid`) : table).execute();
  await sql.raw(isSqlite ? 'delete from search_parts' : 'truncate search_parts').execute(db);
  await fillParts(db);
}
