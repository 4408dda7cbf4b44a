import BetterSqlite from 'better-sqlite3';
import { Kysely, SqliteDialect, sql } from 'kysely';
import type { Db, Store } from '../../storage/database/database.ts';
import type { Schema } from '../../storage/schema/schema.ts';

/** Runs `work` on a snapshot of the database, while others go on writing. */
export async function withSnapshot<T>({ db, engine }: Store, work: (snapshot: Db) => Promise<T>): Promise<T> {
  if (engine === 'postgres')
    return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work);
  // A transaction on the service's own connection would stop the service; another connection reads in parallel.
  const { rows } = await sql<{ name: string; file: string }>`pragma database_list`.execute(db);
  const path = rows.find(({ name }) => name === 'main')?.file ?? '';
  const connection = new BetterSqlite(path, { readonly: true, fileMustExist: true });
  const reader = new Kysely<Schema>({ dialect: new SqliteDialect({ database: connection }) });
  try {
    return await reader.transaction().execute(work);
  } finally {
    await reader.destroy();
  }
}

/** Returns the names of the migrations that have been applied. */
export async function migrationNames(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table('kysely_migration')}
    order by name`.execute(db);
  return rows.map(({ name }) => name);
}
