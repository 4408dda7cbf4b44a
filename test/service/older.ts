import { Migrator } from 'kysely';
import { expect } from 'vitest';
import { migrationProvider } from '../../host/service/data/migrations/list.ts';
import { openPostgres } from '../../host/service/data/postgres.ts';
import { openSqlite, writingSqlite } from '../../host/service/data/sqlite/sqlite.ts';
import type { Db, Store } from '../../host/service/data/store.ts';

/**
 * A database as an earlier version had it.
 *
 * @param last the name of that version's last migration
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
