import { randomInt } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { ServiceError, systemCode } from '../errors.ts';
import { limits } from '../limits.ts';
import { texts } from '../texts.ts';
import type { Schema } from './schema.ts';
import type { Db, Store } from './store.ts';

/**
 * Opens (or makes) `service.db` in a directory; its tables may be older or missing.
 *
 * @throws ServiceError `database_unusable`
 */
export function openSqlite(directory: string): Store {
  const connection = openConnection(join(directory, 'service.db'));
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: connection }) });
  return {
    db,
    engine: 'sqlite',
    watch: changed => watchVersion(connection, changed),
    announce: () => Promise.resolve(),
    close: () => db.destroy(),
  };
}

function openConnection(path: string): BetterSqlite.Database {
  try {
    // SQLite makes files by the umask; the write-ahead log then copies the mode of the database file.
    closeSync(openSync(path, 'a', 0o600));
    const connection = new BetterSqlite(path, { timeout: limits.openTimeoutMs });
    connection.pragma('journal_mode = WAL');
    // A commit that a power cut takes back would lower a high-water mark and re-open a replay.
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    // What a revoked token's seed stood in is overwritten, not just unlinked.
    connection.pragma('secure_delete = ON');
    connection.pragma(`wal_autocheckpoint = ${limits.sqliteCheckpointPages}`);
    connection.pragma(`cache_size = -${limits.sqliteCacheKib}`);
    connection.pragma(`mmap_size = ${limits.sqliteMapBytes}`);
    // SQLite waits by sleeping in the calling thread: long waits would stall every other request, and two nodes in one
    // process would wait for each other. `writing` queues without blocking instead.
    connection.pragma(`busy_timeout = ${limits.busyBlockingMs}`);
    return connection;
  } catch (error) {
    throw new ServiceError('database_unusable', texts.startup.databaseUnusable, error);
  }
}

/** SQLite numbers what other connections have committed, of this or another process. */
function watchVersion(connection: BetterSqlite.Database, changed: () => void): () => void {
  const version = () => connection.pragma('data_version', { simple: true });
  let seen = version();
  const timer = setInterval(() => {
    const now = version();
    if (now !== seen) changed();
    seen = now;
  }, limits.changePollMs).unref();
  return () => clearInterval(timer);
}

/** `writing` on SQLite: the write lock is taken at the start (`BEGIN IMMEDIATE`). */
export async function writingSqlite<T>(db: Db, work: (transaction: Db) => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + limits.busyTimeoutMs;
  for (;;) {
    const attempt = await db.connection().execute(connection => transact(connection, work));
    if (attempt.begun) return attempt.result;
    if (performance.now() > giveUpAt) throw new ServiceError('busy', texts.startup.databaseBusy);
    // Without the connection, so that reads go on; and not in step with other nodes that wait.
    await wait(randomInt(limits.busyWaitMinMs, limits.busyWaitMaxMs));
  }
}

type Attempt<T> = { readonly begun: true; readonly result: T } | { readonly begun: false };

async function transact<T>(connection: Db, work: (transaction: Db) => Promise<T>): Promise<Attempt<T>> {
  try {
    await sql`begin immediate`.execute(connection);
  } catch (error) {
    if (systemCode(error).startsWith('SQLITE_BUSY')) return { begun: false };
    throw error;
  }
  try {
    const result = await work(connection);
    await sql`commit`.execute(connection);
    return { begun: true, result };
  } catch (error) {
    await rollback(connection);
    throw error;
  }
}

/** SQLite has already rolled back by itself after some errors (full disk); the first error is the one to report. */
async function rollback(connection: Db): Promise<void> {
  try {
    await sql`rollback`.execute(connection);
  } catch {
    return;
  }
}
