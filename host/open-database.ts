import BetterSqlite from 'better-sqlite3';
import { createForSqlite } from './database-file.ts';
import { systemCode } from './errors.ts';
import { DATABASE_RETRY_MS } from './limits.ts';

/**
 * Opens an SQLite database with a write-ahead log, or creates it.
 *
 * @param waitMs blocks this thread for so long while other processes use it
 * @throws an error of SQLite or the file system
 */
export function openWithLog(path: string, waitMs: number): BetterSqlite.Database {
  // SQLite gives the write-ahead log the mode of the database file.
  createForSqlite(path);
  const connection = new BetterSqlite(path, { timeout: waitMs });
  const giveUpAt = performance.now() + waitMs;
  for (;;)
    try {
      connection.pragma('journal_mode = WAL');
      return connection;
    } catch (error) {
      // SQLite itself does not wait while another process begins the log of a new database.
      if (!systemCode(error).startsWith('SQLITE_BUSY') || performance.now() > giveUpAt) {
        connection.close();
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, DATABASE_RETRY_MS);
    }
}
