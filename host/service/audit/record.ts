import type { Db } from '../data/database.ts';
import type { Actor } from '../people/actor.ts';
import type { Action } from '../people/permissions.ts';
import type { Keys } from '../sealing/key-file.ts';
import { macOf } from '../sealing/seal.ts';

/** One act of administration, as it is recorded. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly actor: Actor;
  readonly action: Action | string;
  readonly subjectKind:
    | 'user'
    | 'token'
    | 'policy'
    | 'application'
    | 'api-key'
    | 'operator'
    | 'settings'
    | 'alert'
    | 'job'
    | 'service'
    | 'fob';
  readonly subjectId: string;
  readonly subject: string;
  /** Never a secret. */
  readonly detail?: Record<string, string | number | boolean | null>;
}

/** Adds an act to the audit, in the transaction that did it. */
export async function recordAudit(db: Db, keys: Keys, row: AuditEntry): Promise<void> {
  const columns = {
    at_ms: row.atMs,
    actor: row.actor.name,
    role: row.actor.role,
    action: row.action,
    subject_kind: row.subjectKind,
    subject_id: row.subjectId,
    subject: row.subject,
    detail: JSON.stringify(row.detail ?? {}),
    source: row.actor.source,
    request_id: row.actor.requestId,
  };
  const mac = macOf(keys, 'audit', Object.values(columns).map(String));
  await db
    .insertInto('audit')
    .values({ ...columns, mac, seal: null })
    .execute();
}
