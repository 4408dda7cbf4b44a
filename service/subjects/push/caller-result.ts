import { serviceActor } from '../../base/actor.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { audited, did } from '../kit/act.ts';
import type { PushRow } from './rows.ts';

/** The states of a caller check. */
export const callerStates = [
  'waiting',
  'sent',
  'shown',
  'approved',
  'denied',
  'reported',
  'failed',
  'superseded',
  'expired',
] as const;
export type CallerState = (typeof callerStates)[number];

/** Writes the audit row for the result of a caller check; the row for its creation precedes it. */
export async function recordCallerResult(
  db: Db,
  keys: Keys,
  push: PushRow,
  { result, atMs }: { readonly result: CallerState; readonly atMs: number },
): Promise<void> {
  const user = await db
    .selectFrom('users')
    .select(['id', 'name'])
    .where('id', '=', push.user_id)
    .executeTakeFirst();
  if (user === undefined) return;
  const actor = { ...serviceActor, requestId: push.request_id };
  const about = { kind: 'user', action: 'user.check-caller' } as const;
  await audited({ db, keys, actor, atMs }, about, did(null, user, { result, number: push.number }));
}

/** Returns the state of a caller check at a moment. */
export function callerState(push: PushRow, nowMs: number): CallerState {
  const { state } = push;
  if (state === 'waiting' || state === 'sent' || state === 'shown')
    return push.expires_ms <= nowMs ? 'expired' : state;
  // No session redeems a caller check, so it cannot be in a state that only redeeming reaches.
  if (state === 'used' || state === 'refused' || state === 'withdrawn') return 'failed';
  return state;
}
