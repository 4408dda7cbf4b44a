import { Migrator } from 'kysely';
import { ServiceError } from '../../base/errors.ts';
import { databaseLimits } from '../../base/limits/database.ts';
import { texts } from '../../base/texts/texts.ts';
import { isTooOld, migrationProvider } from '../migrations/list.ts';
import { engineOf } from '../schema/engine.ts';
import type { Db, Store } from '../schema/store.ts';
import { openSqlite, writingSqlite } from '../sqlite/sqlite.ts';
import { openPostgres, transactPostgres, writingPostgres } from './postgres.ts';
import { isPostgresLoss } from './postgres-loss.ts';
import { checkSchemaWithNext } from './schema-check.ts';

export type { Db, Store } from '../schema/store.ts';

/** Location and timing of the database. */
export interface StoreOptions {
  /** The folder of `service.db`. */
  readonly directory: string;
  /** `postgres://…` instead of the file. */
  readonly databaseUrl?: string | undefined;
  /** How long to wait for a response of PostgreSQL; tests use less. Default: `databaseLimits.postgresAnswerMs`. */
  readonly answerMs?: number | undefined;
}

/**
 * Opens (or creates) the database and brings its tables up to date.
 *
 * @throws ServiceError `database_newer`, `database_older`, `database_unusable`, `network_folder`, `busy`
 */
export async function openStore({
  directory,
  databaseUrl,
  answerMs = databaseLimits.postgresAnswerMs,
}: StoreOptions): Promise<Store> {
  if (databaseUrl === undefined) return migrated(openSqlite(directory), db => writingSqlite(db, migrateOn));
  // Migrating a table, or waiting for another node that does, takes time: after a timeout, every start would begin it
  // again.
  const patient = openPostgres(databaseUrl, { answerMs: undefined });
  await (await migrated(patient, migrateOn)).close();
  return openPostgres(databaseUrl, { answerMs });
}

/** PostgreSQL's migrations take a lock of their own; SQLite's run inside one write transaction. */
async function migrated(store: Store, migrate: (db: Db) => Promise<void>): Promise<Store> {
  try {
    await migrate(store.db);
    return store;
  } catch (error) {
    await store.close();
    if (error instanceof ServiceError) throw error;
    if (isPostgresLoss(error)) throw new ServiceError('busy', texts.startup.databaseLost, error);
    throw new ServiceError('database_unusable', texts.startup.databaseUnusable, error);
  }
}

async function migrateOn(db: Db): Promise<void> {
  const migrator = new Migrator({ db, provider: migrationProvider });
  const made = (await migrator.getMigrations()).filter(({ executedAt }) => executedAt !== undefined);
  if (isTooOld(made.map(({ name }) => name)))
    throw new ServiceError('database_older', texts.startup.databaseOlder);
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (error instanceof Error && error.message.startsWith('corrupted migrations'))
    throw new ServiceError('database_newer', texts.startup.databaseNewer, error);
  throw error;
}

/**
 * Runs `work` as one writing transaction: it is durable when the promise resolves, or rolled back. No other `writing`
 * runs meanwhile, on any node, so data that only `writing` changes cannot change between its reads and writes. `work`
 * may be run again from its start, so it must have no effects outside the transaction.
 *
 * @throws ServiceError `busy` if other writers held the database for the whole waiting time, or the connection to it
 * was lost; `database_lost` if its files are no longer those on the disk; `schema_changed` if another version changed
 * its tables; errors that `work` throws
 */
export function writing<T>(db: Db, work: (transaction: Db) => Promise<T>): Promise<T> {
  return engineOf(db) === 'postgres'
    ? writingPostgres(db, onOurTables(work))
    : writingSqlite(db, onOurTables(work));
}

/**
 * `writing` for validations: on PostgreSQL other nodes run theirs meanwhile, and rows that must not change have to be
 * locked (`lockUsers`).
 */
export function validating<T>(db: Db, work: (transaction: Db) => Promise<T>): Promise<T> {
  return engineOf(db) === 'postgres'
    ? transactPostgres(db, onOurTables(work))
    : writingSqlite(db, onOurTables(work));
}

function onOurTables<T>(work: (transaction: Db) => Promise<T>): (transaction: Db) => Promise<T> {
  return async transaction => {
    await checkSchemaWithNext(transaction);
    return work(transaction);
  };
}
