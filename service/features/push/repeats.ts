import { validationLimits } from '../../base/limits/validation.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../storage/encryption-at-rest/seal.ts';
import { cacheResults } from '../../storage/idempotency.ts';
import { latestEnd } from '../../storage/queries/latest.ts';
import { hashSession } from '../challenges/create.ts';
import { readPush } from './rows.ts';

/** A request to approve as far as it is the same one when it is asked for again. */
export interface RepeatableCreate {
  readonly id: string;
  readonly session: string;
  readonly applicationId: string;
}

/** The request of this id that this session has asked for already. */
export async function askedBefore(
  db: Db,
  { id, session, applicationId }: RepeatableCreate,
): Promise<{ readonly id: string; readonly number: number; readonly expiresMs: number } | undefined> {
  const push = await readPush(db, id);
  const isSame = push?.application_id === applicationId && push.session_hash === hashSession(session);
  return isSame ? { id, number: push.number, expiresMs: push.expires_ms } : undefined;
}

/** A take as far as it must be the very same for its first answer to be given again. */
export interface RepeatableRedeem {
  readonly id: string;
  readonly session: string;
  readonly applicationId: string;
  readonly source: string;
  /** Chosen by the application for all takes of one request; without one nothing is given again. */
  readonly idempotencyKey?: string | undefined;
}

/**
 * Keeps a yes for the same take, whose answer may be lost on its way: the request itself is used up.
 * @param db the transaction in which it was decided
 */
export async function keepYes(db: Db, keys: Keys, take: RepeatableRedeem, nowMs: number): Promise<void> {
  const fingerprint = fingerprintOf(keys, take);
  if (fingerprint !== undefined) await cacheResults(db, [{ fingerprint, outcome: 'accepted', nowMs }]);
}

/** Whether this very take was answered by a yes a short while ago. */
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
