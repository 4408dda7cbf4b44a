import type { Selectable } from 'kysely';
import { texts } from '../../base/texts/texts.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../storage/encryption-at-rest/seal.ts';
import type { Schema } from '../../storage/schema/schema.ts';
import { type AuditRow, auditMac } from './record.ts';

export type AuditCheckpoint = Selectable<Schema['audit_seals']>;

/** A fault in the audit, and the row or checkpoint concerned. */
export interface AuditFinding {
  readonly kind:
    | 'row_changed'
    | 'rows_removed'
    | 'row_inserted'
    | 'seal_changed'
    | 'seal_unlinked'
    | 'seals_missing'
    | 'anchor_changed'
    | 'head_changed';
  /** The first row concerned. */
  readonly row?: number;
  readonly seal?: number;
  /** The fault in words. */
  readonly text: string;
}

/**
 * Returns the MAC that links a checkpoint to the chain: over its number, time, previous checkpoint, and the numbers
 * and MACs of its rows in order.
 */
export function checkpointMac(
  keys: Keys,
  seal: Pick<AuditCheckpoint, 'number' | 'at_ms' | 'previous'>,
  rows: readonly Pick<AuditRow, 'id' | 'mac'>[],
): string {
  return macOf(keys, 'audit-seal', [
    String(seal.number),
    String(seal.at_ms),
    seal.previous,
    String(rows.length),
    ...rows.flatMap(row => [String(row.id), row.mac]),
  ]);
}

/** Checks consecutive rows, and reports missing, changed and misplaced ones. */
export function checkRows(
  keys: Keys,
  rows: readonly AuditRow[],
  expected: number | undefined,
): AuditFinding[] {
  const findings: AuditFinding[] = [];
  let next = expected;
  for (const row of rows) {
    if (next !== undefined && row.id > next) findings.push(removed(next, row.id - 1));
    if (next !== undefined && row.id < next) findings.push(inserted(row.id));
    if (row.mac !== auditMac(keys, row))
      findings.push({ kind: 'row_changed', row: row.id, text: texts.records.audit.rowChanged(row.id) });
    next = row.id + 1;
  }
  return findings;
}

/**
 * Checks one checkpoint and its rows.
 *
 * @param previous MAC of the previous checkpoint; undefined if that one is missing, which is already reported
 * @param expected number of its first row; undefined if it cannot be known
 */
export function checkCheckpoint(
  keys: Keys,
  seal: AuditCheckpoint,
  rows: readonly AuditRow[],
  { previous, expected }: { previous: string | undefined; expected: number | undefined },
): AuditFinding[] {
  const findings = checkRows(keys, rows, expected);
  const { number } = seal;
  if (previous !== undefined && seal.previous !== previous)
    findings.push({ kind: 'seal_unlinked', seal: number, text: texts.records.audit.sealUnlinked(number) });
  if (seal.mac !== checkpointMac(keys, seal, rows) || seal.rows !== rows.length)
    findings.push({ kind: 'seal_changed', seal: number, text: texts.records.audit.sealChanged(number) });
  return findings;
}

export function removed(first: number, last: number): AuditFinding {
  return { kind: 'rows_removed', row: first, text: texts.records.audit.rowsRemoved(first, last) };
}

export function inserted(row: number): AuditFinding {
  return { kind: 'row_inserted', row, text: texts.records.audit.rowInserted(row) };
}
