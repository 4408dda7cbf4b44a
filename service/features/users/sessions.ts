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

/** An operator session just opened: the cookie value is not stored, only its hash. */
export interface OperatorSession {
  readonly token: string;
  readonly expiresMs: number;
}

/** A session as the routes know it. */
export interface SignInSession {
  /** Null for a session by a one-time link, which belongs to nobody. */
  readonly user: string | null;
  /** As it stands now, not as it stood when the session was opened. */
  readonly role: Role;
  /** When it ends however much it is used (milliseconds since 1970). */
  readonly expiresMs: number;
  /** When the operator last proved to be there. */
  readonly provedMs: number;
  /** What forms and requests of this session carry, so that no other site can make them. */
  readonly csrf: string;
}

/** For whom and when to open a session. */
export interface Opening {
  readonly userId: string | null;
  readonly role: Role;
  readonly nowMs: number;
}

/**
 * Opens a session, in the caller's transaction. What has run out is forgotten on the way, and of one operator's sessions
 * the ones that would end soonest, beyond the number kept.
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
 * The session of a cookie value, or undefined when there is none (any more): it has run out or stood idle, was opened by
 * a clock that has gone back, or its operator is disabled. Role and standing are read each time, so that a change holds from the next request on.
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

/** Notes that a session was used. A database that is busy does not keep anybody from reading. */
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

/** Whether a token sent with a request is the session's own; in time that tells nothing of where they differ. */
export function isCsrfToken(session: Pick<SignInSession, 'csrf'>, given: string): boolean {
  // Compared as hashes, which have one length.
  return timingSafeEqual(Buffer.from(hashBearer(session.csrf)), Buffer.from(hashBearer(given)));
}

/**
 * Whether the operator proved to be there a short while ago, as dangerous acts ask. A session by a one-time link cannot
 * prove anything anew and is fresh for as long as a set-up takes. A proof from the future (a clock set back) is none.
 */
export function isFresh(session: SignInSession, nowMs: number): boolean {
  const ageMs = nowMs - session.provedMs;
  return (
    ageMs >= 0 && ageMs < (session.user === null ? accessLimits.linkFreshMs : accessLimits.reauthenticationMs)
  );
}

/** The actor that the acts of a session are audited under. */
export function actorOfSession(session: SignInSession, source: string, requestId: string): Actor {
  return { name: session.user ?? 'link', role: session.role, source, requestId };
}

/** Notes that the operator has just proved to be there, in the caller's transaction. */
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
    await transaction.deleteFrom('operator_sessions').where('token_hash', '=', hashBearer(value)).execute();
    // The form that was sent to sign in must not open another session when it is sent again.
    await clearIdempotencyCache(transaction);
  });
}

/**
 * Ends all sessions of a user, in the caller's transaction, those of the own page too: disabled, another role, another
 * password, the last fob gone.
 */
export async function endSessionsOf(db: Db, userId: string): Promise<void> {
  await db.deleteFrom('user_sessions').where('user_id', '=', userId).execute();
  await db.deleteFrom('operator_sessions').where('user_id', '=', userId).execute();
}
