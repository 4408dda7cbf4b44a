import type { Actor } from '../../base/actor.ts';
import type { Action } from '../../base/permissions.ts';
import { refused } from '../../base/results.ts';
import { mayBecome, type RevokedReason, type TokenState, tokenStates } from '../../base/token-states.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import { clearIdempotencyCache } from '../../storage/idempotency.ts';
import type { Management } from '../../storage/management.ts';
import { audited, did } from '../kit/act.ts';
import { takesLastWay } from '../users/admins.ts';
import { endSessionsOf } from '../users/sessions.ts';
import type { User } from '../users/users.ts';
import { closeAssignment, openAssignment } from './assignments.ts';
import { endActivationsOfToken } from './end-activation.ts';
import { wantAccountGone } from './fob-tasks.ts';
import { hasEnough } from './issue.ts';
import { dropUnusedPushKey } from './push-keys.ts';
import type { TokenRow } from './rows.ts';
import { lockToken, usableTokens, userNameOf } from './tokens.ts';
import { viewOf } from './views.ts';

/**
 * Reserves a token until enrolment.
 * @param forUser leaving: how many of the user's tokens the enrolment revokes
 */
export async function reserve(
  acting: Acting,
  row: TokenRow,
  { user, leaving = 0 }: { readonly user?: User | undefined; readonly leaving?: number },
) {
  if (user === undefined) return move(acting, row, { to: 'reserved' });
  if (await hasEnough(acting.db, user, leaving)) return refused('too_many_tokens');
  return move(acting, row, { to: 'reserved', userId: user.id });
}

/** Suspends a token because its own user has lost it. Takes effect at once. */
export async function reportLost(acting: Acting, row: TokenRow) {
  const moved = await moveAny(acting, row, { to: 'suspended' });
  return audited(acting, { kind: 'token', action: 'token.report-lost' }, moved);
}

/**
 * Moves a token to another state as `token-states.ts` allows, for programs in this process. A revoked one is retired.
 */
export function changeTokenState(management: Management, actor: Actor, serial: string, to: TokenState) {
  return actOf(async (acting: Acting) => {
    const row = await lockToken(acting.db, serial);
    if (row === undefined) return refused('unknown_serial');
    // The user has to be named: `assignToken`.
    if (tokenStates[to].user === 'one' && row.user_id === null) return refused('bad_transition');
    const userId = tokenStates[to].user === 'none' ? { userId: null } : {};
    const reason = to === 'revoked' ? { reason: 'retired' as const } : {};
    const moved = await moveAny(acting, row, { to, ...userId, ...reason });
    return audited(acting, { kind: 'token', action: actionTo[to] }, moved);
  })(management, actor, undefined);
}

const actionTo: Readonly<Record<TokenState, Action>> = {
  initialised: 'token.issue',
  inventory: 'token.unassign',
  reserved: 'token.assign',
  assigned: 'token.assign',
  active: 'token.reactivate',
  suspended: 'token.suspend',
  revoked: 'token.revoke',
};

interface Move {
  readonly to: TokenState;
  /** The new user; if left out, the user does not change. */
  readonly userId?: string | null;
  readonly reason?: RevokedReason;
}

/** Moves a token, unless its user is the last administrator and could sign in no more. */
export async function moveAny(acting: Acting, row: TokenRow, way: Move) {
  const isPossible = mayBecome(row.state, way.to);
  if (isPossible && isTaken(row, way.to) && (await takesLastWay(acting.db, acting.actor, [row.id])))
    return refused('last_admin');
  return move(acting, row, way);
}

function isTaken({ state }: TokenRow, to: TokenState): boolean {
  return tokenStates[state].usable && !tokenStates[to].usable;
}

/** The only place where an administrative act changes the state of a token. `moveAny` has checked for the last way. */
export async function move(acting: Acting, row: TokenRow, way: Move) {
  const { db } = acting;
  if (!mayBecome(row.state, way.to)) return refused('bad_transition');
  const userId = way.userId === undefined ? row.user_id : way.userId;
  const changes = {
    state: way.to,
    user_id: userId,
    revoked_reason: way.reason ?? null,
    ...(tokenStates[way.to].seed ? {} : { sealed_secret: null, key_id: null }),
  };
  const had = tokenStates[row.state].user === 'one';
  const has = tokenStates[way.to].user === 'one';
  // Suspending and revoking take effect at once: even the cached response to a repeated request is cleared.
  if (!tokenStates[way.to].usable) await clearIdempotencyCache(db, row.user_id);
  await db.updateTable('tokens').set(changes).where('id', '=', row.id).execute();
  if (isTaken(row, way.to) && row.user_id !== null && !(await hasUsable(db, row.user_id)))
    await endSessionsOf(db, row.user_id);
  if (row.fob_id !== null && !has) await dropUnusedPushKey(db, row.fob_id);
  if (way.to === 'revoked') await wantAccountGone(acting, row, 'revoked');
  else if (had && !has) await wantAccountGone(acting, row, 'unassigned');
  if (row.state === 'reserved' && way.to !== 'assigned') await endActivationsOfToken(db, row.id, acting.atMs);
  if (had && !has) await closeAssignment(acting, row.id);
  if (!had && has && userId !== null) await openAssignment(acting, row.id, userId);
  const user = await userNameOf(db, userId ?? row.user_id);
  const detail = { from: row.state, to: way.to, user, ...(way.reason && { reason: way.reason }) };
  const view = viewOf({ ...row, ...changes }, userId === null ? null : user);
  return did(view, { id: row.id, name: row.serial }, detail);
}

async function hasUsable(db: Db, userId: string): Promise<boolean> {
  return (await usableTokens(db, userId)).length > 0;
}
