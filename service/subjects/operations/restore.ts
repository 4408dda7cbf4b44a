import { sql } from 'kysely';
import { isOfOpenedDatabase } from 'passfob/database-file';
import type { Actor } from '../../base/actor.ts';
import { recordLimits } from '../../base/limits/records.ts';
import { done, refused } from '../../base/results.ts';
import { type Db, type Store, writing } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import type { Management } from '../../storage/management.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import { fillParts } from '../../storage/search/fill.ts';
import { recordAudit } from '../audit/record.ts';
import { dropRestoredMail } from '../mail/expiry.ts';
import type { BackupHeader } from './backup.ts';
import { BackupError, type BackupRow, readBackup } from './backup-file.ts';
import { raiseReplayProtection } from './raise-replay-protection.ts';
import { migrationNames } from './snapshot.ts';
import { backedUpTables, leftOutTables, numberedTables } from './tables.ts';

/** The result of a restore. */
interface Restored {
  /** When the backup was made: later changes are lost. Milliseconds since 1970. */
  readonly createdMs: number;
  readonly rows: number;
  /** Keys that the backup needs and the key file does not hold: values encrypted under them cannot be used. */
  readonly missingKeyIds: readonly string[];
}

/**
 * Restores a backup into an empty database in one transaction. The last accepted steps and counters are raised, so
 * that nothing accepted since the backup is accepted again. Nobody is logged in. Jobs are paused, because some of
 * their later work may be lost. Waiting mail is dropped, because it may have been sent since.
 *
 * @param counterGap how many passcodes of one HOTP fob may have been accepted since the backup; default 25
 * @throws ServiceError `busy`; an error of the database
 */
export async function restore(
  { store, keys, clock }: Omit<Management, 'db'> & { readonly store: Store },
  actor: Actor,
  {
    path,
    counterGap = recordLimits.restoreCounterGap,
  }: { readonly path: string; readonly counterGap?: number },
) {
  if (!Number.isInteger(counterGap) || counterGap < 0 || counterGap > recordLimits.restoreCounterGapMax)
    return refused('bad_counter_gap');
  // It is not a backup, and closing it would drop the database's locks on it.
  if (isOfOpenedDatabase(path)) return refused('backup_damaged');
  try {
    // The first pass does not touch the database: faults of a file are reported before anything is changed.
    for await (const item of readBackup(path, keys)) if (!isRow(item)) await checkVersion(store.db, item);
    return await writing(store.db, async db => {
      if (!(await isEmpty(db))) return refused('database_not_empty');
      const { header, rows } = await insertAll(db, path, keys);
      await fillParts(db);
      const atMs = clock();
      await raiseReplayProtection(db, atMs, counterGap);
      await db
        .updateTable('jobs')
        .set({ state: 'paused', leased_until_ms: null })
        .where('state', 'in', ['queued', 'running'])
        .execute();
      await dropRestoredMail(db);
      await recordAudit(db, keys, {
        atMs,
        actor,
        action: 'service.restore',
        subjectKind: 'service',
        subjectId: 'backup',
        subject: 'backup',
        detail: { createdMs: header.createdMs, rows, counterGap },
      });
      const missingKeyIds = header.keyIds.filter(id => !keys.sealing.has(id));
      return done<Restored>({ createdMs: header.createdMs, rows, missingKeyIds });
    });
  } catch (error) {
    if (error instanceof BackupError) return refused(error.code);
    throw error;
  }
}

function isRow(item: BackupHeader | BackupRow): item is BackupRow {
  return Array.isArray(item);
}

async function checkVersion(db: Db, header: BackupHeader): Promise<void> {
  if (JSON.stringify(header.migrations) !== JSON.stringify(await migrationNames(db)))
    throw new BackupError('backup_other_version');
}

async function isEmpty(db: Db): Promise<boolean> {
  for (const table of [...backedUpTables.map(({ table: name }) => name), ...leftOutTables]) {
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db);
    if (rows.length > 0) return false;
  }
  return true;
}

async function insertAll(db: Db, path: string, keys: Keys): Promise<{ header: BackupHeader; rows: number }> {
  let header: BackupHeader | undefined;
  let rows = 0;
  let table = '';
  let batch: BackupRow[1][] = [];
  const flush = async () => {
    if (batch.length > 0)
      await db
        .insertInto(table as never)
        .values(batch as never)
        .execute();
    rows += batch.length;
    batch = [];
  };
  for await (const item of readBackup(path, keys)) {
    if (!isRow(item)) {
      header = item;
      continue;
    }
    if (item[0] !== table || batch.length >= recordLimits.backupInsertRows) await flush();
    table = item[0];
    batch.push(item[1]);
  }
  await flush();
  await continueNumbers(db);
  if (header === undefined) throw new BackupError('backup_damaged');
  return { header, rows };
}

/** PostgreSQL's sequences do not follow explicitly inserted numbers; SQLite's do. */
async function continueNumbers(db: Db): Promise<void> {
  if (engineOf(db) !== 'postgres') return;
  for (const table of numberedTables)
    await sql`select setval(pg_get_serial_sequence(${table}, 'id'), greatest(max(id), 1)) from ${sql.table(table)}`.execute(
      db,
    );
}
