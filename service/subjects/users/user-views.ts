import { sql } from 'kysely';
import { userLimits } from '../../base/limits/users.ts';
import { type LockPolicy, lockState } from '../../base/lock.ts';
import {
  count,
  flag,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  type TypeOf,
  time,
} from '../../base/shapes.ts';
import { usableStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';
import type { Filter } from '../../storage/search/candidates.ts';
import { findRows, type SearchPage } from '../../storage/search/find.ts';
import { findUser, lockFactsOf, prepareUserName, type User } from './users.ts';

const userFields = {
  id: serviceText,
  name: serviceText,
  displayName: serviceText,
  email: nullable(serviceText),
  disabledMs: nullable(time),
  /** Consecutive failures that still count. */
  failures: count,
  /** Null if it is not locked. */
  lockedUntilMs: nullable(time),
  hasPassword: flag,
  /** Whether the user's PIN at the service is set, or must be chosen again. */
  pin: oneOf('none', 'set', 'change'),
  createdMs: time,
};

/** A user as operators see them: facts about credentials, never a credential or its hash. */
export const userShape = named(object(userFields), 'User');
export type UserView = TypeOf<typeof userShape>;

/** With the tokens that are not revoked, and how many of them can log in. */
export const userDetailShape = named(
  object({ ...userFields, tokens: count, usableTokens: count }),
  'UserDetail',
);
export type UserDetail = TypeOf<typeof userDetailShape>;

/** The time and policy that determine the lock state, besides the account's own facts. */
export interface Moment {
  readonly lock: LockPolicy;
  readonly nowMs: number;
}

export function userViewOf(user: User, { lock, nowMs }: Moment): UserView {
  const standing = lockState(lockFactsOf(user), lock, nowMs);
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

/** Selects users, at a moment. */
export interface UserQuery extends Moment {
  /** `next` of the previous page. */
  readonly after?: string | undefined;
  /** Words, each any part of the name, the display name or the e-mail address; accents and case are ignored. */
  readonly search?: string | undefined;
  readonly state?: 'locked' | 'disabled' | undefined;
  /** 1 to `userLimits.usersListedMax`; more is cut to that. */
  readonly limit: number;
  /** Whether to count all users found. Default: no. */
  readonly isCounted?: boolean;
}

/** A page of a list. One that is partial may hold fewer users than requested, even none, and still not be the last. */
export interface UserPage extends Omit<SearchPage, 'names'> {
  readonly users: readonly UserView[];
}

/** The column is a 32-bit integer. */
const FAILURES_NEVER_REACHED = 2 ** 31 - 1;

/**
 * Returns a page of users: by name, or the results of a search in the order of the matched text up to its end, so
 * that texts that end with the search come first. Each page costs about the same, however many users there are, and
 * does not shift when users are added meanwhile (`storage/search/find.ts`).
 *
 * @returns undefined if `after` is not of this search
 */
export async function listUsers(db: Db, query: UserQuery): Promise<UserPage | undefined> {
  const { search: typed = '', after, isCounted = false } = query;
  const filter = filterOf(query);
  const limit = Math.max(1, Math.min(Math.trunc(query.limit), userLimits.usersListedMax));
  const found = await findRows(db, { kind: 'user', typed, filter, limit, after, isCounted });
  if (found === undefined) return undefined;
  const { names, ...page } = found;
  const rows = await db
    .selectFrom('users')
    .selectAll()
    .where('name', 'in', valuesAsList(db, names))
    .execute();
  const byName = new Map(rows.map(row => [row.name, userViewOf(row, query)]));
  return { ...page, users: names.flatMap(name => byName.get(name) ?? []) };
}

/** The indexes are partial on exactly these conditions, written literally. */
function filterOf({ state, lock, nowMs }: UserQuery): Filter {
  if (state === 'disabled') return { carried: sql`users.disabled_ms is not null` };
  if (state === undefined) return {};
  // A threshold of 0 means none: no count reaches it.
  const checked = sql`users.failures >= ${lock.threshold || FAILURES_NEVER_REACHED}
    and users.last_failure_ms > ${nowMs - lock.periodMs}`;
  return { carried: sql`users.failures > 0`, checked };
}

/** Returns the user with this typed name, or undefined. */
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

/** Returns how many accounts there are, and how many of them are disabled. It reads a whole index. */
export async function countUsers(db: Db): Promise<{ readonly all: number; readonly disabled: number }> {
  const all = await db
    .selectFrom('users')
    .select(query => query.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const disabled = await db
    .selectFrom('users')
    .select(query => query.fn.countAll<number>().as('count'))
    .where('disabled_ms', 'is not', null)
    .executeTakeFirstOrThrow();
  return { all: Number(all.count), disabled: Number(disabled.count) };
}
