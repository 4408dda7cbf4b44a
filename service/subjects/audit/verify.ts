import { recordLimits } from '../../base/limits/records.ts';
import { texts } from '../../base/texts/texts.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { type Anchor, readAnchor } from './anchor.ts';
import {
  type AuditCheckpoint,
  type AuditFinding,
  checkCheckpoint,
  checkRows,
  inserted,
  removed,
} from './chain.ts';
import { readHead } from './head.ts';
import type { AuditRow } from './record.ts';

/** The result of a verification. */
export interface Verification {
  readonly intact: boolean;
  readonly rows: number;
  readonly seals: number;
  /** Rows without a checkpoint: the newest few seconds. Their own MACs and numbers were checked. */
  readonly unsealed: number;
  /** The checkpoint up to which the audit was rotated; null before the first rotation. */
  readonly rotatedSeal: number | null;
  /** The first findings, in order. */
  readonly findings: readonly AuditFinding[];
  /** The number of further findings. */
  readonly moreFindings: number;
}

/**
 * Checks every row and the chain of checkpoints while the service runs, a page at a time. Rows written meanwhile are
 * left for the next verification; a rotation during it restarts it.
 */
export async function verifyAudit(db: Db, keys: Keys): Promise<Verification> {
  for (;;) {
    const before = await edgeSeal(db, 'asc');
    const verification = await verifyOnce(db, keys);
    const after = await edgeSeal(db, 'asc');
    if (verification.intact || before?.number === after?.number) return verification;
  }
}

/** A walk along the audit: its position and its findings. */
interface Walk {
  readonly db: Db;
  readonly keys: Keys;
  readonly findings: AuditFinding[];
  found: number;
  rows: number;
  seals: number;
  unsealed: number;
  /** MAC of the previous checkpoint; undefined if that one is missing. */
  previous: string | undefined;
  /** The expected number of the next row; undefined if it cannot be known. */
  expected: number | undefined;
  /** The expected number of the next checkpoint. */
  number: number;
}

function report(walk: Walk, findings: readonly AuditFinding[]): void {
  walk.found += findings.length;
  walk.findings.push(...findings.slice(0, recordLimits.auditFindingsMax - walk.findings.length));
}

async function verifyOnce(db: Db, keys: Keys): Promise<Verification> {
  // The order matters: every row with a checkpoint has its number by the time the head is read.
  const first = await edgeSeal(db, 'asc');
  const last = await edgeSeal(db, 'desc');
  const highest = await db.selectFrom('audit').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  const head = await readHead(db, keys);
  const anchor = await readAnchor(db, keys, first);
  const walk = startAt(db, keys, anchor, first);
  await walkSeals(walk, last?.number ?? 0);
  await findUnknownSeals(walk);
  await walkTail(walk, last?.number ?? 0, highest?.id ?? 0);
  if (head.standing === 'changed' || (head.standing === 'absent' && highest !== undefined))
    report(walk, [{ kind: 'head_changed', text: texts.records.audit.headChanged }]);
  else if (walk.expected !== undefined && walk.expected <= head.id)
    report(walk, [removed(walk.expected, head.id)]);
  else if (highest !== undefined && highest.id > head.id) report(walk, [inserted(highest.id)]);
  return {
    intact: walk.found === 0,
    rows: walk.rows,
    seals: walk.seals,
    unsealed: walk.unsealed,
    rotatedSeal: anchor?.seal ?? null,
    findings: walk.findings,
    moreFindings: walk.found - walk.findings.length,
  };
}

function startAt(
  db: Db,
  keys: Keys,
  anchor: Anchor | null | undefined,
  first: AuditCheckpoint | undefined,
): Walk {
  const counts = { found: 0, rows: 0, seals: 0, unsealed: 0 };
  const walk: Walk = { db, keys, findings: [], ...counts, previous: '', expected: 1, number: 1 };
  if (anchor === null) return walk;
  if (anchor === undefined) {
    report(walk, [{ kind: 'anchor_changed', text: texts.records.audit.anchorChanged }]);
    const isRotated = first !== undefined && first.rotated_ms !== null;
    walk.number = isRotated ? first.number + 1 : (first?.number ?? 1);
    walk.previous = isRotated ? first.mac : undefined;
    walk.expected = undefined;
    return walk;
  }
  walk.number = anchor.seal + 1;
  walk.previous = first?.mac;
  walk.expected = anchor.lastRow + 1;
  return walk;
}

function edgeSeal(db: Db, direction: 'asc' | 'desc'): Promise<AuditCheckpoint | undefined> {
  return db.selectFrom('audit_seals').selectAll().orderBy('number', direction).limit(1).executeTakeFirst();
}

async function walkSeals(walk: Walk, last: number): Promise<void> {
  while (walk.number <= last) {
    const seals = await walk.db
      .selectFrom('audit_seals')
      .selectAll()
      .where('number', '>=', walk.number)
      .where('number', '<=', last)
      .orderBy('number')
      .limit(recordLimits.auditPageRows)
      .execute();
    for (const seal of seals) await walkSeal(walk, seal);
    if (seals.length === 0) return;
  }
}

async function walkSeal(walk: Walk, seal: AuditCheckpoint): Promise<void> {
  if (seal.number > walk.number) {
    const text = texts.records.audit.sealsMissing(walk.number, seal.number - 1);
    report(walk, [{ kind: 'seals_missing', seal: walk.number, text }]);
    walk.previous = undefined;
    walk.expected = undefined;
  }
  const rows = await walk.db
    .selectFrom('audit')
    .selectAll()
    .where('seal', '=', seal.number)
    .orderBy('id')
    .limit(recordLimits.auditSealRows + 1)
    .execute();
  report(walk, checkCheckpoint(walk.keys, seal, rows, walk));
  if (seal.rotated_ms !== null)
    report(walk, [{ kind: 'anchor_changed', seal: seal.number, text: texts.records.audit.anchorChanged }]);
  walk.rows += rows.length;
  walk.seals += 1;
  walk.number = seal.number + 1;
  walk.previous = seal.mac;
  const lastRow = rows.at(-1);
  walk.expected = lastRow === undefined ? undefined : lastRow.id + 1;
}

/** Reports rows that name a checkpoint that does not exist or whose rows should be gone. */
async function findUnknownSeals(walk: Walk): Promise<void> {
  const strays = await walk.db
    .selectFrom('audit')
    .leftJoin('audit_seals', 'audit_seals.number', 'audit.seal')
    .select(['audit.id', 'audit.seal'])
    .where('audit.seal', 'is not', null)
    .where(query =>
      query.or([query('audit_seals.number', 'is', null), query('audit_seals.rotated_ms', 'is not', null)]),
    )
    .orderBy('audit.id')
    .limit(recordLimits.auditFindingsMax)
    .execute();
  for (const { id, seal } of strays)
    report(walk, [{ kind: 'row_inserted', row: id, text: texts.records.audit.sealUnknown(seal ?? 0, id) }]);
}

/** Checks the rows after the last checkpoint, and any rows that a checkpoint should have covered. */
async function walkTail(walk: Walk, last: number, highest: number): Promise<void> {
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = await tailPage(walk.db, { last, after, highest });
    const lastRow = rows.at(-1);
    if (lastRow === undefined) return;
    // A row whose checkpoint was written after the walk began counts as one without: the next verification checks it.
    report(walk, checkRows(walk.keys, rows, walk.expected));
    walk.rows += rows.length;
    walk.unsealed += rows.length;
    walk.expected = Math.max(walk.expected ?? 0, lastRow.id + 1);
    after = lastRow.id;
  }
}

function tailPage(
  db: Db,
  { last, after, highest }: { last: number; after: number; highest: number },
): Promise<AuditRow[]> {
  return db
    .selectFrom('audit')
    .selectAll()
    .where(query => query.or([query('seal', 'is', null), query('seal', '>', last)]))
    .where('id', '>', after)
    .where('id', '<=', highest)
    .orderBy('id')
    .limit(recordLimits.auditPageRows)
    .execute();
}
