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
import { hashSession } from '../challenges/create.ts';
import { questionOf } from '../tokens/push-question.ts';
import { type PasscodeToken, passcodeColumns } from '../tokens/rows.ts';
import { applicationNow } from '../users/application-cache.ts';
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

/** An application, or a front of the service, asks to have a log-in approved on the user's fob. */
export interface PushRequest {
  /** Hexadecimal, of chance, for what may be asked for twice: the second time it is the same request. Default: chosen here. */
  readonly id?: string | undefined;
  readonly user: string;
  /** What the asking session is known by. A secret: only its hash is kept. */
  readonly session: string;
  readonly applicationId: string;
  readonly password?: string | undefined;
  readonly pin?: string | undefined;
  /** Whether the source is the person's own, and not the application's for want of one. Default false. */
  readonly isSourceKnown?: boolean | undefined;
  /** Where the person is, as far as the application knows: an address. */
  readonly source: string;
  readonly requestId: string;
  /** Whether nobody sees a number to compare: then the fob shows none. */
  readonly isNumberless?: boolean | undefined;
  /** Milliseconds since 1970: over by then, where that is sooner than ever. */
  readonly untilMs?: number | undefined;
}

/** A request that may be approved once, for the session that asked, before it expires. */
export interface Push {
  readonly id: string;
  /** 0 to 99, to be shown as two digits: the fob shows the same. `NO_NUMBER` where none was wished for. */
  readonly number: number;
  /** Milliseconds since 1970: the first moment at which it is over. */
  readonly expiresMs: number;
}

/**
 * Asks. Whether there is such a user with such a fob, whether the account is open, and whether password and PIN were
 * right changes nothing that the application can see: a request that is for nobody looks the same until its time is over. Password
 * and PIN that are sent count towards the lock as at any log-in. An open request of the user ends, unless it keeps its
 * place (`mustGiveWay`): then it stays, and nobody is asked.
 *
 * @throws ServiceError `busy`, also where the application changed meanwhile; or a database error
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
      familiar: asking.familiar,
      proofs: proofsDigest(factors, user),
      nowMs: asking.nowMs,
    });
  });
}

/** What was shown to ask, and what it was found to be. */
interface PushDisplay extends RequestOrigin {
  /** Prepared. */
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
  /** What its source is known by, where it is a familiar one. */
  readonly familiar: string | undefined;
  readonly standing: LockState;
  readonly proofs: Proofs;
  readonly pinAlways: boolean;
  readonly nowMs: number;
}

/** The same queries whatever comes of them. */
async function readAsking(context: ValidationContext, db: Db, shown: PushDisplay): Promise<Asking> {
  const { name, checked, factors } = shown;
  const nowMs = context.clock();
  const lock = await context.lock(db);
  const [user] = await lockUsers(db, [name]);
  return {
    db,
    user,
    token: await tokenForPush(db, user?.id ?? ''),
    familiar: await trustedSourceKey(db, keyOfSource(shown), { userId: user?.id ?? '', nowMs }),
    standing: lockState(user === undefined ? noFailures : lockFactsOf(user), lock, nowMs),
    proofs: stillProved(checked, user),
    pinAlways: factors === 'pin_otp',
    nowMs,
  };
}

/** The user's token on the fob that was seen last of those that can be asked, connected or not. */
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

/** Why nobody is asked, if so. The lock comes before everything else. */
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

/** A password or PIN that was not sent is no attempt at one: whoever only asks for the press locks nobody. */
function asSent(outcome: Outcome | undefined, { password = '', pin = '' }: PushRequest): Outcome | undefined {
  const isMissing =
    (outcome === 'wrong_password' && password === '') || (outcome === 'wrong_pin' && pin === '');
  return isMissing ? 'push_incomplete' : outcome;
}

/** Counts a wrong password or PIN as any log-in does, and leaves the reason in the log. */
async function countAgainst(
  { db, user, standing, nowMs }: Asking,
  { applicationId, source, requestId }: PushRequest,
  outcome: Outcome,
): Promise<void> {
  const failed = failedFactor[outcome];
  if (user !== undefined && failed !== null) {
    await storeLockFacts(db, [{ userId: user.id, ...afterFailure(standing, failed, nowMs) }]);
    await alertWhenLocked(db, standing, { userId: user.id, atMs: nowMs, source });
  }
  const about = { applicationId, source, requestId, tokenId: null };
  await recordEvents(db, [{ ...about, atMs: nowMs, userId: user?.id ?? null, outcome }]);
}

/**
 * What an application asked for, and what password and PIN were found right by. Where it is another one by the time that
 * the request is taken, they prove nothing any more.
 */
export function proofsDigest(factors: Factors, user: User | undefined): string {
  const hashes = [user?.password_hash ?? '', user?.pin_hash ?? '', String(user?.pin_change ?? 0)];
  return createHash('sha256')
    .update(unambiguous([factors, ...hashes]))
    .digest('base64url');
}

/** What a request says of itself; who asks for help desk has no password and no source of the person's. */
type PushFacts = Pick<
  PushRequest,
  'id' | 'session' | 'applicationId' | 'source' | 'requestId' | 'isNumberless' | 'untilMs'
>;

/** A request to be stored: what it said, and what was found to it. */
interface NewPush extends PushFacts {
  readonly kind: PushKind;
  readonly user: User | undefined;
  /** Undefined where nobody is asked. */
  readonly token: PushToken | undefined;
  readonly proofs: string;
  /** What the source is known by, if it is; and where it is a familiar one. */
  readonly sourceKey: string | undefined;
  readonly familiar: string | undefined;
  readonly nowMs: number;
}

/** Stores a request, under the lock of its user. Where somebody is asked, what was open for them is over. */
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
      familiar_source: given.familiar ?? null,
      number: push.number,
      question,
      state: 'waiting',
      link: null,
      created_ms: nowMs,
      expires_ms: push.expiresMs,
      decided_ms: null,
    })
    // For nobody two nodes may ask at once: no row of a user keeps them apart.
    .onConflict(conflict => conflict.column('id').doNothing())
    .execute();
  if (given.id === undefined) return push;
  // Then one node's request stands, and both tell of that one, as they do for a user.
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
