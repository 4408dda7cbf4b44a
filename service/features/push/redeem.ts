import type { Factors } from '../../base/kinds.ts';
import { afterSuccess, type LockState, lockState, noFailures } from '../../base/lock.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { stepShown } from '../../base/passcode.ts';
import { usableStates } from '../../base/token-states.ts';
import { type Db, validating } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { latestMade } from '../../storage/queries/latest.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import { hashSession } from '../challenges/create.ts';
import { endTemporaryCodes } from '../tokens/codes/temporary-codes.ts';
import type { TokenRow } from '../tokens/rows.ts';
import { passcodeFactsOf } from '../tokens/tokens.ts';
import { type ApplicationVersion, applicationNow } from '../users/application-cache.ts';
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

/** The session that asked comes for what it asked for. */
export interface RedeemRequest {
  readonly id: string;
  readonly session: string;
  readonly applicationId: string;
  /** What the application was believed to be: where its key has changed, nobody gets in. */
  readonly standing?: ApplicationVersion | undefined;
  readonly source: string;
  readonly requestId: string;
  /** The same for every take of one request: an answer that was lost is given again. */
  readonly idempotencyKey?: string | undefined;
}

/** Whether there is nothing to decide yet: looked at without a transaction, because it is looked at often. */
export async function isUndecided(
  { db, clock }: ValidationContext,
  request: RedeemRequest,
): Promise<boolean> {
  const push = await readPush(db, request.id);
  if (push === undefined || !isOf(push, request)) return false;
  return !isOver(push, clock()) && toldAs[push.state] === undefined;
}

/** Whether its time is over: so is that of one that was asked for by a clock which has gone back. */
function isOver(push: PushRow, nowMs: number): boolean {
  return push.expires_ms <= nowMs || push.created_ms > latestMade(nowMs);
}

/** Whether it is a log-in that this very session of this application asked for. */
function isOf(push: PushRow, request: RedeemRequest): boolean {
  return (
    push.kind === 'login' &&
    push.application_id === request.applicationId &&
    push.session_hash === hashSession(request.session)
  );
}

/**
 * Decides one log-in by an approved request: lock, the request's end, marks and log stand or fall together, and are
 * durable when the promise resolves. Of any number of takes of one request, on all nodes, one is accepted.
 *
 * @returns what became of it; only `accepted` may let anybody in, and only the session that asked
 * @throws ServiceError `busy`, or a database error; then nothing was accepted
 */
export async function redeemPush(
  context: ValidationContext,
  request: RedeemRequest,
): Promise<'waiting' | Outcome> {
  // Whose it is never changes; everything else is read again under the user's lock.
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
  readonly standing: LockState;
  readonly nowMs: number;
}

/** Name of the user whom a request is for; empty where it is for nobody. It never changes. */
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
  const standing = lockState(user === undefined ? noFailures : lockFactsOf(user), lock, nowMs);
  return { db, keys: context.keys, request, push, user, standing, nowMs };
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
  // What the person at the fob did is in the log already.
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
  await keepYes(db, taking.keys, request, nowMs);
  return record(taking, 'accepted');
}

/**
 * The user's token that was asked, where it still may be used. Its row stays locked until the transaction ends: it is not
 * suspended or revoked meanwhile, and made active again by what follows.
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

/** Why an approved request lets nobody in, if so: what it stood on is not so any more. The lock comes first. */
function refusalOf(
  { user, standing }: Taking,
  push: PushRow,
  { token, factors }: { readonly token: TokenRow | undefined; readonly factors: Factors | undefined },
): Outcome | undefined {
  const closed = closedOutcome({ user, standing });
  if (closed !== undefined) return closed;
  if (token === undefined) return 'no_usable_token';
  if (factors === undefined) return 'no_push';
  return proofsDigest(factors, user) === push.proofs ? undefined : 'wrong_password';
}

/** The only place that may say yes to an approval: it ends the request, and looks at whether it was this call that did. */
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

/** What follows from a log-in, besides the log. */
async function letIn(
  { db, standing, nowMs }: Taking,
  push: PushRow,
  { user, token, factors }: { readonly user: User; readonly token: TokenRow; readonly factors: Factors },
): Promise<void> {
  const proved = {
    password: factors === 'password_otp',
    pin: wantsPin({ pinAlways: factors === 'pin_otp' }, token),
  };
  await storeLockFacts(db, [{ userId: user.id, ...afterSuccess(standing, proved) }]);
  await db
    .updateTable('tokens')
    .set({ state: 'active', last_used_ms: nowMs })
    .where('id', '=', token.id)
    .execute();
  await markSteps(db, push, nowMs);
  await rememberSource(db, push.source_key, { userId: user.id, nowMs });
  // Who has the fob at hand needs no code any more.
  await endTemporaryCodes(db, user.id, nowMs);
}

/** The passcodes that the fob shows now are used up, as if one of them had been sent. No mark goes back. */
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

/** In the log, as the request that took it. @returns the outcome */
async function record({ db, request, push, nowMs }: Taking, outcome: Outcome): Promise<Outcome> {
  const { applicationId, source, requestId } = request;
  const whose = { userId: push?.user_id ?? null, tokenId: push?.token_id ?? null };
  const by = outcome === 'accepted' ? 'push' : null;
  await recordEvents(db, [{ ...whose, atMs: nowMs, applicationId, outcome, source, requestId }], by);
  return outcome;
}
