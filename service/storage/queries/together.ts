import { type Compilable, CompiledQuery } from 'kysely';
import { engineOf } from '../schema/engine.ts';
import type { Db } from '../schema/store.ts';

/** A statement as it is sent. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** PostgreSQL keeps it parsed under this name, on each connection that ran it: there must be few, and of fixed texts. */
  readonly name?: string | undefined;
}

/** As the only parameter of a statement: these statements are sent at once, and each row returned is the rows of one. */
export class Together {
  readonly statements: readonly Statement[];

  constructor(statements: readonly Statement[]) {
    this.statements = statements;
  }
}

/** As the only parameter of a statement: it is sent with the next statement of the transaction, at the latest its commit. */
export class WithNext {
  readonly statement: Statement;
  readonly check: ((rows: readonly unknown[]) => void) | undefined;

  constructor(statement: Statement, check: WithNext['check']) {
    this.statement = statement;
    this.check = check;
  }
}

/** A query that is not run yet. */
export interface Query<Row> extends Compilable<Row> {
  execute(): Promise<Row[]>;
}

/** The rows of each of some queries, in their order. */
type RowsOf<Queries extends readonly Query<unknown>[]> = {
  -readonly [At in keyof Queries]: Queries[At] extends Query<infer Row> ? Row[] : never;
};

/**
 * Runs queries one after the other, in one round trip on PostgreSQL. They remain statements of their own: one that
 * follows a lock sees everything that was committed before the lock was granted, as parts of one statement would not.
 */
export async function together<const Queries extends readonly Query<unknown>[]>(
  db: Db,
  queries: Queries,
): Promise<RowsOf<Queries>> {
  if (engineOf(db) === 'postgres') {
    const statements = new Together(queries.map(query => query.compile()));
    const { rows } = await db.executeQuery(CompiledQuery.raw('', [statements]));
    return rows as RowsOf<Queries>;
  }
  const rows: unknown[][] = [];
  for (const query of queries) rows.push(await query.execute());
  return rows as RowsOf<Queries>;
}

/** Runs a statement on PostgreSQL with its name, which Kysely would leave out. */
export async function runNamed<Row>(db: Db, statement: Statement): Promise<Row[]> {
  const { rows } = await db.executeQuery<Row[]>(CompiledQuery.raw('', [new Together([statement])]));
  return rows[0] ?? [];
}

/**
 * Runs a statement whose result the transaction does not wait for: on PostgreSQL it is sent together with the next one.
 * If it fails, that one does, and nothing is committed.
 *
 * @param check gets its rows before the next statement returns, and throws if the transaction must not go on
 */
export async function withNext<Row>(
  db: Db,
  statement: Statement,
  check?: (rows: readonly Row[]) => void,
): Promise<void> {
  if (engineOf(db) === 'postgres') {
    const later = new WithNext(statement, check as WithNext['check']);
    await db.executeQuery(CompiledQuery.raw('', [later]));
    return;
  }
  const { sql, parameters } = statement;
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(sql, [...parameters]));
  check?.(rows);
}
