import { timingSafeEqual } from 'node:crypto';
import type { Actor } from '../../base/actor.ts';
import { hashBearer, makeBearer } from '../../base/bearers.ts';
import { ServiceError } from '../../base/errors.ts';
import type { Role } from '../../base/kinds.ts';
import { accessLimits } from '../../base/limits/access.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import { macOf } from '../../storage/encryption-at-rest/seal.ts';
import { clearIdempotencyCache } from '../../storage/idempotency.ts';
import type { Management } from '../../storage/management.ts';
import { latestMade } from '../../storage/queries/latest.ts';

/** A new operator session: the cookie value is not stored, only its hash. */
export interface OperatorSession {
  readonly token: string;
  readonly expiresMs: number;
}

/** A session as the routes use it. */
export interface SignInSession {
  /** Null for the session of a one-time link, which belongs to no user. */
  readonly user: string | null;
  /** The current role, not that at the opening of the session. */
  readonly role: Role;
  /** The end of the session, however much it is used (milliseconds since 1970). */
  readonly expiresMs: number;
  /** When the operator last proved to be present. */
  readonly provedMs: number;
  /** The token in forms and requests of this session, so that no other site can make them. */
  readonly csrf: string;
}

/** The user, role and time of a new session. */
export interface Opening {
  readonly userId: string | null;
  readonly role: Role;
  readonly nowMs: number;
}

/**
 * Opens a session, in the caller's transaction. It also deletes expired sessions, and those of the operator's
 * sessions that would end soonest, beyond the allowed number.
 */
export async function openSession(db: Db, { userId, role, nowMs }: Opening): Promise<OperatorSession> {
  const { value, hash } = makeBearer('pfs');
  const expiresMs = nowMs + accessLimits.operatorSessionMs;
  await db.deleteFrom('operator_sessions').where('expires_ms', '<=', nowMs).execute();
  const kept = await db
    .selectFrom('operator_sessions')
    .select('token_hash')
    .where('user_id', 'is not distinct from', userId)
    .orderBy('expires_ms', 'desc')
    .orderBy('token_hash')
    .execute();
  for (const { token_hash } of kept.slice(accessLimits.sessionsPerOperatorKept - 1))
    await db.deleteFrom('operator_sessions').where('token_hash', '=', token_hash).execute();
  await db
    .insertInto('operator_sessions')
    .values({
      token_hash: hash,
      user_id: userId,
      role,
      created_ms: nowMs,
      expires_ms: expiresMs,
      proved_ms: nowMs,
      last_seen_ms: nowMs,
    })
    .execute();
  return { token: value, expiresMs };
}

/**
 * Returns the session of a cookie value, or undefined if there is none: it has expired or was idle too long, was
 * opened by a clock that has since gone back, or its operator is disabled. Role and state are read each time, so that
 * a change applies from the next request on.
 */
export async function sessionOf(
  { db, keys, clock }: Management,
  value: string | undefined,
): Promise<SignInSession | undefined> {
  if (value === undefined) return undefined;
  const nowMs = clock();
  const hash = hashBearer(value);
  const row = await db
    .selectFrom('operator_sessions as session')
    .leftJoin('users', 'users.id', 'session.user_id')
    .leftJoin('operators', 'operators.user_id', 'session.user_id')
    .select(['session.user_id', 'session.role', 'session.expires_ms', 'session.proved_ms'])
    .select(['session.last_seen_ms', 'users.name', 'operators.role as role_now'])
    .select(['users.disabled_ms as user_disabled_ms', 'operators.disabled_ms as operator_disabled_ms'])
    .where('session.token_hash', '=', hash)
    .where('session.expires_ms', '>', nowMs)
    .where('session.created_ms', '<=', latestMade(nowMs))
    .where('session.last_seen_ms', '>', nowMs - accessLimits.sessionIdleMs)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const role = row.user_id === null ? row.role : row.role_now;
  if (role === null || row.user_disabled_ms !== null || row.operator_disabled_ms !== null) return undefined;
  if (nowMs - row.last_seen_ms > accessLimits.seenAgainMs) await markSeen(db, hash, nowMs);
  return {
    user: row.name,
    role,
    expiresMs: row.expires_ms,
    provedMs: row.proved_ms,
    csrf: macOf(keys, 'csrf', [hash]),
  };
}

/** Stores that a session was used. A busy database does not keep anybody from reading. */
async function markSeen(db: Db, hash: string, nowMs: number): Promise<void> {
  try {
    await writing(db, transaction =>
      transaction
        .updateTable('operator_sessions')
        .set({ last_seen_ms: nowMs })
        .where('token_hash', '=', hash)
        .where('last_seen_ms', '<', nowMs)
        .execute(),
    );
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'busy')) throw error;
  }
}

/** Whether a token sent with a request is the session's own, compared in constant time. */
export function isCsrfToken(session: Pick<SignInSession, 'csrf'>, given: string): boolean {
  // Compared as hashes, which have equal lengths.
  return timingSafeEqual(Buffer.from(hashBearer(session.csrf)), Buffer.from(hashBearer(given)));
}

/**
 * Whether the operator proved to be present a short while ago, as dangerous acts require. The session of a one-time
 * link cannot prove that again and counts as fresh for as long as a set-up takes. A proof from the future (a clock
 * set back) does not count.
 */
export function isFresh(session: SignInSession, nowMs: number): boolean {
  const ageMs = nowMs - session.provedMs;
  return (
    ageMs >= 0 && ageMs < (session.user === null ? accessLimits.linkFreshMs : accessLimits.reauthenticationMs)
  );
}

/** Returns the actor under which the acts of a session are audited. */
export function actorOfSession(session: SignInSession, source: string, requestId: string): Actor {
  return { name: session.user ?? 'link', role: session.role, source, requestId };
}

/** Stores that the operator has just proved to be present, in the caller's transaction. */
export async function proveSession(db: Db, value: string, nowMs: number): Promise<void> {
  await db
    .updateTable('operator_sessions')
    .set({ proved_ms: nowMs, last_seen_ms: nowMs })
    .where('token_hash', '=', hashBearer(value))
    .execute();
}

/** Ends one session. */
export async function endSession(db: Db, value: string): Promise<void> {
  await writing(db, async transaction => {
    const ended = await transaction
      .deleteFrom('operator_sessions')
      .where('token_hash', '=', hashBearer(value))
      .returning('user_id')
      .executeTakeFirst();
    // Repeating the sign-in request must not open another session.
    if (ended !== undefined) await clearIdempotencyCache(transaction, ended.user_id);
  });
}

/**
 * Ends all sessions of a user, in the caller's transaction, including those of the self-service page: after
 * disabling, another role, another password, or the loss of the last fob. Repeating a request of before opens no other.
 */
export async function endSessionsOf(db: Db, userId: string): Promise<void> {
  await db.deleteFrom('user_sessions').where('user_id', '=', userId).execute();
  await db.deleteFrom('operator_sessions').where('user_id', '=', userId).execute();
  await clearIdempotencyCache(db, userId);
}
