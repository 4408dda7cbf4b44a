import { pushLimits } from '../../base/limits/push.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { recordEvents } from '../validation/events.ts';
import { callerState, recordCallerResult } from './caller-result.ts';
import type { PushRow } from './rows.ts';
import { forgetSources } from './trusted-source.ts';

/** Logs the result of a request, with the facts of its creation. Does nothing without an outcome. */
export async function recordOutcome(
  db: Db,
  push: PushRow,
  outcome: Outcome | undefined,
  atMs: number,
): Promise<void> {
  if (outcome === undefined) return;
  const about = { applicationId: push.application_id, source: push.source, requestId: push.request_id };
  await recordEvents(db, [{ ...about, atMs, outcome, userId: push.user_id, tokenId: push.token_id }]);
}

/**
 * Logs once that a request expired. A request for nobody logged its reason when it was created, and the newer request
 * stands for a superseded one.
 */
export async function recordExpiry(db: Db, push: PushRow, nowMs: number): Promise<void> {
  const isTold = push.fob_id !== null && push.state !== 'superseded';
  if (await isFirst(db, push, nowMs))
    await recordOutcome(db, push, isTold ? 'push_expired' : undefined, nowMs);
}

async function isFirst(db: Db, { id }: PushRow, nowMs: number): Promise<boolean> {
  const written = await db
    .updateTable('pushes')
    .set({ decided_ms: nowMs })
    .where('id', '=', id)
    .where('decided_ms', 'is', null)
    .where('expires_ms', '<=', nowMs)
    .executeTakeFirst();
  return written.numUpdatedRows === 1n;
}

function expired(db: Db, kind: PushRow['kind'], nowMs: number) {
  return db
    .selectFrom('pushes')
    .selectAll()
    .where('kind', '=', kind)
    .where('decided_ms', 'is', null)
    .where('expires_ms', '<=', nowMs)
    .orderBy('id')
    .limit(pushLimits.pushesEndedAtOnce);
}

/**
 * Records requests that expired undecided, and deletes expired ones that no longer cause a cool-down. Answering or
 * redeeming a deleted request is refused as before.
 */
export async function sweepPushes(db: Db, nowMs: number): Promise<void> {
  // Requests that `recordExpiry` does not log.
  await writing(db, transaction =>
    transaction
      .updateTable('pushes')
      .set({ decided_ms: nowMs })
      .where('kind', '=', 'login')
      .where('decided_ms', 'is', null)
      .where('expires_ms', '<=', nowMs)
      .where(where => where.or([where('fob_id', 'is', null), where('state', '=', 'superseded')]))
      .execute(),
  );
  // All of them, in batches: a request must be recorded before it is deleted.
  for (let ended: number = pushLimits.pushesEndedAtOnce; ended === pushLimits.pushesEndedAtOnce; )
    ended = await writing(db, async transaction => {
      const pushes = await expired(transaction, 'login', nowMs).execute();
      for (const push of pushes) await recordExpiry(transaction, push, nowMs);
      return pushes.length;
    });
  await writing(db, transaction => forgetSources(transaction, nowMs));
  await writing(db, transaction =>
    transaction
      .deleteFrom('pushes')
      // `isCoolingDown` counts from the creation, which is earlier: lifetimes differ.
      .where('expires_ms', '<=', nowMs - pushLimits.pushesUnapprovedMs)
      .where('quiet_until_ms', '<=', nowMs)
      .where('decided_ms', 'is not', null)
      .execute(),
  );
}

/** Writes the audit rows of caller checks that expired unanswered. */
export async function expireCallerChecks({ db, keys, clock }: Management): Promise<void> {
  const nowMs = clock();
  if ((await expired(db, 'caller', nowMs).execute()).length === 0) return;
  await writing(db, async transaction => {
    for (const push of await expired(transaction, 'caller', nowMs).execute()) {
      if (await isFirst(transaction, push, nowMs))
        await recordCallerResult(transaction, keys, push, { result: callerState(push, nowMs), atMs: nowMs });
    }
  });
}
