import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CompiledQuery, Kysely, sql } from 'kysely';
import { ServiceError, systemCode } from '../../base/errors.ts';
import { databaseLimits } from '../../base/limits/database.ts';
import { texts } from '../../base/texts/texts.ts';
import type { Schema } from '../schema/schema.ts';
import type { Db, Store } from '../schema/store.ts';
import { dialectOf, statementsOf } from './dialect.ts';
import { openStatements } from './statements.ts';

/**
 * Opens (or creates) `service.db` in a directory; its tables may be older or missing.
 *
 * @throws ServiceError `network_folder`, `database_unusable`
 */
export function openSqlite(directory: string): Store {
  const statements = openStatements(join(directory, 'service.db'));
  const db = new Kysely<Schema>({ dialect: dialectOf(statements) });
  return {
    db,
    engine: 'sqlite',
    areFilesHeld: () => statements.areFilesHeld(),
    watch: changed => watchVersion(db, changed),
    announce: () => Promise.resolve(),
    close: () => db.destroy(),
  };
}

/** Watches SQLite's number of the commits of other connections, of this or another process. */
function watchVersion(db: Db, changed: () => void): () => void {
  let seen: number | undefined;
  const look = async () => {
    const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db);
    const now = rows[0]?.data_version;
    if (seen !== undefined && now !== seen) changed();
    seen = now;
  };
  // A failed read is repeated next time.
  const tryLook = () => void look().catch(() => undefined);
  tryLook();
  const timer = setInterval(tryLook, databaseLimits.changePollMs).unref();
  return () => clearInterval(timer);
}

const BEGIN = CompiledQuery.raw('begin immediate');
const COMMIT = CompiledQuery.raw('commit');
const ROLLBACK = CompiledQuery.raw('rollback');

/** `writing` on SQLite: the write lock is taken at the start (`BEGIN IMMEDIATE`). */
export async function writingSqlite<T>(db: Db, work: (transaction: Db) => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + databaseLimits.busyTimeoutMs;
  for (;;) {
    const attempt = await db.connection().execute(connection => transact(connection, work));
    if (attempt.begun) return attempt.result;
    if (performance.now() > giveUpAt) throw new ServiceError('busy', texts.startup.databaseBusy);
    // Waits without the connection, so that reads go on; at random, so that nodes do not retry in step.
    await wait(randomInt(databaseLimits.busyWaitMinMs, databaseLimits.busyWaitMaxMs));
  }
}

type Attempt<T> = { readonly begun: true; readonly result: T } | { readonly begun: false };

async function transact<T>(connection: Db, work: (transaction: Db) => Promise<T>): Promise<Attempt<T>> {
  try {
    await connection.executeQuery(BEGIN);
  } catch (error) {
    if (systemCode(error).startsWith('SQLITE_BUSY')) return { begun: false };
    throw error;
  }
  try {
    checkFiles(connection);
    const result = await work(connection);
    await connection.executeQuery(COMMIT);
    // A commit into a lost file must not be reported as one.
    checkFiles(connection);
    return { begun: true, result };
  } catch (error) {
    await rollback(connection);
    throw error;
  }
}

/** @throws ServiceError `database_lost` */
function checkFiles(connection: Db): void {
  if (!statementsOf(connection).areFilesHeld())
    throw new ServiceError('database_lost', texts.startup.filesLost);
}

/** SQLite has already rolled back by itself after some errors (full disk); the first error is the one to report. */
async function rollback(connection: Db): Promise<void> {
  try {
    await connection.executeQuery(ROLLBACK);
  } catch {
    return;
  }
}
