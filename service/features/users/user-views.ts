import { sql } from 'kysely';
import { userLimits } from '../../base/limits/users.ts';
import { type LockPolicy, lockStanding } from '../../base/lock.ts';
import { usableStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { findUser, lockFactsOf, prepareUserName, type User } from './users.ts';

/** A user as operators see them: facts about credentials, never a credential or its hash. */
export interface UserView {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly email: string | null;
  /** When an operator disabled the account (milliseconds since 1970), or null. */
  readonly disabledMs: number | null;
  /** Failures in a row that still count, and when a locked account opens again; null while it is not locked. */
  readonly failures: number;
  readonly lockedUntilMs: number | null;
  readonly hasPassword: boolean;
  /** Whether a PIN asked for by the service is set, or must be chosen anew. */
  readonly pin: 'none' | 'set' | 'change';
  readonly createdMs: number;
}

/** What an account's lock depends on besides its own facts. */
export interface Moment {
  readonly lock: LockPolicy;
  readonly nowMs: number;
}

export function userViewOf(user: User, { lock, nowMs }: Moment): UserView {
  const standing = lockStanding(lockFactsOf(user), lock, nowMs);
  return {
    id: user.id,
    name: user.name,
    displayName: user.display_name,
    email: user.email,
    disabledMs: user.disabled_ms,
    failures: standing.failures,
    lockedUntilMs: standing.untilMs,
    hasPassword: user.password_hash !== null,
    pin: user.pin_change === 1 ? 'change' : user.pin_hash === null ? 'none' : 'set',
    createdMs: user.created_ms,
  };
}

/** Which users to list, at a moment. */
export interface UserQuery extends Moment {
  /** The name after which the list goes on: `next` of the page before. */
  readonly after?: string | undefined;
  /** The beginning of the name. */
  readonly search?: string | undefined;
  readonly state?: 'locked' | 'disabled' | undefined;
  /** 1 to `userLimits.usersListedMax`; more is cut to that. */
  readonly limit: number;
}

/** The highest code point, which no name holds: below a name followed by it is everything that begins with the name. */
const AFTER_ALL = '\u{10ffff}';
/** The column is a 32-bit integer. */
const FAILURES_NEVER_REACHED = 2 ** 31 - 1;

/**
 * A page of users, by name. It walks along an index in the order of names, so the millionth user is no dearer than the
 * first, and a page does not shift when users are added meanwhile.
 *
 * @returns the users, and what `after` is for the next page; null at the end
 */
export async function listUsers(
  db: Db,
  query: UserQuery,
): Promise<{ users: UserView[]; next: string | null }> {
  const search = query.search ? prepareUserName(query.search) : '';
  const after = query.after ?? '';
  // A text that can stand in no name begins none and follows none.
  if (search === undefined || after.length > userLimits.userNameMax || /\p{C}/u.test(after))
    return { users: [], next: null };
  const limit = Math.max(1, Math.min(Math.trunc(query.limit), userLimits.usersListedMax));
  const rows = await selectUsers(db, { ...query, search, after })
    .limit(limit + 1)
    .execute();
  const users = rows.slice(0, limit).map(row => userViewOf(row, query));
  return { users, next: rows.length > limit ? (users.at(-1)?.name ?? null) : null };
}

/** The rows of a list, in order; for `listUsers` and for looking at how the database would go about it. */
export function selectUsers(
  db: Db,
  { after = '', search = '', state, lock, nowMs }: Omit<UserQuery, 'limit'>,
) {
  let select = db.selectFrom('users').selectAll().orderBy('name');
  // One lower bound: of two SQLite goes by the first and reads all rows up to the second.
  const goesOn = Buffer.compare(Buffer.from(after), Buffer.from(search)) >= 0;
  select = goesOn ? select.where('name', '>', after) : select.where('name', '>=', search);
  if (search !== '') select = select.where('name', '<', search + AFTER_ALL);
  if (state === 'disabled') select = select.where('disabled_ms', 'is not', null);
  if (state === 'locked')
    select = select
      // The index is for exactly this condition, written out.
      .where('failures', '>', sql.lit(0))
      // A threshold of 0 is none: no count reaches it.
      .where('failures', '>=', lock.threshold || FAILURES_NEVER_REACHED)
      .where('last_failure_ms', '>', nowMs - lock.periodMs);
  return select;
}

/** A user with what belongs to them. */
export interface UserDetail extends UserView {
  /** Tokens that are not revoked, and how many of them can log in. */
  readonly tokens: number;
  readonly usableTokens: number;
}

/** The user of a name as typed, or undefined. */
export async function userDetail(db: Db, typed: string, moment: Moment): Promise<UserDetail | undefined> {
  const user = await findUser(db, prepareUserName(typed) ?? '');
  if (user === undefined) return undefined;
  const owned = await db
    .selectFrom('tokens')
    .select('state')
    .where('user_id', '=', user.id)
    .where('state', '<>', 'revoked')
    .execute();
  const usable = owned.filter(({ state }) => usableStates.includes(state));
  return { ...userViewOf(user, moment), tokens: owned.length, usableTokens: usable.length };
}
