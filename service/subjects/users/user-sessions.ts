import type { Actor } from '../../base/actor.ts';
import { hashBearer, makeBearer } from '../../base/bearers.ts';
import { relayLimits } from '../../base/limits/relay.ts';
import { selfServiceLimits } from '../../base/limits/self-service.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import { macOf } from '../../storage/encryption-at-rest/seal.ts';
import { clearIdempotencyCache } from '../../storage/idempotency.ts';
import type { Management } from '../../storage/management.ts';
import { latestMade } from '../../storage/queries/latest.ts';
import { recordAudit } from '../audit/record.ts';
import { prepareUserName } from './users.ts';

/** The value of a sign-in token or of a page's session: it is handed out once, only its hash is stored. */
export interface UserBearer {
  /** A secret. */
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
}

/** An open session of the self-service page. */
export interface UserSession {
  readonly userId: string;
  readonly user: string;
  readonly expiresMs: number;
  /** The token in forms of this session, so that no other site can make them. */
  readonly csrf: string;
  /** The hash under which the session is stored. */
  readonly hash: string;
}

/** The source of a request, for the audit. */
export interface Origin {
  readonly source: string;
  readonly requestId: string;
}

/** Returns the user as the actor of a self-service act. */
export function userActor(name: string, { source, requestId }: Origin): Actor {
  return { name, role: 'user', source, requestId };
}

/**
 * Makes the sign-in token (stored as `ticket`) that opens a user's page once, in the caller's transaction, at the end
 * of an enrolment.
 */
export function makeSignInToken(db: Db, userId: string, nowMs: number): Promise<UserBearer> {
  return insert(db, { userId, kind: 'ticket', expiresMs: nowMs + relayLimits.ticketMs, nowMs });
}

/**
 * Opens the page with a sign-in token, which is used up.
 *
 * @returns undefined for a token that is unknown, used or too old, or whose user is disabled
 * @throws ServiceError `busy`
 */
export function signInByToken(
  management: Management,
  ticket: string,
  origin: Origin,
): Promise<UserBearer | undefined> {
  const atMs = management.clock();
  return writing(management.db, async db => {
    const taken = await db
      .deleteFrom('user_sessions')
      .where('token_hash', '=', hashBearer(ticket))
      .where('kind', '=', 'ticket')
      .where('expires_ms', '>', atMs)
      .where('created_ms', '<=', latestMade(atMs))
      .returning('user_id')
      .executeTakeFirst();
    const user = taken && (await enabledUser(db, 'id', taken.user_id));
    return user && openPage(management, db, { user, way: 'ticket', origin, atMs });
  });
}

/**
 * Opens the page for a user who has shown the factors of the service's own application.
 *
 * @param decide calls the validator with the typed input
 * @returns undefined for every refusal: only the validator's log distinguishes the reasons
 * @throws ServiceError `busy`
 */
export async function enterByPasscode(
  management: Management,
  decide: () => Promise<Outcome | undefined>,
  whose: Origin & { readonly user: string },
): Promise<UserBearer | undefined> {
  return (await decide()) === 'accepted' ? enterAccepted(management, whose, 'passcode') : undefined;
}

/**
 * Opens the page for a user whom the service's own application has just accepted.
 *
 * @returns undefined if the user was disabled meanwhile
 * @throws ServiceError `busy`
 */
export function enterAccepted(
  management: Management,
  { user, ...origin }: Origin & { readonly user: string },
  way: 'passcode' | 'push',
): Promise<UserBearer | undefined> {
  const atMs = management.clock();
  return writing(management.db, async db => {
    const row = await enabledUser(db, 'name', prepareUserName(user) ?? '');
    return row && openPage(management, db, { user: row, way, origin, atMs });
  });
}

/** Returns the session of a cookie value, or undefined if it does not exist (any more) or its user is disabled. */
export async function userSessionOf(
  { db, keys, clock }: Management,
  value: string | undefined,
): Promise<UserSession | undefined> {
  if (value === undefined) return undefined;
  const nowMs = clock();
  const hash = hashBearer(value);
  const row = await db
    .selectFrom('user_sessions as session')
    .innerJoin('users', 'users.id', 'session.user_id')
    .select(['session.user_id', 'session.expires_ms', 'users.name'])
    .where('session.token_hash', '=', hash)
    .where('session.kind', '=', 'page')
    .where('session.expires_ms', '>', nowMs)
    .where('session.created_ms', '<=', latestMade(nowMs))
    .where('users.disabled_ms', 'is', null)
    .executeTakeFirst();
  return (
    row && {
      userId: row.user_id,
      user: row.name,
      expiresMs: row.expires_ms,
      csrf: macOf(keys, 'csrf', [hash]),
      hash,
    }
  );
}

/** Ends one session. */
export async function endUserSession(db: Db, { userId, hash }: UserSession): Promise<void> {
  await writing(db, async transaction => {
    await transaction.deleteFrom('user_sessions').where('token_hash', '=', hash).execute();
    // Repeating the sign-in request must not open another session.
    await clearIdempotencyCache(transaction, userId);
  });
}

/** Ends the other sessions of a user and their sign-in tokens, in the caller's transaction. */
export async function endOtherUserSessions(db: Db, { userId, hash }: UserSession): Promise<void> {
  await db
    .deleteFrom('user_sessions')
    .where('user_id', '=', userId)
    .where('token_hash', '<>', hash)
    .execute();
}

interface Opening {
  readonly user: { readonly id: string; readonly name: string };
  /** For the audit. */
  readonly way: 'ticket' | 'passcode' | 'push';
  readonly origin: Origin;
  readonly atMs: number;
}

async function openPage(
  { keys }: Management,
  db: Db,
  { user, way, origin, atMs }: Opening,
): Promise<UserBearer> {
  await db.deleteFrom('user_sessions').where('expires_ms', '<=', atMs).execute();
  const kept = await db
    .selectFrom('user_sessions')
    .select('token_hash')
    .where('user_id', '=', user.id)
    .where('kind', '=', 'page')
    .orderBy('expires_ms', 'desc')
    .orderBy('token_hash')
    .execute();
  for (const { token_hash } of kept.slice(selfServiceLimits.userSessionsKept - 1))
    await db.deleteFrom('user_sessions').where('token_hash', '=', token_hash).execute();
  await recordAudit(db, keys, {
    atMs,
    actor: userActor(user.name, origin),
    action: 'user.sign-in',
    subjectKind: 'user',
    subjectId: user.id,
    subject: user.name,
    detail: { way },
  });
  return insert(db, {
    userId: user.id,
    kind: 'page',
    expiresMs: atMs + selfServiceLimits.userSessionMs,
    nowMs: atMs,
  });
}

const prefixes = { ticket: 'pft', page: 'pfu' } as const;

async function insert(
  db: Db,
  row: {
    readonly userId: string;
    readonly kind: keyof typeof prefixes;
    readonly expiresMs: number;
    readonly nowMs: number;
  },
): Promise<UserBearer> {
  const { value, hash } = makeBearer(prefixes[row.kind]);
  const { userId: user_id, kind, expiresMs: expires_ms, nowMs: created_ms } = row;
  await db
    .insertInto('user_sessions')
    .values({ token_hash: hash, user_id, kind, created_ms, expires_ms })
    .execute();
  return { value, expiresMs: expires_ms };
}

function enabledUser(db: Db, column: 'id' | 'name', value: string) {
  return db
    .selectFrom('users')
    .select(['id', 'name'])
    .where(column, '=', value)
    .where('disabled_ms', 'is', null)
    .executeTakeFirst();
}
