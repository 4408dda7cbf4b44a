import { type Selectable, sql } from 'kysely';
import type { Actor } from '../../base/actor.ts';
import { recordLimits } from '../../base/limits/records.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../storage/encryption-at-rest/seal.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import type { Schema } from '../../storage/schema/schema.ts';
import { readHead, writeHead } from './head.ts';

/** The kind of object that an act changed. */
export type SubjectKind =
  | 'user'
  | 'group'
  | 'token'
  | 'fob'
  | 'policy'
  | 'application'
  | 'radius-client'
  | 'api-key'
  | 'operator'
  | 'settings'
  | 'alert'
  | 'mail'
  | 'job'
  | 'service';

/** One act, for the audit. No field ever holds a secret. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly actor: Actor;
  /** A name of `base/permissions.ts`, or of an act of the service itself. */
  readonly action: string;
  readonly subjectKind: SubjectKind;
  readonly subjectId: string;
  /** The subject's name for people: a serial number, a name. */
  readonly subject: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

export type AuditRow = Selectable<Schema['audit']>;

/** Advisory lock of PostgreSQL under which rows get their numbers. */
const RECORDING_LOCK = 7_041_980;

/**
 * Adds one row to the audit, in the caller's transaction: the act and its row are committed or rolled back together.
 *
 * Rows are numbered without gaps and the MAC covers the number, so that a copied, moved or removed row is detected
 * before it has a checkpoint. The last number is stored in `settings` under a MAC of its own, so that removal of the
 * last row is detected.
 */
export async function recordAudit(db: Db, keys: Keys, entry: AuditEntry): Promise<void> {
  if (engineOf(db) === 'postgres')
    await sql`select pg_advisory_xact_lock(${sql.lit(RECORDING_LOCK)})`.execute(db);
  const detail = JSON.stringify(entry.detail ?? {});
  if (detail.length > recordLimits.auditDetailMax)
    throw new Error(`the detail of ${entry.action} is too long`);
  const row = {
    id: await nextId(db, keys),
    at_ms: entry.atMs,
    actor: entry.actor.name,
    role: entry.actor.role,
    action: entry.action,
    subject_kind: entry.subjectKind,
    subject_id: entry.subjectId,
    subject: entry.subject,
    detail,
    source: entry.actor.source,
    request_id: entry.actor.requestId,
  };
  await db
    .insertInto('audit')
    .values({ ...row, mac: auditMac(keys, row), seal: null })
    .execute();
  await writeHead(db, keys, row.id, entry.atMs);
}

/**
 * Returns the next number. If the last one was tampered with, one number is skipped, so that verification finds a
 * gap.
 */
async function nextId(db: Db, keys: Keys): Promise<number> {
  const head = await readHead(db, keys);
  const { last } = await db
    .selectFrom('audit')
    .select(query => query.fn.max('id').as('last'))
    .executeTakeFirstOrThrow();
  const highest = Math.max(Number(last ?? 0), head.id);
  return head.standing === 'good' || highest === 0 ? highest + 1 : highest + 2;
}

/**
 * Returns the MAC of a row: keyed, over all columns except the checkpoint number, which the checkpoint itself covers.
 */
export function auditMac(keys: Keys, row: Omit<AuditRow, 'mac' | 'seal'>): string {
  return macOf(keys, 'audit', [
    String(row.id),
    String(row.at_ms),
    row.actor,
    row.role,
    row.action,
    row.subject_kind,
    row.subject_id,
    row.subject,
    row.detail,
    row.source,
    row.request_id,
  ]);
}
