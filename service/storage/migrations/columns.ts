import { type ColumnDefinitionBuilder, type CreateTableBuilder, type Kysely, sql } from 'kysely';
import { engineOf } from '../schema/engine.ts';

/** Text that is looked up or ordered: by code point, whatever the database's locale. */
export function exactText(db: Kysely<unknown>) {
  return engineOf(db) === 'postgres' ? sql`text collate "C"` : ('text' as const);
}

type Change = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;

export const required: Change = column => column.notNull();

/** Adds `id`, a number that the database assigns and never repeats. */
export function withIdentity<Table extends string, Columns extends string>(
  db: Kysely<unknown>,
  table: CreateTableBuilder<Table, Columns>,
): CreateTableBuilder<Table, Columns | 'id'> {
  return engineOf(db) === 'postgres'
    ? table.addColumn('id', 'bigint', column => column.primaryKey().generatedByDefaultAsIdentity())
    : table.addColumn('id', 'integer', column => column.primaryKey().autoIncrement());
}
