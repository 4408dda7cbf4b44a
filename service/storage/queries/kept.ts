import { createHash } from 'node:crypto';
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type DatabaseEngine, engineOf } from '../schema/engine.ts';
import type { Db } from '../schema/store.ts';
import { type Query, runNamed, type Statement } from './together.ts';

/** Stands for a value in a query that is compiled once. */
class Gap {
  readonly at: number;

  constructor(at: number) {
    this.at = at;
  }
}

/** The parts of such a query that are read from the values of each use. */
export interface Given<Values> {
  /** Stands for one value. */
  value<T>(read: (values: Values) => T): RawBuilder<T>;
  /** Whether a column has one of some texts: however many there are, they are one parameter. */
  isAmong(column: string, read: (values: Values) => readonly string[]): RawBuilder<boolean>;
}

/** A compiled query with gaps. */
export interface Kept<Values, Row> {
  readonly query: CompiledQuery<Row>;
  readonly name: string;
  /** Returns its parameters for some values. */
  parametersOf(values: Values): unknown[];
}

/**
 * Compiles a query once for each kind of database: that costs more than to run it for one row.
 *
 * @param build must depend on nothing but the kind of database: whatever differs from use to use is `given`
 */
export function keep<Values, Row>(
  build: (db: Db, given: Given<Values>) => CompiledQuery<Row>,
): (db: Db) => Kept<Values, Row> {
  const kept = new Map<DatabaseEngine, Kept<Values, Row>>();
  return db => {
    const engine = engineOf(db);
    const found = kept.get(engine);
    if (found !== undefined) return found;
    const reads: ((values: Values) => unknown)[] = [];
    const query = build(db, givenOf(engine, reads));
    const parametersOf = (values: Values) =>
      query.parameters.map(one => (one instanceof Gap ? reads[one.at]?.(values) : one));
    const made = { query, name: nameOf(query), parametersOf };
    kept.set(engine, made);
    return made;
  };
}

/**
 * `keep` for a query that is run with some values at a time. It names all its columns: PostgreSQL keeps it parsed, and
 * what `*` means may change.
 */
export function keptQuery<Values, Row>(
  build: (db: Db, given: Given<Values>) => CompiledQuery<Row>,
): (db: Db, values: Values) => Query<Row> {
  const kept = keep(build);
  return (db, values) => {
    const { query: compiled, name, parametersOf } = kept(db);
    const filled: CompiledQuery<Row> & Statement = { ...compiled, name, parameters: parametersOf(values) };
    const execute = async (): Promise<Row[]> =>
      engineOf(db) === 'postgres' ? runNamed(db, filled) : (await db.executeQuery<Row>(filled)).rows;
    return { compile: () => filled, execute };
  };
}

/**
 * Of the text: if a proxy lends connections on which others have prepared statements, nobody runs another text than
 * their own.
 */
function nameOf({ sql: text }: CompiledQuery): string {
  return `passfob_${createHash('sha256').update(text).digest('base64url')}`;
}

function givenOf<Values>(engine: DatabaseEngine, reads: ((values: Values) => unknown)[]): Given<Values> {
  const gap = (read: (values: Values) => unknown) => new Gap(reads.push(read) - 1);
  return {
    value: read => sql`${gap(read)}`,
    // PostgreSQL plans `any` of a parameter at once, and a subquery as a join.
    isAmong: (column, read) =>
      engine === 'postgres'
        ? sql<boolean>`${sql.ref(column)} = any(cast(${gap(read)} as text[]))`
        : sql<boolean>`${sql.ref(column)} in (select value from json_each(${gap(values => JSON.stringify(read(values)))}))`,
  };
}
