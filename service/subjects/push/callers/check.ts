import { randomUUID } from 'node:crypto';
import { done, refused } from '../../../base/results.ts';
import { type Acting, actOf } from '../../../storage/acting.ts';
import type { Db } from '../../../storage/database/database.ts';
import { searchableId } from '../../../storage/queries/ids.ts';
import { recordUserAct } from '../../users/user-audit.ts';
import { prepareUserName } from '../../users/users.ts';
import { lockUsers } from '../../validation/facts.ts';
import { type CallerState, callerState } from '../caller-result.ts';
import { isCoolingDown } from '../cool-down.ts';
import { openPush, type Push, tokenForPush } from '../create.ts';
import { readPush } from '../rows.ts';

/** The address of the help desk says nothing about the user. */
const asHelpDesk = { kind: 'caller', sourceKey: undefined, trustedSource: undefined } as const;

/** The user whom the help desk believes to be on the telephone, by name. */
export interface CallerInput {
  readonly user: string;
}

/**
 * Asks a user's fob whether its user is the caller. It logs nobody in, and works for a locked account, because users of
 * locked accounts call. Its result has an audit row of its own.
 */
export const checkCaller = actOf(async (acting: Acting, input: CallerInput) => {
  const { db, actor, atMs } = acting;
  const [user] = await lockUsers(db, [prepareUserName(input.user) ?? '']);
  if (user === undefined) return refused('unknown_user');
  if (user.disabled_ms !== null) return refused('disabled_user');
  const token = await tokenForPush(db, user.id);
  if (token === undefined) return refused('no_push_fob');
  if (await isCoolingDown(db, user.id, { ...asHelpDesk, nowMs: atMs })) return refused('too_many_pushes');
  const push = await openPush(db, {
    ...asHelpDesk,
    user,
    token,
    // No session redeems it.
    session: randomUUID(),
    applicationId: '',
    proofs: '',
    source: actor.source,
    requestId: actor.requestId,
    nowMs: atMs,
  });
  await recordUserAct(acting, 'user.check-caller', user, { result: 'asked', number: push.number });
  return done(push);
});

/** A caller check and its state. */
interface CallerCheck extends Push {
  readonly state: CallerState;
  /** Whether an agent has the fob now. */
  readonly isConnected: boolean;
}

/** Returns a caller check while it is stored. */
export async function callerCheck(
  db: Db,
  { user: name, id }: CallerInput & { readonly id: string },
  nowMs: number,
) {
  const user = await db
    .selectFrom('users')
    .select('id')
    .where('name', '=', prepareUserName(name) ?? '')
    .executeTakeFirst();
  if (user === undefined) return refused('unknown_user');
  const push = await readPush(db, searchableId(id));
  if (push?.kind !== 'caller' || push.user_id !== user.id) return refused('unknown_caller_check');
  const connected = await db
    .selectFrom('agent_fobs')
    .select('fob_id')
    .where('fob_id', '=', push.fob_id)
    .executeTakeFirst();
  return done<CallerCheck>({
    id: push.id,
    number: push.number,
    expiresMs: push.expires_ms,
    state: callerState(push, nowMs),
    isConnected: connected !== undefined,
  });
}
