import { dirname } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import type BetterSqlite from 'better-sqlite3';
import { networkFileSystem } from 'passfob/database-file';
import { isNativeDatabaseMissing, NATIVE_DATABASE_TEXT } from 'passfob/native-database';
import { openWithLog } from 'passfob/open-database';
import { ServiceError } from '../../base/errors.ts';
import { databaseLimits } from '../../base/limits/database.ts';
import { texts } from '../../base/texts/texts.ts';
import { type HeldFiles, holdFiles } from './held-files.ts';

/** The result of a statement. */
export interface Ran {
  readonly rows: readonly unknown[];
  /** Changed rows; 0 for a query. */
  readonly changes: number;
  readonly lastRowId: number | bigint;
}

/** Parameters of a statement, in order. */
export type Parameters = readonly unknown[];

/** One connection, on which statements are run one after another. */
export interface Statements {
  /**
   * Runs a statement once for each list of parameters.
   *
   * @throws an error of SQLite
   */
  run(text: string, lists: readonly Parameters[]): Ran;
  /** Whether the files are still those on the disk, with our locks on them. Once they are not, nothing is written any more. */
  areFilesHeld(): boolean;
  close(): void;
}

/**
 * Statements that may stay prepared. Others, which change tables or settings, may take effect while being prepared:
 * they are prepared for each use.
 */
const KEPT = /^\s*(?:select|insert|update|delete|with|begin|commit|rollback)\b/i;

/**
 * Opens (or creates) a database file. Statements stay prepared: preparing one costs as much as running it for many
 * rows.
 *
 * @throws ServiceError `network_folder`, `database_unusable`
 */
export function openStatements(path: string): Statements {
  const { connection, files } = openConnection(path);
  let isLost = false;
  const kept = new Map<string, BetterSqlite.Statement>();
  const prepare = (text: string) => {
    const found = kept.get(text);
    if (found !== undefined) return found;
    const statement = connection.prepare(text);
    if (!KEPT.test(text)) return statement;
    // Ever-changing texts must not use up the memory.
    if (kept.size >= databaseLimits.sqliteStatementsKept) kept.clear();
    kept.set(text, statement);
    return statement;
  };
  const areFilesHeld = () => {
    if (isLost || files.areHeld()) return !isLost;
    isLost = true;
    connection.pragma('query_only = ON');
    return false;
  };
  return {
    run(text, lists) {
      const statement = prepare(text);
      if (statement.reader) {
        const rows = lists.flatMap(parameters => statement.all(...parameters));
        return { rows, changes: 0, lastRowId: 0 };
      }
      let changes = 0;
      let lastRowId: number | bigint = 0;
      for (const parameters of lists) {
        const ran = statement.run(...parameters);
        changes += ran.changes;
        lastRowId = ran.lastInsertRowid;
      }
      return { rows: [], changes, lastRowId };
    },
    areFilesHeld,
    close() {
      if (areFilesHeld()) connection.close();
      else leaveOpen(connection);
    },
  };
}

/** Connections that are never closed, and kept from garbage collection. */
const left: BetterSqlite.Database[] = [];

/**
 * Leaves a connection open until the process ends. Closing it would copy its lost log over later writes of other
 * programs to the database. A process that ends by itself also closes it; one that calls exit does not.
 */
function leaveOpen(connection: BetterSqlite.Database): void {
  left.push(connection);
  if (isMainThread && left.length === 1) process.once('exit', code => process.exit(code));
}

interface Opened {
  readonly connection: BetterSqlite.Database;
  readonly files: HeldFiles;
}

/** @throws ServiceError `network_folder`, `database_unusable` */
function openConnection(path: string): Opened {
  try {
    const network = networkFileSystem(dirname(path));
    if (network !== undefined) throw new ServiceError('network_folder', texts.startup.networkFolder(network));
    const connection = openWithLog(path, databaseLimits.openTimeoutMs);
    // A power cut that undoes a commit would lower a last accepted step and allow a replay.
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    // The space of a revoked token's seed is overwritten, not just unlinked.
    connection.pragma('secure_delete = ON');
    connection.pragma(`wal_autocheckpoint = ${databaseLimits.sqliteCheckpointPages}`);
    connection.pragma(`cache_size = -${databaseLimits.sqliteCacheKib}`);
    connection.pragma(`mmap_size = ${databaseLimits.sqliteMapBytes}`);
    // SQLite waits by sleeping in the calling thread: long waits would stall every other request, and two nodes in one
    // process would wait for each other. `writing` queues without blocking instead.
    connection.pragma(`busy_timeout = ${databaseLimits.busyBlockingMs}`);
    // The first read takes the locks that SQLite then holds.
    connection.prepare('select count(*) from sqlite_schema').get();
    return { connection, files: holdFiles(path) };
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    if (isNativeDatabaseMissing(error)) {
      const { sentence, next } = NATIVE_DATABASE_TEXT;
      throw new ServiceError('database_unusable', `${sentence} ${next}`, error);
    }
    throw new ServiceError('database_unusable', texts.startup.databaseUnusable, error);
  }
}
