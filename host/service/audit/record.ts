import type { Db } from '../data/database.ts';
import type { Actor } from '../people/actor.ts';
import type { Keys } from '../sealing/key-file.ts';
import { macOf } from '../sealing/seal.ts';

/** What an act was about. */
export type SubjectKind =
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

/** One act of administration, as the audit keeps it. No part of it is ever a secret. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly actor: Actor;
  /** An action of `people/permissions.ts`. */
  readonly action: string;
  readonly subjectKind: SubjectKind;
  readonly subjectId: string;
  /** What people call it. */
  readonly subject: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Writes an act into the audit, in the transaction that does it. */
export async function recordAudit(db: Db, keys: Keys, entry: AuditEntry): Promise<void> {
  const row = {
    at_ms: entry.atMs,
    actor: entry.actor.name,
    role: entry.actor.role,
    action: entry.action,
    subject_kind: entry.subjectKind,
    subject_id: entry.subjectId,
    subject: entry.subject,
    detail: JSON.stringify(entry.detail ?? {}),
    source: entry.actor.source,
    request_id: entry.actor.requestId,
  };
  await db
    .insertInto('audit')
    .values({ ...row, mac: macOf(keys, 'audit', Object.values(row).map(String)), seal: null })
    .execute();
}
