import { randomUUID } from 'node:crypto';
import type { Actor } from '../../../base/actor.ts';
import { hashBearer, makeBearer } from '../../../base/bearers.ts';
import { ServiceError } from '../../../base/errors.ts';
import type { Role } from '../../../base/kinds.ts';
import { accessLimits } from '../../../base/limits/access.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { prepareLine } from '../../../base/one-line.ts';
import { done, refused } from '../../../base/results.ts';
import { type Db, writing } from '../../../storage/database/database.ts';
import type { Management } from '../../../storage/management.ts';
import type { Schema } from '../../../storage/schema/schema.ts';
import { recordAudit } from '../../audit/record.ts';
import { isRole } from './operator-changes.ts';

/** An API key of a program that administers the service, without the key itself. Times in milliseconds since 1970. */
export interface ApiKeyView {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdMs: number;
  /** Accurate to about a minute. */
  readonly lastUsedMs: number | null;
  readonly revokedMs: number | null;
}

/**
 * Creates an API key with an operator's role.
 *
 * @returns the key beside its view: it is shown once, and only its hash is stored. A revoked key keeps its name, by which
 * the audit names it.
 */
export async function createApiKey(
  management: Management,
  actor: Actor,
  given: { readonly name: string; readonly role: Role },
) {
  const name = prepareLine(given.name, userLimits.clientNameMax);
  if (!name) return refused('bad_name');
  if (!isRole(given.role)) return refused('bad_role');
  const { value, hash } = makeBearer('pfa');
  const atMs = management.clock();
  const row = {
    id: randomUUID(),
    name,
    role: given.role,
    created_ms: atMs,
    last_used_ms: null,
    revoked_ms: null,
  };
  return await writing(management.db, async db => {
    const taken = await db.selectFrom('api_keys').select('id').where('name', '=', name).executeTakeFirst();
    if (taken !== undefined) return refused('api_key_taken');
    const inUse = await db.selectFrom('api_keys').select('id').where('revoked_ms', 'is', null).execute();
    if (inUse.length >= userLimits.apiKeysMax) return refused('too_many_api_keys');
    await db
      .insertInto('api_keys')
      .values({ ...row, key_hash: hash })
      .execute();
    await audit({ management, db, actor, atMs }, row, { change: 'create', role: row.role });
    return done({ apiKey: viewOf(row), value });
  });
}

/** Revokes an API key, at once and for good. */
export async function revokeApiKey(management: Management, actor: Actor, id: string) {
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const row = await db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) return refused('unknown_api_key');
    if (row.revoked_ms !== null) return refused('api_key_revoked');
    await db.updateTable('api_keys').set({ revoked_ms: atMs }).where('id', '=', id).execute();
    await audit({ management, db, actor, atMs }, row, { change: 'revoke' });
    return done(viewOf({ ...row, revoked_ms: atMs }));
  });
}

/** Returns the API keys, active ones first, then by name. */
export async function listApiKeys(db: Db): Promise<ApiKeyView[]> {
  const rows = await db
    .selectFrom('api_keys')
    .selectAll()
    .orderBy(order => order.case().when('revoked_ms', 'is', null).then(0).else(1).end())
    .orderBy('name')
    .limit(userLimits.apiKeysMax)
    .execute();
  return rows.map(viewOf);
}

/** Returns the API key with this value; undefined if it is unknown or revoked. Its use is stored now and then. */
export async function apiKeyOf(
  db: Db,
  value: string,
  nowMs: number,
): Promise<{ id: string; name: string; role: Role } | undefined> {
  const row = await db
    .selectFrom('api_keys')
    .select(['id', 'name', 'role', 'last_used_ms'])
    .where('key_hash', '=', hashBearer(value))
    .where('revoked_ms', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.last_used_ms === null || nowMs - row.last_used_ms > accessLimits.seenAgainMs)
    await markUsed(db, row.id, nowMs);
  return { id: row.id, name: row.name, role: row.role };
}

/** A busy database does not keep a program from reading. */
async function markUsed(db: Db, id: string, nowMs: number): Promise<void> {
  try {
    await writing(db, transaction =>
      transaction.updateTable('api_keys').set({ last_used_ms: nowMs }).where('id', '=', id).execute(),
    );
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'busy')) throw error;
  }
}

type ApiKeyRow = Omit<Schema['api_keys'], 'key_hash'>;

function viewOf(row: ApiKeyRow): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    createdMs: row.created_ms,
    lastUsedMs: row.last_used_ms,
    revokedMs: row.revoked_ms,
  };
}

interface Writing {
  readonly management: Management;
  readonly db: Db;
  readonly actor: Actor;
  readonly atMs: number;
}

function audit(
  { management, db, actor, atMs }: Writing,
  row: ApiKeyRow,
  detail: Record<string, string>,
): Promise<void> {
  return recordAudit(db, management.keys, {
    atMs,
    actor,
    action: 'api-key.change',
    subjectKind: 'api-key',
    subjectId: row.id,
    subject: row.name,
    detail,
  });
}
