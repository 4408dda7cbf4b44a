import { afterFailure, afterSuccess, type LockFacts } from '../../base/lock.ts';
import { failedFactor } from '../../base/outcomes.ts';
import type { Db } from '../../storage/database/database.ts';
import { cacheResults, type IdempotentResult } from '../../storage/idempotency.ts';
import { raiseAlert } from '../alerts/alerts.ts';
import { alertWhenLocked } from '../alerts/locked.ts';
import { type AccountFacts, lockFactsOf, storeLockFacts, type User } from '../users/users.ts';
import { type NewEvent, recordEvents } from './events.ts';
import type { BatchedRequest } from './pending.ts';
import type { ValidationResult } from './validator.ts';

/**
 * Stores the results of a batch, except the last accepted steps: account locks, alerts, log, and the idempotency
 * cache.
 */
export async function persistResults(
  db: Db,
  requests: readonly BatchedRequest[],
  results: readonly ValidationResult[],
): Promise<void> {
  const accounts: AccountFacts[] = [];
  const events: NewEvent[] = [];
  const answers: IdempotentResult[] = [];
  for (const [index, one] of requests.entries()) {
    const result = results[index];
    if (result === undefined) throw new Error('a case without a verdict');
    const { user } = one.known;
    if (user !== undefined) {
      accounts.push(...changedFacts(user, one, result));
      await raiseAlerts(db, one, result, user);
    }
    events.push(eventOf(one, result));
    answers.push(...answerOf(one, result));
  }
  await storeLockFacts(db, accounts);
  await recordEvents(db, events);
  await cacheResults(db, answers);
}

/** Returns the account's lock facts if the outcome changes them. Failures of a locked account change nothing. */
function changedFacts(
  user: User,
  { known, nowMs }: BatchedRequest,
  { outcome }: ValidationResult,
): AccountFacts[] {
  const before = lockFactsOf(user);
  const after = factsAfter(before);
  return after.failures === before.failures && after.lastFailureMs === before.lastFailureMs
    ? []
    : [{ userId: user.id, ...after }];

  function factsAfter(facts: LockFacts): LockFacts {
    // A right passcode is not a failure, whether or not it lets the user in, and resets the failures of passcodes.
    if (['accepted', 'found', 'new_pin'].includes(outcome))
      return afterSuccess(known.lockState, known.proofs);
    const failed = failedFactor[outcome];
    return failed === null ? facts : afterFailure(known.lockState, failed, nowMs);
  }
}

/** Raises the alert of a replay, of a lock, and of an attempt by a user whose tokens were revoked. */
async function raiseAlerts(
  db: Db,
  one: BatchedRequest,
  { outcome, token, repeats }: ValidationResult,
  user: User,
): Promise<void> {
  const { nowMs, pending } = one;
  const seen = { userId: user.id, atMs: nowMs, source: pending.request.source };
  if (failedFactor[outcome] !== null) await alertWhenLocked(db, one.known.lockState, seen);
  if (token !== undefined && repeats !== undefined)
    await raiseAlert(db, {
      ...seen,
      kind: 'replay',
      dedupe: `replay:${token.id}:${repeats.step}`,
      tokenId: token.id,
      step: repeats.step,
      firstUseMs: repeats.atMs,
      firstUseSource: repeats.source,
    });
  if (outcome === 'no_usable_token' && one.isRevokedUser) {
    const day = new Date(nowMs).toISOString().slice(0, 10);
    await raiseAlert(db, {
      ...seen,
      kind: 'revoked_use',
      dedupe: `revoked_use:${user.id}:${day}`,
      tokenId: null,
    });
  }
}

function eventOf({ pending, known, nowMs }: BatchedRequest, { outcome, token }: ValidationResult): NewEvent {
  const { request } = pending;
  return {
    atMs: nowMs,
    userId: known.user?.id ?? null,
    tokenId: token?.id ?? null,
    applicationId: request.applicationId,
    outcome,
    source: request.source,
    requestId: request.requestId,
  };
}

function answerOf(
  { pending: { fingerprint }, known, nowMs }: BatchedRequest,
  { outcome }: ValidationResult,
): IdempotentResult[] {
  if (fingerprint === undefined) return [];
  return [{ fingerprint, userId: known.user?.id ?? null, outcome, nowMs }];
}
