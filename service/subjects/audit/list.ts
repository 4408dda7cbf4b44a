import { recordLimits } from '../../base/limits/records.ts';
import type { Db } from '../../storage/database/database.ts';
import type { AuditRow, SubjectKind } from './record.ts';

/** Selects rows. Omitted fields do not restrict the selection. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly subjectKind?: SubjectKind | undefined;
  readonly subjectId?: string | undefined;
  /** Start (inclusive) and end (exclusive), in milliseconds since 1970. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Only rows with a lower number: `next` of the previous page. */
  readonly before?: number | undefined;
  /** 1 to 200, default 50. */
  readonly limit?: number | undefined;
}

/** A row of the audit, as operators see it. */
export interface AuditView {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly actor: string;
  readonly role: string;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly source: string;
  readonly requestId: string;
  /** The checkpoint that covers the row; null for the newest few seconds. */
  readonly seal: number | null;
}

/** One page of the audit, newest first; `next` continues it, null at the end. */
export interface AuditPage {
  readonly rows: readonly AuditView[];
  readonly next: number | null;
}

/** Returns the rows that match a filter, newest first. */
export async function listAudit(db: Db, filter: AuditFilter = {}): Promise<AuditPage> {
  const wanted = Math.trunc(filter.limit ?? recordLimits.auditListedDefault);
  const limit = Math.max(1, Math.min(recordLimits.auditListedMax, wanted));
  let query = db.selectFrom('audit').selectAll();
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  if (filter.subjectKind !== undefined) query = query.where('subject_kind', '=', filter.subjectKind);
  if (filter.subjectId !== undefined) query = query.where('subject_id', '=', filter.subjectId);
  if (filter.fromMs !== undefined) query = query.where('at_ms', '>=', filter.fromMs);
  if (filter.toMs !== undefined) query = query.where('at_ms', '<', filter.toMs);
  if (filter.before !== undefined) query = query.where('id', '<', filter.before);
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit);
  return { rows: shown.map(viewOf), next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

function viewOf(row: AuditRow): AuditView {
  return {
    id: row.id,
    atMs: row.at_ms,
    actor: row.actor,
    role: row.role,
    action: row.action,
    subjectKind: row.subject_kind,
    subjectId: row.subject_id,
    subject: row.subject,
    detail: detailOf(row.detail),
    source: row.source,
    requestId: row.request_id,
    seal: row.seal,
  };
}

/** A tampered detail must not keep the other rows from being read. */
function detailOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
