import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import { CompiledQuery, type DatabaseConnection, Kysely, SqliteDialect, SqliteDriver } from 'kysely';
import { networkFileSystem } from '../database-file.ts';
import type { EncryptionKeys } from '../encryption-at-rest/seal.ts';
import { FobError, systemCode } from '../errors.ts';
import { INVENTORY_BUSY_TIMEOUT_MS } from '../limits.ts';
import { isNativeDatabaseMissing, NATIVE_DATABASE_TEXT } from '../native-database.ts';
import { openWithLog } from '../open-database.ts';
import { openKeyFile } from './key-file.ts';
import { type InventorySchema, MIGRATIONS } from './schema.ts';

/** The owner's data about its fobs: `inventory.db` and the key file `inventory.key` in one folder. */
export interface Inventory {
  readonly directory: string;
  readonly db: Kysely<InventorySchema>;
  readonly keys: EncryptionKeys;
  close(): Promise<void>;
}

/**
 * Opens the inventory of a folder, or creates it.
 * @throws FobError `inventory`
 */
export function openInventory(directory: string): Inventory {
  const path = join(directory, 'inventory.db');
  const connection = opened(directory, path);
  try {
    migrate(connection, path);
    const keys = openKeyFile(keyPath(directory), !holdsSecrets(connection));
    // A re-keying that was interrupted may have added a key that is not in use yet.
    keys.follow(keyInUse(connection) ?? keys.currentKeyId);
    const db = new Kysely<InventorySchema>({ dialect: dialectOf(connection) });
    return { directory, db, keys, close: () => db.destroy() };
  } catch (error) {
    connection.close();
    throw inventoryError(error, path);
  }
}

/** Returns the path of the key file in the inventory's folder. */
export function keyPath(directory: string): string {
  return join(directory, 'inventory.key');
}

/** Runs changes in one transaction. What it reads stays as it is until it ends. */
export function together<T>(inventory: Inventory, work: (within: Inventory) => Promise<T>): Promise<T> {
  return inventory.db.transaction().execute(db => work({ ...inventory, db }));
}

/** Every transaction takes the write lock first: one that read before it waited could not go on (SQLITE_BUSY_SNAPSHOT). */
class WritingDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

function dialectOf(database: BetterSqlite.Database): SqliteDialect {
  const dialect = new SqliteDialect({ database });
  return Object.assign(dialect, { createDriver: () => new WritingDriver({ database }) });
}

function opened(directory: string, path: string): BetterSqlite.Database {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    refuseNetwork(directory, path);
    const connection = openWithLog(path, INVENTORY_BUSY_TIMEOUT_MS);
    // Data must be on the disk before it is sent to the fob, even if the power fails.
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    // Deleted secrets are overwritten, not only unlinked.
    connection.pragma('secure_delete = ON');
    return connection;
  } catch (error) {
    throw inventoryError(error, path);
  }
}

/**
 * The write-ahead log needs locks and shared memory, which do not work between computers on a network file system.
 */
function refuseNetwork(directory: string, path: string): void {
  const name = networkFileSystem(directory);
  if (name === undefined) return;
  throw new FobError('inventory', {
    sentence: `The inventory ${path} is on a file system that several computers use (${name}), where its locks do not hold.`,
    next: 'Name a folder on a disk of this computer by PASSFOB_HOME.',
  });
}

function migrate(connection: BetterSqlite.Database, path: string): void {
  const bringUpToDate = connection.transaction(() => {
    const version = Number(connection.pragma('user_version', { simple: true }));
    if (version > MIGRATIONS.length) {
      throw new FobError('inventory', {
        sentence: `The inventory ${path} was made by a later passfob.`,
        next: 'Update passfob.',
      });
    }
    for (const step of MIGRATIONS.slice(version)) connection.exec(step);
    connection.pragma(`user_version = ${MIGRATIONS.length}`);
  });
  bringUpToDate.immediate();
}

function holdsSecrets(connection: BetterSqlite.Database): boolean {
  return connection.prepare('select 1 from secrets limit 1').get() !== undefined;
}

/** Returns the id of the key under which the database takes new secrets; undefined before the first re-keying. */
function keyInUse(connection: BetterSqlite.Database): string | undefined {
  const row = connection.prepare<[], { key_id: string }>('select key_id from sealing').get();
  return row?.key_id;
}

/** Converts an error of SQLite or the file system into a `FobError`; a `FobError` is returned unchanged. */
export function inventoryError(cause: unknown, path: string): unknown {
  if (cause instanceof FobError) return cause;
  if (isNativeDatabaseMissing(cause)) return new FobError('inventory', { ...NATIVE_DATABASE_TEXT, cause });
  if (systemCode(cause) === 'SQLITE_CONSTRAINT_TRIGGER') {
    return new FobError('inventory', {
      sentence: `The inventory ${path} got a new key while this command ran.`,
      next: 'Run the command again: it finishes or undoes the interrupted work.',
      cause,
    });
  }
  const isBusy = systemCode(cause).startsWith('SQLITE_BUSY');
  return new FobError('inventory', {
    subject: path,
    cause,
    ...(isBusy && {
      sentence: `The inventory ${path} is in use by another passfob.`,
      next: 'Wait until it has ended, then run the command again.',
    }),
  });
}
