import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, linkSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { sql } from 'kysely';
import { syncFolder } from 'passfob/private-file';
import type { Actor } from '../../base/actor.ts';
import { systemCode } from '../../base/errors.ts';
import { recordLimits } from '../../base/limits/records.ts';
import { done, refused } from '../../base/results.ts';
import { type Db, type Store, writing } from '../../storage/database/database.ts';
import { keyIdsInUse } from '../../storage/encryption-at-rest/columns.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { macStream } from '../../storage/encryption-at-rest/seal.ts';
import type { Management } from '../../storage/management.ts';
import { recordAudit } from '../audit/record.ts';
import { migrationNames, withSnapshot } from './snapshot.ts';
import { backedUpTables } from './tables.ts';

export const BACKUP_FORMAT = 'passfob-backup';
export const BACKUP_VERSION = 1;

/** The first line of a backup. */
export interface BackupHeader {
  readonly format: typeof BACKUP_FORMAT;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  readonly migrations: readonly string[];
  /** The keys that decrypt its encrypted values: they are in the key file, never in the backup. */
  readonly keyIds: readonly string[];
}

/**
 * The last line of a backup: the number of rows of each table, and the MAC of all lines before it and of the counts.
 */
export interface BackupManifest {
  readonly counts: Readonly<Record<string, number>>;
  readonly mac: string;
}

/** A completed backup. */
export interface Backup {
  readonly path: string;
  readonly header: BackupHeader;
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Writes everything except the key file into one new file that only its owner can read, while the service runs: JSON
 * lines, compressed, as of one moment, under a MAC. It can be restored on either kind of database.
 *
 * @throws ServiceError `busy`; an error of the file system
 */
export async function backup(
  { store, keys, clock }: Omit<Management, 'db'> & { readonly store: Store },
  actor: Actor,
  { path }: { readonly path: string },
) {
  // A unique name: a file that a crash leaves behind does not prevent later backups.
  const partial = `${path}.${randomBytes(recordLimits.backupNameBytes).toString('hex')}.partial`;
  if (existsSync(path)) return refused('backup_exists');
  try {
    const made = await withSnapshot(store, async db => {
      const header: BackupHeader = {
        format: BACKUP_FORMAT,
        version: BACKUP_VERSION,
        createdMs: clock(),
        migrations: await migrationNames(db),
        keyIds: [...(await keyIdsInUse(db))].sort(),
      };
      const counts: Record<string, number> = {};
      const file = createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true });
      await pipeline(linesOf(db, keys, header, counts), createGzip(), file);
      return { path, header, counts };
    });
    // Unlike renaming, this never replaces another backup.
    linkSync(partial, path);
    syncFolder(dirname(path));
    await writing(store.db, db => recordAudit(db, keys, entryOf(actor, made, clock())));
    return done(made);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return refused('backup_exists');
    throw error;
  } finally {
    rmSync(partial, { force: true });
  }
}

function entryOf(actor: Actor, { header, counts }: Backup, atMs: number) {
  return {
    atMs,
    actor,
    action: 'service.backup',
    subjectKind: 'service' as const,
    subjectId: 'backup',
    subject: 'backup',
    detail: { createdMs: header.createdMs, users: counts.users ?? 0, tokens: counts.tokens ?? 0 },
  };
}

async function* linesOf(
  db: Db,
  keys: Keys,
  header: BackupHeader,
  counts: Record<string, number>,
): AsyncGenerator<string> {
  const mac = macStream(keys, 'backup');
  const line = (value: unknown) => {
    const text = `${JSON.stringify(value)}\n`;
    mac.update(text);
    return text;
  };
  yield line(header);
  for (const { table, key } of backedUpTables) {
    counts[table] = 0;
    for await (const rows of pagesOf(db, table, key)) {
      counts[table] += rows.length;
      yield rows.map(row => line([table, row])).join('');
    }
  }
  mac.update(JSON.stringify(counts));
  const manifest: BackupManifest = { counts, mac: mac.digest('base64url') };
  yield `${JSON.stringify(manifest)}\n`;
}

type BackupRow = Record<string, string | number | null>;

/** Reads a table, a page at a time, in the order of its primary key. */
async function* pagesOf(db: Db, table: string, key: readonly string[]): AsyncGenerator<BackupRow[]> {
  const names = sql.join(key.map(name => sql.ref(name)));
  let after: BackupRow | undefined;
  for (;;) {
    const place = after;
    const later = place && sql`where (${names}) > (${sql.join(key.map(name => place[name]))})`;
    const { rows } = await sql<BackupRow>`select * from ${sql.table(table)} ${later ?? sql``}
      order by ${names} limit ${recordLimits.backupPageRows}`.execute(db);
    if (rows.length > 0) yield rows;
    if (rows.length < recordLimits.backupPageRows) return;
    after = rows.at(-1);
  }
}
