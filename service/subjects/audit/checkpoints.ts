import { recordLimits } from '../../base/limits/records.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { type AuditFinding, checkpointMac, checkRows } from './chain.ts';

/** The result of one checkpoint turn. */
export interface CheckpointResult {
  readonly rows: number;
  /** Whether more rows may be without a checkpoint. */
  readonly more: boolean;
  /** Faults found in the rows on the way. The rows get a checkpoint all the same: evidence is kept, not skipped. */
  readonly findings: readonly AuditFinding[];
}

/**
 * Writes a checkpoint for the next batch of rows, as the next link of the chain. Only one node does so at a time:
 * `writing` holds the advisory lock of PostgreSQL or the write lock of SQLite.
 *
 * @throws ServiceError `busy`
 */
export async function writeCheckpoint(db: Db, keys: Keys, nowMs: number): Promise<CheckpointResult> {
  const waiting = await db
    .selectFrom('audit')
    .select('id')
    .where('seal', 'is', null)
    .limit(1)
    .executeTakeFirst();
  if (waiting === undefined) return { rows: 0, more: false, findings: [] };
  return writing(db, transaction => sealNext(transaction, keys, nowMs));
}

async function sealNext(db: Db, keys: Keys, nowMs: number): Promise<CheckpointResult> {
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .where('seal', 'is', null)
    .orderBy('id')
    .limit(recordLimits.auditSealRows)
    .execute();
  const [firstRow] = rows;
  if (firstRow === undefined) return { rows: 0, more: false, findings: [] };
  const before = await db
    .selectFrom('audit_seals')
    .selectAll()
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  const link = { number: (before?.number ?? 0) + 1, at_ms: nowMs, previous: before?.mac ?? '' };
  await db
    .insertInto('audit_seals')
    .values({ ...link, rows: rows.length, mac: checkpointMac(keys, link, rows), rotated_ms: null })
    .execute();
  await db
    .updateTable('audit')
    .set({ seal: link.number })
    .where(
      'id',
      'in',
      rows.map(row => row.id),
    )
    .execute();
  const findings = checkRows(keys, rows, firstRow.id);
  return { rows: rows.length, more: rows.length === recordLimits.auditSealRows, findings };
}

/** Writes checkpoints until every row has one, as at shutdown. */
export async function writeAllCheckpoints(
  db: Db,
  keys: Keys,
  clock: () => number,
): Promise<CheckpointResult> {
  let rows = 0;
  const findings: AuditFinding[] = [];
  for (;;) {
    const sealed = await writeCheckpoint(db, keys, clock());
    rows += sealed.rows;
    findings.push(...sealed.findings.slice(0, recordLimits.auditFindingsMax - findings.length));
    if (!sealed.more) return { rows, more: false, findings };
  }
}
