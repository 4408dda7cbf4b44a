import { openPostgres } from '@passfob/service/storage/database/postgres';
import { migrationProvider } from '@passfob/service/storage/migrations/list';
import type { Db, Store } from '@passfob/service/storage/schema/store';
import { openSqlite, writingSqlite } from '@passfob/service/storage/sqlite/sqlite';
import { Migrator } from 'kysely';
import { expect } from 'vitest';

/**
 * Creates a database in the state of an earlier version.
 *
 * @param last name of that version's last migration
 */
export async function olderStore(
  { directory, databaseUrl }: { readonly directory: string; readonly databaseUrl: string | undefined },
  last: string,
): Promise<Store> {
  const migrate = async (db: Db) => {
    const migrator = new Migrator({ db, provider: migrationProvider });
    expect((await migrator.migrateTo(last)).error).toBeUndefined();
  };
  const store =
    databaseUrl === undefined ? openSqlite(directory) : openPostgres(databaseUrl, { answerMs: undefined });
  await (databaseUrl === undefined ? writingSqlite(store.db, migrate) : migrate(store.db));
  return store;
}
