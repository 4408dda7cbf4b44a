import { randomUUID } from 'node:crypto';
import { done, refused } from '../../../base/results.ts';
import { described, flag, object, oneOf, serviceText, time } from '../../../base/shapes.ts';
import type { Db } from '../../../storage/database/database.ts';
import { searchableId } from '../../../storage/queries/ids.ts';
import { act, did } from '../../kit/act.ts';
import { aboutUser } from '../../users/subject.ts';
import { prepareUserName } from '../../users/users.ts';
import { lockUsers } from '../../validation/facts.ts';
import { callerState, callerStates } from '../caller-result.ts';
import { isCoolingDown } from '../cool-down.ts';
import { openPush, tokenForPush } from '../create.ts';
import { readPush } from '../rows.ts';
import { shownNumber } from '../shown.ts';

/** The address of the help desk says nothing about the user. */
const asHelpDesk = { kind: 'caller', sourceKey: undefined, trustedSource: undefined } as const;

const asked = {
  id: serviceText,
  number: described(serviceText, 'Read it to the caller, whose fob shows it.'),
  expiresMs: time,
} as const;

/**
 * Asks a user's fob whether its user is the caller. It logs nobody in, and works for a locked account, because users of
 * locked accounts call. Its result has an audit row of its own.
 */
export const checkCaller = act({
  permission: 'user.check-caller',
  subject: aboutUser,
  fields: {},
  gives: object(asked),
  refusals: { disabled_user: 'form', no_push_fob: 'form', too_many_pushes: 'form' },
  routes: [
    {
      name: 'callers.check',
      summary: 'Ask the user’s fob to confirm a caller of the help desk. Read the number to the caller.',
      at: 'POST /v1/users/:user/caller-checks',
      status: 201,
    },
  ],
  async run({ db, actor, atMs, item: { name } }) {
    const [user] = await lockUsers(db, [name]);
    if (user === undefined || user.disabled_ms !== null) return refused('disabled_user');
    const token = await tokenForPush(db, user.id);
    if (token === undefined) return refused('no_push_fob');
    if (await isCoolingDown(db, user.id, { ...asHelpDesk, nowMs: atMs })) return refused('too_many_pushes');
    const { number, ...push } = await openPush(db, {
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
    return did({ ...push, number: shownNumber(number) }, user, { result: 'asked', number });
  },
});

/** A check of a caller with its state; `isConnected`: whether an agent has the fob now. */
export const callerCheckShape = object({ ...asked, state: oneOf(...callerStates), isConnected: flag });

/** Returns a caller check while it is stored. */
export async function callerCheck(
  db: Db,
  { user: name, id }: { readonly user: string; readonly id: string },
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
  return done({
    id: push.id,
    number: shownNumber(push.number),
    expiresMs: push.expires_ms,
    state: callerState(push, nowMs),
    isConnected: connected !== undefined,
  });
}
