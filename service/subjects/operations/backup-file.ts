import { timingSafeEqual } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { recordLimits } from '../../base/limits/records.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { macStream } from '../../storage/encryption-at-rest/seal.ts';
import { BACKUP_FORMAT, BACKUP_VERSION, type BackupHeader } from './backup.ts';
import { backedUpTables } from './tables.ts';

/** Why a backup cannot be used. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: 'backup_damaged' | 'backup_foreign' | 'backup_other_version';

  constructor(code: BackupError['code'], cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export type BackupRow = readonly [table: string, row: Record<string, string | number | null>];

/**
 * Reads a backup from start to end: first the header, then every row. Only a reader that reaches the end without an
 * error knows that the MAC is right and nothing is missing.
 *
 * @throws BackupError
 */
export async function* readBackup(path: string, keys: Keys): AsyncGenerator<BackupHeader | BackupRow> {
  const mac = macStream(keys, 'backup');
  const counts: Record<string, number> = {};
  for (const { table } of backedUpTables) counts[table] = 0;
  let isFirst = true;
  let isOver = false;
  for await (const line of linesOf(path)) {
    if (isOver) throw new BackupError('backup_damaged');
    const value = parsed(line);
    if (isFirst) yield headerOf(value);
    else if (Array.isArray(value)) {
      const row = rowOf(value);
      counts[row[0]] = (counts[row[0]] ?? 0) + 1;
      yield row;
    } else {
      mac.update(JSON.stringify(counts));
      checkManifest(value, counts, mac.digest('base64url'));
      isOver = true;
    }
    if (!isOver) mac.update(line).update('\n');
    isFirst = false;
  }
  if (!isOver) throw new BackupError('backup_damaged');
}

function headerOf(value: unknown): BackupHeader {
  const header = value as Partial<BackupHeader> | null;
  if (typeof header !== 'object' || header === null || header.format !== BACKUP_FORMAT)
    throw new BackupError('backup_damaged');
  if (header.version !== BACKUP_VERSION) throw new BackupError('backup_other_version');
  if (typeof header.createdMs !== 'number' || !Array.isArray(header.keyIds))
    throw new BackupError('backup_damaged');
  return header as BackupHeader;
}

function rowOf(value: unknown[]): BackupRow {
  const [table, row] = value;
  const isKnown = backedUpTables.some(known => known.table === table);
  if (value.length !== 2 || !isKnown || typeof row !== 'object' || row === null)
    throw new BackupError('backup_damaged');
  return [String(table), row as BackupRow[1]];
}

function checkManifest(value: unknown, counts: Record<string, number>, expected: string): void {
  if (typeof value !== 'object' || value === null || !('mac' in value) || !('counts' in value))
    throw new BackupError('backup_damaged');
  const given = Buffer.from(String(value.mac));
  const wanted = Buffer.from(expected);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new BackupError('backup_foreign');
  if (JSON.stringify(value.counts) !== JSON.stringify(counts)) throw new BackupError('backup_damaged');
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (error) {
    throw new BackupError('backup_damaged', error);
  }
}

/** Reads the lines of a compressed file, each of bounded length however large its content is. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  // It is read twice; a pipe would also wait for its writer, and nothing could end that.
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new BackupError('backup_damaged');
  const file = createReadStream(path);
  const unpacked = createGunzip();
  file.on('error', error => unpacked.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of file.pipe(unpacked)) {
      rest = Buffer.concat([rest, chunk as Buffer]);
      let start = 0;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
        yield rest.subarray(start, end);
        start = end + 1;
      }
      rest = rest.subarray(start);
      if (rest.length > recordLimits.backupLineMaxBytes) throw new BackupError('backup_damaged');
    }
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError('backup_damaged', error);
  } finally {
    file.destroy();
  }
  if (rest.length > 0) throw new BackupError('backup_damaged');
}
