import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Parameters, Statements } from './statements.ts';

/**
 * As the only parameter of a statement: the statement is run for each of these lists, and returns the rows of all.
 */
export class EachOf {
  readonly lists: readonly Parameters[];

  constructor(lists: readonly Parameters[]) {
    this.lists = lists;
  }
}

/** Kysely's SQLite, over statements that stay prepared. */
export function dialectOf(statements: Statements): Dialect {
  return {
    createAdapter: () => new StatementsAdapter(statements),
    createDriver: () => new SqliteDriver(statements),
    createIntrospector: db => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** Leads from a handle, or a transaction of it, to the statements it runs on. */
class StatementsAdapter extends SqliteAdapter {
  readonly statements: Statements;

  constructor(statements: Statements) {
    super();
    this.statements = statements;
  }
}

/** Returns the statements that a handle on SQLite runs on. */
export function statementsOf<T>(db: Kysely<T>): Statements {
  const { adapter } = db.getExecutor();
  if (adapter instanceof StatementsAdapter) return adapter.statements;
  throw new Error('this is no database of the SQLite dialect');
}

class SqliteConnection implements DatabaseConnection {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const [only] = parameters;
    const lists = only instanceof EachOf ? only.lists : [parameters];
    const { rows, changes, lastRowId } = this.#statements.run(sql, lists);
    return { rows: rows as Row[], numAffectedRows: BigInt(changes), insertId: BigInt(lastRowId) };
  }

  /** Prepared statements return all their rows at once. */
  streamQuery(): never {
    throw new Error('rows are not streamed');
  }
}

/** One connection: first come, first served. */
class SqliteDriver implements Driver {
  readonly #statements: Statements;
  readonly #connection: SqliteConnection;
  #free: Promise<void> = Promise.resolve();
  #release = () => {};

  constructor(statements: Statements) {
    this.#statements = statements;
    this.#connection = new SqliteConnection(statements);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#free;
    let release = () => {};
    this.#free = new Promise(resolve => {
      release = resolve;
    });
    await before;
    this.#release = release;
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    this.#release();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async destroy(): Promise<void> {
    this.#statements.close();
  }
}
