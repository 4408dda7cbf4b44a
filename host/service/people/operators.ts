import { type Db, writing } from '../data/database.ts';
import { limits } from '../limits.ts';
import { hashBearer, makeBearer } from './applications.ts';

/** An operator session just opened: the cookie value is not stored, only its hash. */
export interface OperatorSession {
  readonly token: string;
  readonly expiresMs: number;
}

/** Makes a one-time operator link key. Links that have run out are forgotten on the way. */
export function makeOperatorKey(db: Db, nowMs: number): Promise<string> {
  const { value, hash } = makeBearer('pfo');
  return writing(db, async transaction => {
    await transaction.deleteFrom('operator_links').where('expires_ms', '<=', nowMs).execute();
    await transaction
      .insertInto('operator_links')
      .values({ key_hash: hash, expires_ms: nowMs + limits.operatorLinkMs, used_ms: null })
      .execute();
    return value;
  });
}

/** The address at which a one-time operator key is used up. A secret. */
export function operatorLink(origin: string, key: string): string {
  return `${origin}/operator/enter?key=${key}`;
}

/**
 * Uses up a one-time operator key and opens a session.
 *
 * @returns undefined when the key is unknown, used or too old
 */
export function enterAsOperator(db: Db, key: string, nowMs: number): Promise<OperatorSession | undefined> {
  return writing(db, async transaction => {
    const used = await transaction
      .updateTable('operator_links')
      .set({ used_ms: nowMs })
      .where('key_hash', '=', hashBearer(key))
      .where('used_ms', 'is', null)
      .where('expires_ms', '>', nowMs)
      .executeTakeFirst();
    if (used.numUpdatedRows !== 1n) return undefined;
    const { value, hash } = makeBearer('pfs');
    const expiresMs = nowMs + limits.operatorSessionMs;
    await transaction.deleteFrom('operator_sessions').where('expires_ms', '<=', nowMs).execute();
    await transaction
      .insertInto('operator_sessions')
      .values({
        token_hash: hash,
        user_id: null,
        role: 'admin',
        created_ms: nowMs,
        expires_ms: expiresMs,
        proved_ms: nowMs,
      })
      .execute();
    await forgetSurplus(transaction);
    return { token: value, expiresMs };
  });
}

/** Ends the sessions beyond the number kept, those that would end soonest. */
async function forgetSurplus(db: Db): Promise<void> {
  await db
    .deleteFrom('operator_sessions')
    .where('expires_ms', '<', query =>
      query
        .selectFrom('operator_sessions')
        .select('expires_ms')
        .orderBy('expires_ms', 'desc')
        .limit(1)
        .offset(limits.operatorSessionsKept - 1),
    )
    .execute();
}

/** When the session of a cookie value ends; undefined when there is no such session (any more). */
export async function operatorSessionEnd(
  db: Db,
  token: string | undefined,
  nowMs: number,
): Promise<number | undefined> {
  if (token === undefined) return undefined;
  const row = await db
    .selectFrom('operator_sessions')
    .select('expires_ms')
    .where('token_hash', '=', hashBearer(token))
    .where('expires_ms', '>', nowMs)
    .executeTakeFirst();
  return row?.expires_ms;
}

/** Ends a session. */
export async function leaveAsOperator(db: Db, token: string): Promise<void> {
  await writing(db, async transaction => {
    await transaction.deleteFrom('operator_sessions').where('token_hash', '=', hashBearer(token)).execute();
  });
}
