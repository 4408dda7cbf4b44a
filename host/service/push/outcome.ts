import type { Db } from '../data/database.ts';
import { recordEvents } from '../validation/events.ts';
import type { Outcome } from '../validation/outcomes.ts';
import type { PushRow } from './rows.ts';

/** In the log of log-ins, as the request that asked: what became of it. Nothing where nothing is to be told. */
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
