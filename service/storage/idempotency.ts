import { validationLimits } from '../base/limits/validation.ts';
import type { Outcome } from '../base/outcomes.ts';
import type { Db } from './database/database.ts';
import type { Keys } from './encryption-at-rest/key-file.ts';
import { macOf } from './encryption-at-rest/seal.ts';
import { latestEnd } from './queries/latest.ts';
import { withNext } from './queries/together.ts';

/** What repeats of one request have in common. */
export interface IdempotencyKey {
  /** The route or protocol where the request came in: a response counts there alone. */
  readonly door: string;
  /** Chosen by the client. */
  readonly value: string;
}

/** The facts of a request that must match for a repeat to get the first response again. */
export interface RepeatableRequest {
  readonly applicationId: string;
  readonly source: string;
  readonly user: string;
  readonly passcode: string;
  readonly password?: string | undefined;
  readonly pin?: string | undefined;
  readonly idempotencyKey?: IdempotencyKey | undefined;
}

/**
 * Returns the fingerprint that identifies a repeated request: over all of it, not only the idempotency key, so that
 * another passcode under the same key (for example after going back to a form) is a new request, and so is the same one at
 * another door. Keyed, because it
 * covers the passcode.
 *
 * @returns undefined if the request has no idempotency key, or one that is too short to be unique
 */
export function fingerprintOf(keys: Keys, request: RepeatableRequest): string | undefined {
  const key = request.idempotencyKey;
  if (
    key === undefined ||
    key.value.length < validationLimits.idempotencyKeyMin ||
    key.value.length > validationLimits.idempotencyKeyMax
  )
    return undefined;
  const { applicationId, source, user, passcode, password = '', pin = '' } = request;
  return macOf(keys, 'answer', [applicationId, source, user, passcode, password, pin, key.value, key.door]);
}

/** A first response to be cached. */
export interface IdempotentResult {
  readonly fingerprint: string;
  /** Null if there is no such user. */
  readonly userId: string | null;
  readonly outcome: Outcome;
  readonly nowMs: number;
}

/** Caches first responses for a while. */
export async function cacheResults(db: Db, answers: readonly IdempotentResult[]): Promise<void> {
  if (answers.length === 0) return;
  const insert = db
    .insertInto('answers')
    .values(
      answers.map(({ fingerprint, userId, outcome, nowMs }) => ({
        fingerprint,
        user_id: userId,
        outcome,
        expires_ms: nowMs + validationLimits.retryWindowMs,
      })),
    )
    // An expired entry that was not swept yet, or the same request twice in one batch.
    .onConflict(conflict =>
      conflict.column('fingerprint').doUpdateSet(excluded => ({
        user_id: excluded.ref('excluded.user_id'),
        outcome: excluded.ref('excluded.outcome'),
        expires_ms: excluded.ref('excluded.expires_ms'),
      })),
    );
  await withNext(db, insert.compile());
}

/**
 * Deletes responses that have expired, or were stored by a clock that has since gone back, and the oldest if there
 * are too many: that costs an alert but never accepts a passcode twice.
 */
export async function sweepIdempotencyCache(db: Db, nowMs: number): Promise<void> {
  const latestMs = latestEnd(nowMs, validationLimits.retryWindowMs);
  await db
    .deleteFrom('answers')
    .where(where => where.or([where('expires_ms', '<=', nowMs), where('expires_ms', '>', latestMs)]))
    .execute();
  await db
    .deleteFrom('answers')
    .where('expires_ms', '<=', query =>
      query
        .selectFrom('answers')
        .select('expires_ms')
        .orderBy('expires_ms', 'desc')
        .limit(1)
        .offset(validationLimits.retriesKept),
    )
    .execute();
}

/** Deletes the cached responses about a user, and those that name none: they may be of before the column. */
export async function clearIdempotencyCache(db: Db, userId: string | null): Promise<void> {
  await db
    .deleteFrom('answers')
    .where(where => where.or([where('user_id', '=', userId), where('user_id', 'is', null)]))
    .execute();
}
