import { type SqlBool, sql } from 'kysely';
import { userLimits } from '../../base/limits/users.ts';
import {
  count,
  facts,
  named,
  nullable,
  object,
  serviceText,
  type TypeOf,
  text,
  time,
} from '../../base/shapes.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import type { Db } from '../../storage/database/database.ts';
import type { AuditRow, SubjectKind } from '../audit/record.ts';
import { equals, filter, oneFilter, period } from '../kit/filters.ts';
import { pagedList } from '../kit/list.ts';
import { firstItems } from '../kit/read-list.ts';

const words = consoleTexts.audit;
const name = text(userLimits.userNameMax, { minLength: 1 });

/** A row of the audit, as operators see it. `seal`: the checkpoint that covers it; null for the newest few seconds. */
const shape = named(
  object({
    id: count,
    atMs: time,
    actor: serviceText,
    role: serviceText,
    action: serviceText,
    subjectKind: serviceText,
    subjectId: serviceText,
    subject: serviceText,
    detail: facts,
    source: serviceText,
    requestId: serviceText,
    seal: nullable(count),
  }),
  'AuditRow',
);
type AuditView = TypeOf<typeof shape>;

/** The acts of operators and of the service. */
export const audit = pagedList<AuditView, AuditRow>({
  name: 'audit.list',
  summary: 'List the audit of operator acts, newest first.',
  at: 'GET /v1/audit',
  permission: 'audit.read',
  item: shape,
  as: 'rows',
  key: 'id',
  title: 'id',
  columns: {
    atMs: { label: words.time, as: 'time' },
    action: { label: words.action, as: 'name' },
    actor: { label: words.actor },
    subject: { label: words.subject },
    detail: { label: words.detail, as: 'facts' },
    source: { label: words.source },
  },
  page: {
    at: '/audit',
    title: words.title,
    none: words.none,
    over: [{ at: '/audit/verify', words: words.verify, permission: 'audit.verify', isButton: true }],
  },
  filters: {
    actor: equals(name, words.actor, 'actor'),
    action: equals(name, words.action, 'action'),
    subjectKind: oneFilter<SubjectKind>(words.kinds, words.subjectKind, 'subject_kind'),
    subject: equals(name, words.subject, 'subject'),
    subjectId: filter(name, { label: '', kind: 'hidden' }, id => sql<SqlBool>`subject_id = ${id}`, {
      carried: 'rows',
    }),
    source: equals(name, words.source, 'source'),
    ...period('at_ms'),
  },
  rows: { table: 'audit', order: { at_ms: 'number', id: 'number' }, selected: sql<AuditRow>`audit.*` },
  views: rows =>
    rows.map(row => ({
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
    })),
});

/** Returns the latest rows about one subject. */
export async function auditOf(
  db: Db,
  about: { readonly subjectKind: SubjectKind; readonly subjectId: string },
  limit: number,
) {
  return await firstItems(db, audit, { filters: { ...about }, nowMs: 0, limit });
}

/** A tampered detail must not keep the other rows from being read. */
function detailOf(written: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
