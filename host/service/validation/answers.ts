import type { Db } from '../data/database.ts';
import { limits } from '../limits.ts';
import type { Keys } from '../sealing/key-file.ts';
import { macOf } from '../sealing/seal.ts';
import type { Outcome } from './outcomes.ts';

/** A request as far as it must be the very same for its first answer to be given again. */
export interface RepeatableRequest {
  readonly applicationId: string;
  readonly source: string;
  readonly user: string;
  readonly passcode: string;
  readonly idempotencyKey?: string | undefined;
}

/**
 * What a repeated request is recognised by: all of it, not the idempotency key alone, so that another passcode sent
 * under the same key (a form gone back to) is a new request. Keyed, because it covers the passcode.
 *
 * @returns undefined when the request carries no idempotency key, or one that is too short to be unlikely
 */
export function fingerprintOf(keys: Keys, request: RepeatableRequest): string | undefined {
  const key = request.idempotencyKey;
  if (key === undefined || key.length < limits.idempotencyKeyMin || key.length > limits.idempotencyKeyMax)
    return undefined;
  return macOf(keys, 'answer', [request.applicationId, request.source, request.user, request.passcode, key]);
}

/** The answer a request got before, if it still counts as the same request. */
export async function earlierAnswer(
  db: Db,
  fingerprint: string,
  nowMs: number,
): Promise<Outcome | undefined> {
  const row = await db
    .selectFrom('answers')
    .select('outcome')
    .where('fingerprint', '=', fingerprint)
    .where('expires_ms', '>', nowMs)
    .executeTakeFirst();
  return row?.outcome;
}

/** Keeps a first answer for a while; the oldest go when there are too many, which costs an alert and never an accept. */
export async function keepAnswer(
  db: Db,
  fingerprint: string,
  outcome: Outcome,
  nowMs: number,
): Promise<void> {
  await db.deleteFrom('answers').where('expires_ms', '<=', nowMs).execute();
  await db
    .insertInto('answers')
    .values({ fingerprint, outcome, expires_ms: nowMs + limits.retryWindowMs })
    .execute();
  await db
    .deleteFrom('answers')
    .where('expires_ms', '<=', query =>
      query
        .selectFrom('answers')
        .select('expires_ms')
        .orderBy('expires_ms', 'desc')
        .limit(1)
        .offset(limits.retriesKept),
    )
    .execute();
}

/** Forgets all first answers. */
export async function forgetAnswers(db: Db): Promise<void> {
  await db.deleteFrom('answers').execute();
}
