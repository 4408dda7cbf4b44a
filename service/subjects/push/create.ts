import { createHash, randomInt, randomUUID } from 'node:crypto';
import { ServiceError } from '../../base/errors.ts';
import type { Factors } from '../../base/kinds.ts';
import { pushLimits } from '../../base/limits/push.ts';
import { afterFailure, type LockState, lockState, noFailures } from '../../base/lock.ts';
import { failedFactor, type Outcome } from '../../base/outcomes.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { texts } from '../../base/texts/texts.ts';
import { usableStates } from '../../base/token-states.ts';
import { type Db, validating } from '../../storage/database/database.ts';
import { unambiguous } from '../../storage/encryption-at-rest/seal.ts';
import type { PushKind } from '../../storage/schema/schema.ts';
import { alertWhenLocked } from '../alerts/locked.ts';
import { applicationNow } from '../applications/cache.ts';
import { hashSession } from '../challenges/create.ts';
import { questionOf } from '../tokens/push-question.ts';
import { type PasscodeToken, passcodeColumns } from '../tokens/rows.ts';
import { lockFactsOf, prepareUserName, storeLockFacts, type User } from '../users/users.ts';
import { recordEvents } from '../validation/events.ts';
import { checkFactors, type Proofs, stillProved } from '../validation/factors.ts';
import { lockUsers } from '../validation/facts.ts';
import type { ValidationContext } from '../validation/request.ts';
import { closedOutcome, pinMissing } from '../validation/validator.ts';
import { isCoolingDown, mustGiveWay } from './cool-down.ts';
import type { InTurn } from './per-user-queue.ts';
import { askedBefore } from './repeats.ts';
import { openStates } from './rows.ts';
import { NO_NUMBER } from './shown.ts';
import { keyOfSource, type RequestOrigin, trustedSourceKey } from './trusted-source.ts';

/** A request of an application, or of a part of the service, to have a log-in approved on the user's fob. */
export interface PushRequest {
  /**
   * Random hexadecimal id for requests that may be sent twice: the second time it is the same request. Default:
   * chosen here.
   */
  readonly id?: string | undefined;
  readonly user: string;
  /** The identifier of the session. A secret: only its hash is stored. */
  readonly session: string;
  readonly applicationId: string;
  readonly password?: string | undefined;
  readonly pin?: string | undefined;
  /** Whether the source is the user's own, and not the application's in its place. Default false. */
  readonly isSourceKnown?: boolean | undefined;
  /** The user's address, as far as the application knows it. */
  readonly source: string;
  readonly requestId: string;
  /** Whether nobody sees a number to compare: then the fob shows none. */
  readonly isNumberless?: boolean | undefined;
  /** Milliseconds since 1970: an earlier expiry than the default. */
  readonly untilMs?: number | undefined;
}

/** A request that can be approved once, for its session, before it expires. */
export interface Push {
  readonly id: string;
  /** 0 to 99, to be shown as two digits: the fob shows the same. `NO_NUMBER` if none was requested. */
  readonly number: number;
  /** Milliseconds since 1970: the first moment at which it is expired. */
  readonly expiresMs: number;
}

/**
 * Creates a push. The application cannot see whether there is such a user with such a fob, whether the account is
 * open, and whether password and PIN were right: a request for nobody looks the same until it expires. A password or
 * PIN that was sent counts towards lockout as at any log-in. An open request of the user ends, unless `mustGiveWay`
 * protects it: then it stays, and the fob is not asked.
 *
 * @throws ServiceError `busy`, also if the application changed meanwhile; or a database error
 */
export async function createPush(
  context: ValidationContext,
  request: PushRequest,
  inTurn: InTurn,
): Promise<Push> {
  const application = await applicationNow(context.db, request.applicationId);
  const factors = application?.factors;
  const checked = await checkFactors(context, { ...request, passcode: '', factors });
  const name = prepareUserName(request.user) ?? '';
  const source = `${request.applicationId} ${sourceKey(request.source)}`;
  return inTurn({ name, source }, () => askChecked(context, request, { name, checked, factors }));
}

function askChecked(
  context: ValidationContext,
  request: PushRequest,
  {
    name,
    checked,
    factors,
  }: Pick<PushDisplay, 'name' | 'checked'> & { readonly factors: Factors | undefined },
): Promise<Push> {
  return validating(context.db, async db => {
    const now = await applicationNow(db, request.applicationId);
    if (factors === undefined || now?.factors !== factors)
      throw new ServiceError('busy', texts.startup.applicationChanged);
    const asking = await readAsking(context, db, { ...request, name, checked, factors });
    const again = await askedBefore(db, { ...request, id: request.id ?? '' });
    if (again !== undefined) return again;
    const outcome = asSent(await settled(asking), request);
    if (outcome !== undefined) await countAgainst(asking, request, outcome);
    const { user, token } = asking;
    return await openPush(db, {
      ...request,
      kind: 'login',
      user,
      token: outcome === undefined ? token : undefined,
      sourceKey: keyOfSource(request),
      trustedSource: asking.trustedSource,
      proofs: proofsDigest(factors, user),
      nowMs: asking.nowMs,
    });
  });
}

/** The request's facts and the results of its checks. */
interface PushDisplay extends RequestOrigin {
  /** The prepared user name. */
  readonly name: string;
  readonly checked: Proofs;
  readonly factors: Factors;
}

/** A user's token on a fob that has a push key. */
export type PushToken = PasscodeToken & { readonly fob_id: string | null };

interface Asking {
  readonly db: Db;
  readonly user: User | undefined;
  readonly token: PushToken | undefined;
  /** The key of its source, if that is trusted. */
  readonly trustedSource: string | undefined;
  readonly lockState: LockState;
  readonly proofs: Proofs;
  readonly pinAlways: boolean;
  readonly nowMs: number;
}

/** Runs the same queries whatever their results. */
async function readAsking(context: ValidationContext, db: Db, shown: PushDisplay): Promise<Asking> {
  const { name, checked, factors } = shown;
  const nowMs = context.clock();
  const lock = await context.lock(db);
  const [user] = await lockUsers(db, [name]);
  return {
    db,
    user,
    token: await tokenForPush(db, user?.id ?? ''),
    trustedSource: await trustedSourceKey(db, keyOfSource(shown), { userId: user?.id ?? '', nowMs }),
    lockState: lockState(user === undefined ? noFailures : lockFactsOf(user), lock, nowMs),
    proofs: stillProved(checked, user),
    pinAlways: factors === 'pin_otp',
    nowMs,
  };
}

/** Returns the user's token on the most recently seen fob with a proved push key, connected or not. */
export function tokenForPush(db: Db, userId: string): Promise<PushToken | undefined> {
  return db
    .selectFrom('tokens')
    .innerJoin('push_keys', 'push_keys.fob_id', 'tokens.fob_id')
    .leftJoin('agent_fobs', 'agent_fobs.fob_id', 'tokens.fob_id')
    .select(passcodeColumns.map(column => `tokens.${column}` as const))
    .select('tokens.fob_id')
    .where('tokens.user_id', '=', userId)
    .where('tokens.state', 'in', usableStates)
    .where('push_keys.proved_ms', 'is not', null)
    .orderBy(query => query.fn.coalesce('agent_fobs.seen_ms', query.lit(0)), 'desc')
    .orderBy('tokens.created_ms')
    .orderBy('tokens.id')
    .limit(1)
    .executeTakeFirst();
}

/** Returns the reason not to ask the fob, if any. The lock takes precedence. */
async function settled(asking: Asking): Promise<Outcome | undefined> {
  const { db, user, token, proofs } = asking;
  const isQuiet = await isCoolingDown(db, user?.id ?? '', { ...asking, kind: 'login' });
  const givesWay = await mustGiveWay(db, user?.id ?? '', asking);
  const closed = closedOutcome(asking);
  if (closed !== undefined) return closed;
  if (token === undefined) return 'no_usable_token';
  if (proofs.password === false) return 'wrong_password';
  const pin = pinMissing({ ...asking, choosesPin: false }, token);
  if (pin !== undefined) return pin;
  return isQuiet || givesWay ? 'push_quiet' : undefined;
}

/**
 * A password or PIN that was not sent is not a failed attempt: a request that only asks for the press locks nobody.
 */
function asSent(outcome: Outcome | undefined, { password = '', pin = '' }: PushRequest): Outcome | undefined {
  const isMissing =
    (outcome === 'wrong_password' && password === '') || (outcome === 'wrong_pin' && pin === '');
  return isMissing ? 'push_incomplete' : outcome;
}

/** Counts a wrong password or PIN as any log-in does, and logs the reason. */
async function countAgainst(
  { db, user, lockState: locking, nowMs }: Asking,
  { applicationId, source, requestId }: PushRequest,
  outcome: Outcome,
): Promise<void> {
  const failed = failedFactor[outcome];
  if (user !== undefined && failed !== null) {
    await storeLockFacts(db, [{ userId: user.id, ...afterFailure(locking, failed, nowMs) }]);
    await alertWhenLocked(db, locking, { userId: user.id, atMs: nowMs, source });
  }
  const about = { applicationId, source, requestId, tokenId: null };
  await recordEvents(db, [{ ...about, atMs: nowMs, userId: user?.id ?? null, outcome }]);
}

/**
 * Returns a digest of the required factors, and of the hashes that verified password and PIN. If it has changed when
 * the request is redeemed, the earlier verification is void.
 */
export function proofsDigest(factors: Factors, user: User | undefined): string {
  const hashes = [user?.password_hash ?? '', user?.pin_hash ?? '', String(user?.pin_change ?? 0)];
  return createHash('sha256')
    .update(unambiguous([factors, ...hashes]))
    .digest('base64url');
}

/** The request's own facts; a caller check has no password and no source of the user. */
type PushFacts = Pick<
  PushRequest,
  'id' | 'session' | 'applicationId' | 'source' | 'requestId' | 'isNumberless' | 'untilMs'
>;

/** A request to be stored, with the results of its checks. */
interface NewPush extends PushFacts {
  readonly kind: PushKind;
  readonly user: User | undefined;
  /** Undefined if no fob is asked. */
  readonly token: PushToken | undefined;
  readonly proofs: string;
  /** The source's key, if known; `trustedSource` repeats it if the source is trusted. */
  readonly sourceKey: string | undefined;
  readonly trustedSource: string | undefined;
  readonly nowMs: number;
}

/** Stores a request, under the lock of its user. If a fob is asked, the user's open requests are superseded. */
export async function openPush(db: Db, given: NewPush): Promise<Push> {
  const { kind, user, token, applicationId, source, nowMs } = given;
  if (token !== undefined) await supersede(db, user?.id ?? '');
  const push: Push = {
    id: given.id ?? randomUUID(),
    number: given.isNumberless === true ? NO_NUMBER : randomInt(pushLimits.pushNumbers),
    expiresMs: Math.min(nowMs + pushLimits.pushMs, given.untilMs ?? Number.MAX_SAFE_INTEGER),
  };
  const sessionHash = hashSession(given.session);
  const question = questionOf({
    ...{ id: push.id, kind, sessionHash, applicationId, source, number: push.number },
    userId: user?.id ?? '',
    tokenId: token?.id ?? '',
    createdMs: nowMs,
  });
  await db
    .insertInto('pushes')
    .values({
      id: push.id,
      kind,
      user_id: user?.id ?? null,
      request_id: given.requestId,
      token_id: token?.id ?? null,
      fob_id: token?.fob_id ?? null,
      application_id: applicationId,
      session_hash: sessionHash,
      proofs: given.proofs,
      source,
      source_key: given.sourceKey ?? null,
      familiar_source: given.trustedSource ?? null,
      number: push.number,
      question,
      state: 'waiting',
      link: null,
      created_ms: nowMs,
      expires_ms: push.expiresMs,
      decided_ms: null,
    })
    // Without a user there is no row to lock, so two nodes may store the same request at once.
    .onConflict(conflict => conflict.column('id').doNothing())
    .execute();
  if (given.id === undefined) return push;
  // Then one node's request is stored, and both nodes return it, as they do for a known user.
  return (await askedBefore(db, { ...given, id: push.id })) ?? push;
}

async function supersede(db: Db, userId: string): Promise<void> {
  await db
    .updateTable('pushes')
    .set({ state: 'superseded' })
    .where('user_id', '=', userId)
    .where('state', 'in', openStates)
    .execute();
}
