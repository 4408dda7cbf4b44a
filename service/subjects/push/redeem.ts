import type { Factors } from '../../base/kinds.ts';
import { afterSuccess, type LockState, lockState, noFailures } from '../../base/lock.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { stepShown } from '../../base/passcode.ts';
import { usableStates } from '../../base/token-states.ts';
import { type Db, validating } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { latestMade } from '../../storage/queries/latest.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import { type ApplicationVersion, applicationNow } from '../applications/cache.ts';
import { hashSession } from '../challenges/create.ts';
import { endTemporaryCodes } from '../tokens/codes/temporary-codes.ts';
import type { TokenRow } from '../tokens/rows.ts';
import { passcodeFactsOf } from '../tokens/tokens.ts';
import { lockFactsOf, storeLockFacts, type User } from '../users/users.ts';
import { recordEvents } from '../validation/events.ts';
import { lockUsers } from '../validation/facts.ts';
import type { ValidationContext } from '../validation/request.ts';
import { closedOutcome, wantsPin } from '../validation/validator.ts';
import { proofsDigest } from './create.ts';
import { recordExpiry } from './expiry.ts';
import { isRepeatOfYes, keepYes } from './repeats.ts';
import { type PushRow, readPush, toldAs } from './rows.ts';
import { rememberSource } from './trusted-source.ts';

/** A redeem of a push by the session that created it. */
export interface RedeemRequest {
  readonly id: string;
  readonly session: string;
  readonly applicationId: string;
  /** The version of the application that was authenticated: if its key has changed since, nobody gets in. */
  readonly standing?: ApplicationVersion | undefined;
  readonly source: string;
  readonly requestId: string;
  /** The same for every redeem of one request: a lost response is given again. */
  readonly idempotencyKey?: string | undefined;
}

/** Whether there is no decision yet: checked without a transaction, because it is checked often. */
export async function isUndecided(
  { db, clock }: ValidationContext,
  request: RedeemRequest,
): Promise<boolean> {
  const push = await readPush(db, request.id);
  if (push === undefined || !isOf(push, request)) return false;
  return !isOver(push, clock()) && toldAs[push.state] === undefined;
}

/** Whether the request is expired; so is one that was created by a clock that has since gone back. */
function isOver(push: PushRow, nowMs: number): boolean {
  return push.expires_ms <= nowMs || push.created_ms > latestMade(nowMs);
}

/** Whether it is a log-in that this session of this application requested. */
function isOf(push: PushRow, request: RedeemRequest): boolean {
  return (
    push.kind === 'login' &&
    push.application_id === request.applicationId &&
    push.session_hash === hashSession(request.session)
  );
}

/**
 * Decides one log-in by an approved request: lock, end of the request, last accepted steps and log are one
 * transaction, durable when the promise resolves. Of all redeems of one request, on all nodes, only one is accepted.
 *
 * @returns the outcome; only `accepted` may let anybody in, and only the session that created the request
 * @throws ServiceError `busy`, or a database error; then nothing was accepted
 */
export async function redeemPush(
  context: ValidationContext,
  request: RedeemRequest,
): Promise<'waiting' | Outcome> {
  // The user of a request never changes; everything else is read again under the user's lock.
  const name = await nameOfAsked(context.db, request.id);
  return validating(context.db, async db => {
    const taking = await readTaking(context, db, request, name);
    return await decide(taking);
  });
}

interface Taking {
  readonly db: Db;
  readonly keys: Keys;
  readonly request: RedeemRequest;
  readonly push: PushRow | undefined;
  readonly user: User | undefined;
  readonly locking: LockState;
  readonly nowMs: number;
}

/** Returns the name of the user a request is for; empty if it is for nobody. It never changes. */
export async function nameOfAsked(db: Db, id: string): Promise<string> {
  const row = await db
    .selectFrom('pushes')
    .innerJoin('users', 'users.id', 'pushes.user_id')
    .select('users.name')
    .where('pushes.id', '=', id)
    .executeTakeFirst();
  return row?.name ?? '';
}

async function readTaking(
  context: ValidationContext,
  db: Db,
  request: RedeemRequest,
  name: string,
): Promise<Taking> {
  const nowMs = context.clock();
  const lock = await context.lock(db);
  const [user] = await lockUsers(db, [name]);
  const push = await readPush(db, request.id);
  const locking = lockState(user === undefined ? noFailures : lockFactsOf(user), lock, nowMs);
  return { db, keys: context.keys, request, push, user, locking, nowMs };
}

async function decide(taking: Taking): Promise<'waiting' | Outcome> {
  const { db, keys, request, push, nowMs } = taking;
  if (push === undefined || !isOf(push, request)) return record(taking, 'no_push');
  if (push.state === 'used' && (await isRepeatOfYes(db, keys, request, nowMs))) return 'accepted';
  const told = toldAs[push.state];
  if (isOver(push, nowMs) && (told === undefined || told === 'approved')) {
    await recordExpiry(db, push, nowMs);
    return 'push_expired';
  }
  if (told === undefined) return 'waiting';
  if (told === 'approved') return decideApproved(taking, push);
  // The user's refusal at the fob is already logged.
  return told === 'no_push' ? record(taking, told) : told;
}

async function decideApproved(taking: Taking, push: PushRow): Promise<Outcome> {
  const { db, request, user, nowMs } = taking;
  const token = await tokenAsked(db, push);
  const standing = (await applicationNow(db, push.application_id))?.standing;
  const isSame = request.standing === undefined || request.standing.keyHash === standing?.keyHash;
  const factors = isSame ? standing?.factors : undefined;
  const refusal = refusalOf(taking, push, { token, factors });
  if (!(await end(db, push, { to: refusal === undefined ? 'used' : 'refused', nowMs }))) return 'no_push';
  if (refusal !== undefined || user === undefined || token === undefined || factors === undefined)
    return record(taking, refusal ?? 'no_push');
  await letIn(taking, push, { user, token, factors });
  await keepYes(db, taking.keys, request, { userId: user.id, nowMs });
  return record(taking, 'accepted');
}

/**
 * Returns the user's token that was asked, if it is still usable. Its row stays locked until the transaction ends, so
 * that it is not suspended or revoked meanwhile and then made active again.
 */
function tokenAsked(db: Db, push: PushRow): Promise<TokenRow | undefined> {
  const query = db
    .selectFrom('tokens')
    .selectAll()
    .where('id', '=', push.token_id)
    .where('user_id', '=', push.user_id)
    .where('fob_id', '=', push.fob_id)
    .where('state', 'in', usableStates);
  return (engineOf(db) === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
}

/** Returns why an approved request lets nobody in, if its conditions no longer hold. The lock takes precedence. */
function refusalOf(
  { user, locking }: Taking,
  push: PushRow,
  { token, factors }: { readonly token: TokenRow | undefined; readonly factors: Factors | undefined },
): Outcome | undefined {
  const closed = closedOutcome({ user, lockState: locking });
  if (closed !== undefined) return closed;
  if (token === undefined) return 'no_usable_token';
  if (factors === undefined) return 'no_push';
  return proofsDigest(factors, user) === push.proofs ? undefined : 'wrong_password';
}

/** The only place that can accept an approval: it ends the request, and checks whether this call ended it. */
async function end(
  db: Db,
  { id }: PushRow,
  { to, nowMs }: { readonly to: 'used' | 'refused'; readonly nowMs: number },
): Promise<boolean> {
  const ended = await db
    .updateTable('pushes')
    .set({ state: to, decided_ms: nowMs })
    .where('id', '=', id)
    .where('state', '=', 'approved')
    .where('expires_ms', '>', nowMs)
    .where('created_ms', '<=', latestMade(nowMs))
    .executeTakeFirst();
  return ended.numUpdatedRows === 1n;
}

/** Applies the effects of a log-in, except the log. */
async function letIn(
  { db, locking, nowMs }: Taking,
  push: PushRow,
  { user, token, factors }: { readonly user: User; readonly token: TokenRow; readonly factors: Factors },
): Promise<void> {
  const proved = {
    password: factors === 'password_otp',
    pin: wantsPin({ pinAlways: factors === 'pin_otp' }, token),
  };
  await storeLockFacts(db, [{ userId: user.id, ...afterSuccess(locking, proved) }]);
  await db
    .updateTable('tokens')
    .set({ state: 'active', last_used_ms: nowMs })
    .where('id', '=', token.id)
    .execute();
  await markSteps(db, push, nowMs);
  await rememberSource(db, push.source_key, { userId: user.id, nowMs });
  // A user who has the fob at hand needs no temporary code any more.
  await endTemporaryCodes(db, user.id, nowMs);
}

/**
 * Raises the last accepted steps past the passcodes that the fob shows now, as if one of them had been sent. No step
 * goes back.
 */
async function markSteps(db: Db, push: PushRow, nowMs: number): Promise<void> {
  const tokens = await db
    .selectFrom('tokens')
    .selectAll()
    .where('user_id', '=', push.user_id)
    .where('fob_id', '=', push.fob_id)
    .where('kind', '=', 'totp')
    .where('state', 'in', usableStates)
    .orderBy('id')
    .execute();
  for (const token of tokens) {
    const step = stepShown(passcodeFactsOf(token), nowMs);
    await db
      .updateTable('tokens')
      .set({ last_step: step })
      .where('id', '=', token.id)
      .where('last_step', '<', step)
      .execute();
  }
}

/** Logs the outcome with the facts of the redeem. @returns the outcome */
async function record({ db, request, push, nowMs }: Taking, outcome: Outcome): Promise<Outcome> {
  const { applicationId, source, requestId } = request;
  const whose = { userId: push?.user_id ?? null, tokenId: push?.token_id ?? null };
  const by = outcome === 'accepted' ? 'push' : null;
  await recordEvents(db, [{ ...whose, atMs: nowMs, applicationId, outcome, source, requestId }], by);
  return outcome;
}
