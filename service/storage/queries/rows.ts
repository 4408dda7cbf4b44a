import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import { engineOf } from '../schema/engine.ts';
import type { Db } from '../schema/store.ts';
import { EachOf } from '../sqlite/dialect.ts';
import { type Given, keep, keptQuery } from './kept.ts';

type ColumnType = 'text' | 'integer' | 'bigint';
/** Values in the order of the columns. */
export type RowValues = readonly (string | number | null)[];

/**
 * Passes rows as one parameter, as a table to select from: however many there are, the statement is the same text,
 * short and quickly prepared.
 *
 * @param columns names and types, in the order of the values of each row
 */
export function rowsAsTable(
  db: Db,
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly RowValues[],
): RawBuilder<unknown> {
  return jsonAsTable(db, columns, sql`${JSON.stringify(rows)}`);
}

/** The same for rows in JSON. */
export function jsonAsTable(
  db: Db,
  columns: Readonly<Record<string, ColumnType>>,
  json: RawBuilder<string>,
): RawBuilder<unknown> {
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

/** Stands for a value of the row in a statement that is run for each row. */
class Place {
  readonly at: number;

  constructor(at: number) {
    this.at = at;
  }
}

/**
 * Runs one statement for rows: at once on PostgreSQL, where a statement costs a round trip, and row by row on SQLite,
 * where that costs less than finding each row of a list. Must be within a transaction.
 *
 * @param statement receives the rows as a table to select from
 * @returns its results for all rows together
 */
export async function forEachRow<Returned>(
  db: Db,
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly RowValues[],
  statement: (table: RawBuilder<unknown>) => RawBuilder<Returned>,
): Promise<Returned[]> {
  if (engineOf(db) === 'postgres') return (await statement(rowsAsTable(db, columns, rows)).execute(db)).rows;
  const places = Object.keys(columns).map((name, at) => sql`${new Place(at)} as ${sql.raw(name)}`);
  return runEach(db, rows, statement(sql`(select ${sql.join(places)})`));
}

/** The parts of an update that are written differently on the two databases. */
interface RowReferences<Column extends string> {
  /** Stands for the value of a column in the row. */
  readonly value: (column: Column) => RawBuilder<unknown>;
  /** Stands between `set` and `where`. */
  readonly from: RawBuilder<unknown>;
}

/**
 * Makes `forEachRow` for an update, compiled once: on SQLite the values stand in the statement itself, which takes a
 * quarter less than a table of one row.
 */
export function eachRowUpdate<Column extends string, Returned>(
  columns: Readonly<Record<Column, ColumnType>>,
  statement: (references: RowReferences<Column>) => RawBuilder<Returned>,
): (db: Db, rows: readonly RowValues[]) => Promise<readonly Returned[]> {
  const atOnce = keptQuery((db, given: Given<readonly RowValues[]>) => {
    const table = jsonAsTable(db, columns, given.value(JSON.stringify));
    const from = sql`from ${table} as given`;
    return statement({ value: column => sql.ref(`given.${column}`), from }).compile(db);
  });
  const names = Object.keys(columns);
  const oneByOne = keep((db, given: Given<RowValues>) => {
    const value = (column: Column) => given.value(row => row[names.indexOf(column)]);
    return statement({ value, from: sql`` }).compile(db);
  });
  return async (db, rows) => {
    if (engineOf(db) === 'postgres') return atOnce(db, rows).execute();
    const { query, parametersOf } = oneByOne(db);
    const each = CompiledQuery.raw(query.sql, [new EachOf(rows.map(parametersOf))]);
    return (await db.executeQuery<Returned>(each)).rows;
  };
}

async function runEach<Returned>(
  db: Db,
  rows: readonly RowValues[],
  statement: RawBuilder<Returned>,
): Promise<Returned[]> {
  const { sql: text, parameters } = statement.compile(db);
  const lists = rows.map(row => parameters.map(value => (value instanceof Place ? row[value.at] : value)));
  return (await db.executeQuery<Returned>(CompiledQuery.raw(text, [new EachOf(lists)]))).rows;
}

/** Passes values as one parameter, for `in`: however many there are, the statement is the same text. */
export function valuesAsList(db: Db, values: readonly string[]): RawBuilder<string> {
  return engineOf(db) === 'postgres'
    ? sql<string>`(select unnest(cast(${values} as text[])))`
    : sql<string>`(select value from json_each(${JSON.stringify(values)}))`;
}
