import type { Actor } from '../../base/actor.ts';
import type { Action } from '../../base/permissions.ts';
import { done, refused } from '../../base/results.ts';
import {
  mayBecome,
  type RevokedReason,
  revokedReasons,
  type TokenState,
  tokenStates,
} from '../../base/token-states.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import { clearIdempotencyCache } from '../../storage/idempotency.ts';
import type { Management } from '../../storage/management.ts';
import { recordAudit } from '../audit/record.ts';
import { takesLastWay } from '../users/admins.ts';
import { endSessionsOf } from '../users/sessions.ts';
import { findUser, prepareUserName } from '../users/users.ts';
import { closeAssignment, openAssignment } from './assignments.ts';
import { endActivationsOfToken } from './end-activation.ts';
import { wantAccountGone } from './fob-tasks.ts';
import { hasEnough, problemOfNames } from './issue.ts';
import { dropUnusedPushKey } from './push-keys.ts';
import type { TokenRow } from './rows.ts';
import { lockToken, usableTokens } from './tokens.ts';
import { viewOf } from './views.ts';

/** A token by its serial number. */
export interface TokenInput {
  readonly serial: string;
}

/** Gives a token to a user. */
export async function assign(acting: Acting, input: TokenInput & { readonly user: string }) {
  const row = await lockToken(acting.db, input.serial);
  if (row === undefined) return refused('unknown_serial');
  if (!mayBecome(row.state, 'assigned')) return refused('bad_transition');
  const user = await findUser(acting.db, prepareUserName(input.user) ?? '');
  if (user === undefined) return refused('unknown_user');
  if (user.disabled_ms !== null) return refused('disabled_user');
  if (row.user_id !== null && row.user_id !== user.id) return refused('reserved_for_another');
  // A reserved token already counts among the user's.
  if (row.user_id === null && (await hasEnough(acting.db, user))) return refused('too_many_tokens');
  return move(acting, row, { to: 'assigned', action: 'token.assign', userId: user.id });
}

/**
 * Reserves a token, for a user if one is named, until enrolment. Refused as `assign`.
 * @param input leaving: how many of the user's tokens the enrolment revokes
 */
export async function reserve(
  acting: Acting,
  input: TokenInput & { readonly user?: string; readonly leaving?: number },
) {
  const row = await lockToken(acting.db, input.serial);
  if (row === undefined) return refused('unknown_serial');
  if (input.user === undefined) return move(acting, row, { to: 'reserved', action: 'token.assign' });
  const user = await findUser(acting.db, prepareUserName(input.user) ?? '');
  if (user === undefined) return refused('unknown_user');
  if (user.disabled_ms !== null) return refused('disabled_user');
  if (await hasEnough(acting.db, user, input.leaving)) return refused('too_many_tokens');
  return move(acting, row, { to: 'reserved', action: 'token.assign', userId: user.id });
}

/** Returns a token to the inventory, if its state allows it. */
export function unassign(acting: Acting, input: TokenInput) {
  return withdraw(acting, input, { to: 'inventory', action: 'token.unassign', userId: null });
}

/** Suspends a token until it is reactivated. Takes effect at once. */
export function suspend(acting: Acting, input: TokenInput) {
  return withdraw(acting, input, { to: 'suspended', action: 'token.suspend' });
}

/** Suspends a token because its own user has lost it. Takes effect at once. */
export function reportLost(acting: Acting, input: TokenInput) {
  return withdraw(acting, input, { to: 'suspended', action: 'token.report-lost' });
}

/** Makes a suspended token usable again. */
async function reactivate(acting: Acting, input: TokenInput) {
  const row = await lockToken(acting.db, input.serial);
  if (row === undefined) return refused('unknown_serial');
  return move(acting, row, { to: 'active', action: 'token.reactivate' });
}

/** Ends a token for good and destroys its seed. */
export async function revoke(acting: Acting, input: TokenInput & { readonly reason: RevokedReason }) {
  if (!revokedReasons.includes(input.reason)) return refused('bad_reason');
  return withdraw(acting, input, { to: 'revoked', action: 'token.revoke', reason: input.reason });
}

/** Changes issuer and label of a token. */
async function rename(
  acting: Acting,
  input: TokenInput & { readonly issuer?: string; readonly label?: string },
) {
  const problem = problemOfNames(input);
  if (problem !== undefined) return refused(problem);
  const row = await lockToken(acting.db, input.serial);
  if (row === undefined) return refused('unknown_serial');
  const names = { issuer: input.issuer ?? row.issuer, label: input.label ?? row.label };
  await acting.db.updateTable('tokens').set(names).where('id', '=', row.id).execute();
  await record(acting, row, 'token.rename', names);
  return done(viewOf({ ...row, ...names }, await userNameOf(acting.db, row.user_id)));
}

export const assignToken = actOf(assign);
export const reserveToken = actOf(reserve);
export const unassignToken = actOf(unassign);
export const suspendToken = actOf(suspend);
export const reactivateToken = actOf(reactivate);
export const revokeToken = actOf(revoke);
export const renameToken = actOf(rename);

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
    return moveAny(acting, row, { to, action: actionTo[to], ...userId, ...reason });
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

/** The act's name in the audit: an operator's action, or a user's own. */
type TokenAct = Action | 'token.report-lost';

interface Move {
  readonly to: TokenState;
  readonly action: TokenAct;
  /** The new user; if left out, the user does not change. */
  readonly userId?: string | null;
  readonly reason?: RevokedReason;
}

/** Moves a token to a state in which it is usable no longer, unless its user is the last administrator. */
async function withdraw(acting: Acting, { serial }: TokenInput, way: Move) {
  const row = await lockToken(acting.db, serial);
  return row === undefined ? refused('unknown_serial') : moveAny(acting, row, way);
}

async function moveAny(acting: Acting, row: TokenRow, way: Move) {
  const isPossible = mayBecome(row.state, way.to);
  if (isPossible && isTaken(row, way.to) && (await takesLastWay(acting.db, acting.actor, [row.id])))
    return refused('last_admin');
  return move(acting, row, way);
}

function isTaken({ state }: TokenRow, to: TokenState): boolean {
  return tokenStates[state].usable && !tokenStates[to].usable;
}

/** The only place where an administrative act changes the state of a token. `moveAny` has checked for the last way. */
async function move(acting: Acting, row: TokenRow, way: Move) {
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
  await record(acting, row, way.action, {
    from: row.state,
    to: way.to,
    user,
    ...(way.reason && { reason: way.reason }),
  });
  return done(viewOf({ ...row, ...changes }, userId === null ? null : user));
}

async function hasUsable(db: Db, userId: string): Promise<boolean> {
  return (await usableTokens(db, userId)).length > 0;
}

async function userNameOf(db: Db, userId: string | null): Promise<string | null> {
  if (userId === null) return null;
  const user = await db.selectFrom('users').select('name').where('id', '=', userId).executeTakeFirst();
  return user?.name ?? null;
}

function record(
  { db, keys, actor, atMs }: Acting,
  row: TokenRow,
  action: TokenAct,
  detail: Readonly<Record<string, string | null>>,
): Promise<void> {
  const about = { subjectKind: 'token', subjectId: row.id, subject: row.serial } as const;
  return recordAudit(db, keys, { atMs, actor, action, ...about, detail });
}
