import { type RawBuilder, sql } from 'kysely';
import { engineOf } from './engine.ts';
import type { Db } from './store.ts';

type ColumnType = 'text' | 'integer' | 'bigint';

/**
 * Rows as one parameter, as a table to select from: however many they are, the statement is the same text, which is short
 * and quickly prepared.
 *
 * @param columns names and types, in the order of the values of each row
 */
export function rowsAsTable(
  db: Db,
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly (readonly (string | number | null)[])[],
): RawBuilder<unknown> {
  const json = JSON.stringify(rows);
  const isPostgres = engineOf(db) === 'postgres';
  const selected = Object.entries(columns).map(([name, type], at) =>
    sql.raw(
      isPostgres
        ? `cast(element.value ->> ${at} as ${type}) as ${name}`
        : `json_extract(element.value, '$[${at}]') as ${name}`,
    ),
  );
  const elements = isPostgres
    ? sql`json_array_elements(cast(${json} as json)) as element(value)`
    : sql`json_each(${json}) as element`;
  return sql`(select ${sql.join(selected)} from ${elements})`;
}

/** Values as one parameter, for `in`. */
export function valuesAsList(db: Db, values: readonly string[]): RawBuilder<string> {
  const json = JSON.stringify(values);
  return engineOf(db) === 'postgres'
    ? sql<string>`(select value from json_array_elements_text(cast(${json} as json)))`
    : sql<string>`(select value from json_each(${json}))`;
}
