import { validationLimits } from '../../base/limits/validation.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../storage/encryption-at-rest/seal.ts';
import { cacheResults } from '../../storage/idempotency.ts';
import { latestEnd } from '../../storage/queries/latest.ts';
import { hashSession } from '../challenges/create.ts';
import { readPush } from './rows.ts';

/** The facts that must match for a repeated create to return the same push. */
export interface RepeatableCreate {
  readonly id: string;
  readonly session: string;
  readonly applicationId: string;
}

/** Returns the request with this id that this session has already created. */
export async function askedBefore(
  db: Db,
  { id, session, applicationId }: RepeatableCreate,
): Promise<{ readonly id: string; readonly number: number; readonly expiresMs: number } | undefined> {
  const push = await readPush(db, id);
  const isSame = push?.application_id === applicationId && push.session_hash === hashSession(session);
  return isSame ? { id, number: push.number, expiresMs: push.expires_ms } : undefined;
}

/** The facts that must match for a repeated redeem to get the first response again. */
export interface RepeatableRedeem {
  readonly id: string;
  readonly session: string;
  readonly applicationId: string;
  readonly source: string;
  /** Chosen by the application for all redeems of one request; without it no response is repeated. */
  readonly idempotencyKey?: string | undefined;
}

/**
 * Stores an acceptance for the same redeem, whose response may be lost on its way: the request itself is used up.
 * @param db the transaction that decided it
 */
export async function keepYes(
  db: Db,
  keys: Keys,
  take: RepeatableRedeem,
  { userId, nowMs }: { readonly userId: string; readonly nowMs: number },
): Promise<void> {
  const fingerprint = fingerprintOf(keys, take);
  if (fingerprint !== undefined)
    await cacheResults(db, [{ fingerprint, userId, outcome: 'accepted', nowMs }]);
}

/** Whether the same redeem was accepted a short while ago. */
export async function isRepeatOfYes(
  db: Db,
  keys: Keys,
  take: RepeatableRedeem,
  nowMs: number,
): Promise<boolean> {
  const fingerprint = fingerprintOf(keys, take);
  if (fingerprint === undefined) return false;
  const row = await db
    .selectFrom('answers')
    .select('outcome')
    .where('fingerprint', '=', fingerprint)
    .where('expires_ms', '>', nowMs)
    .where('expires_ms', '<=', latestEnd(nowMs, validationLimits.retryWindowMs))
    .executeTakeFirst();
  return row?.outcome === 'accepted';
}

function fingerprintOf(
  keys: Keys,
  { id, session, applicationId, source, idempotencyKey: key = '' }: RepeatableRedeem,
): string | undefined {
  if (key.length < validationLimits.idempotencyKeyMin || key.length > validationLimits.idempotencyKeyMax)
    return undefined;
  return macOf(keys, 'take', [applicationId, source, id, hashSession(session), key]);
}
