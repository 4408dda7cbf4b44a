import { hashBearer, makeBearer } from '../../../base/bearers.ts';
import { accessLimits } from '../../../base/limits/access.ts';
import { type Db, writing } from '../../../storage/database/database.ts';
import type { Management } from '../../../storage/management.ts';
import { latestEnd } from '../../../storage/queries/latest.ts';
import { recordAudit } from '../../audit/record.ts';
import { type OperatorSession, openSession } from '../sessions.ts';

export type { OperatorSession } from '../sessions.ts';

/** Makes the key of a one-time operator link, and deletes expired links. */
export function makeOperatorKey(db: Db, nowMs: number): Promise<string> {
  const { value, hash } = makeBearer('pfo');
  return writing(db, async transaction => {
    await transaction.deleteFrom('operator_links').where('expires_ms', '<=', nowMs).execute();
    await transaction
      .insertInto('operator_links')
      .values({ key_hash: hash, expires_ms: nowMs + accessLimits.operatorLinkMs, used_ms: null })
      .execute();
    return value;
  });
}

/** Returns the one-time link for an operator key. A secret. */
export function operatorLink(origin: string, key: string): string {
  return `${origin}/operator/enter?key=${key}`;
}

/** Where a one-time link was opened. */
export interface LinkUse {
  readonly key: string;
  readonly source: string;
  readonly requestId: string;
}

/** Whether a one-time link can still open a session. This does not use it up. */
export async function isLinkGood({ db, clock }: Management, key: string): Promise<boolean> {
  const { expires_ms } = (await goodLink(db, key, clock()).executeTakeFirst()) ?? {};
  return expires_ms !== undefined;
}

/**
 * Uses up a one-time link and opens an administrator's session that belongs to no user, for first set-up and
 * recovery.
 *
 * @returns undefined if the key is unknown, used or too old
 */
export function enterByLink(management: Management, use: LinkUse): Promise<OperatorSession | undefined> {
  const atMs = management.clock();
  return writing(management.db, async db => {
    if (!(await spendLink(db, use.key, atMs))) return undefined;
    await record(management, db, { use, action: 'operator.enter-by-link', atMs });
    return await openSession(db, { userId: null, role: 'admin', nowMs: atMs });
  });
}

/** Uses up a one-time link without opening a session. @returns whether the link was still valid */
export function discardLink(management: Management, use: LinkUse): Promise<boolean> {
  const atMs = management.clock();
  return writing(management.db, async db => {
    if (!(await spendLink(db, use.key, atMs))) return false;
    await record(management, db, { use, action: 'operator.discard-link', atMs });
    return true;
  });
}

function goodLink(db: Db, key: string, nowMs: number) {
  return db
    .selectFrom('operator_links')
    .select('expires_ms')
    .where('key_hash', '=', hashBearer(key))
    .where('used_ms', 'is', null)
    .where('expires_ms', '>', nowMs)
    .where('expires_ms', '<=', latestEnd(nowMs, accessLimits.operatorLinkMs));
}

async function spendLink(db: Db, key: string, nowMs: number): Promise<boolean> {
  if ((await goodLink(db, key, nowMs).executeTakeFirst()) === undefined) return false;
  const used = await db
    .updateTable('operator_links')
    .set({ used_ms: nowMs })
    .where('key_hash', '=', hashBearer(key))
    .where('used_ms', 'is', null)
    .executeTakeFirst();
  return used.numUpdatedRows === 1n;
}

function record(
  { keys }: Management,
  db: Db,
  {
    use,
    action,
    atMs,
  }: { readonly use: LinkUse; readonly action: `operator.${string}`; readonly atMs: number },
): Promise<void> {
  return recordAudit(db, keys, {
    atMs,
    actor: { name: 'link', role: 'admin', source: use.source, requestId: use.requestId },
    action,
    subjectKind: 'service',
    subjectId: 'console',
    subject: 'console',
  });
}
