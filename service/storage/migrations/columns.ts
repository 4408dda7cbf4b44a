import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import { engineOf } from '../schema/engine.ts';

/** Text that is looked up or ordered: by code point, whatever the database's locale. */
export function exactText<T>(db: Kysely<T>) {
  return engineOf(db) === 'postgres' ? sql`text collate "C"` : ('text' as const);
}

type Change = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;

export const required: Change = column => column.notNull();
