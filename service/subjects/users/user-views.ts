import { sql } from 'kysely';
import { administrationLimits } from '../../base/limits/administration.ts';
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
import { readSearchCursor, writeSearchCursor } from '../../storage/search/cursor.ts';
import { type Hit, inPortions, leastHits, lookAtHits } from '../../storage/search/hits.ts';
import { type Wanted, wantedOf } from '../../storage/search/parts.ts';
import { textsOfUser } from '../../storage/search/rows.ts';
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
  /** Any part of the name, the display name or the e-mail address; accents and case are ignored. */
  readonly search?: string | undefined;
  readonly state?: 'locked' | 'disabled' | undefined;
  /** 1 to `userLimits.usersListedMax`; more is cut to that. */
  readonly limit: number;
}

/** A page of a list. A page of a search may hold fewer users than requested, even none, and still not be the last. */
export interface UserPage {
  readonly users: readonly UserView[];
  /** Null if this is the last page. */
  readonly next: string | null;
}

/** The column is a 32-bit integer. */
const FAILURES_NEVER_REACHED = 2 ** 31 - 1;

/**
 * Returns a page of users: by name, or the results of a search in the order of the matched text up to its end, so
 * that texts that end with the search come first. Each page costs about the same, however many users there are, and
 * does not shift when users are added meanwhile: it follows an index, and a search examines at most
 * `administrationLimits.pageRowsScanned` of its entries.
 *
 * @returns an empty page if `after` or `search` is impossible
 */
export async function listUsers(db: Db, query: UserQuery): Promise<UserPage> {
  const limit = Math.max(1, Math.min(Math.trunc(query.limit), userLimits.usersListedMax));
  return query.search ? searchUsers(db, query, limit) : usersByName(db, query, limit);
}

const nobody: UserPage = { users: [], next: null };

async function usersByName(db: Db, query: UserQuery, limit: number): Promise<UserPage> {
  const { after = '' } = query;
  // No name follows a text that no name can contain.
  if (after.length > userLimits.userNameMax || /\p{C}/u.test(after)) return nobody;
  const rows = await selectUsers(db, query)
    .limit(limit + 1)
    .execute();
  const users = rows.slice(0, limit).map(row => userViewOf(row, query));
  return { users, next: rows.length > limit ? (users.at(-1)?.name ?? null) : null };
}

/** Returns the query of a list by name, in order; for `listUsers` and for examining the database's plan. */
export function selectUsers(
  db: Db,
  { after = '', state, lock, nowMs }: Pick<UserQuery, 'after' | 'state' | keyof Moment>,
) {
  let select = db.selectFrom('users').selectAll().orderBy('name').where('name', '>', after);
  if (state === 'disabled') select = select.where('disabled_ms', 'is not', null);
  if (state === 'locked')
    select = select
      // The index is partial on exactly this condition, written literally.
      .where('failures', '>', sql.lit(0))
      // A threshold of 0 means none: no count reaches it.
      .where('failures', '>=', lock.threshold || FAILURES_NEVER_REACHED)
      .where('last_failure_ms', '>', nowMs - lock.periodMs);
  return select;
}

async function searchUsers(db: Db, query: UserQuery, limit: number): Promise<UserPage> {
  const wanted = wantedOf(query.search ?? '');
  const mark = query.after === undefined ? undefined : readSearchCursor(query.after, 2);
  if (wanted === undefined || (query.after !== undefined && mark === undefined)) return nobody;
  const [part = '', name = ''] = mark ?? [];
  const looked = await lookAtHits(db, 'user', wanted, mark === undefined ? undefined : { part, name });
  const users: UserView[] = [];
  let last: Hit | undefined;
  for (const hits of inPortions(looked.hits, administrationLimits.searchHitsAtOnce))
    for (const { hit, row } of await usersAt(db, hits, wanted)) {
      const user = userViewOf(row, query);
      if (!isInState(user, query.state)) continue;
      if (users.length === limit) return { users, next: markOf(last) };
      users.push(user);
      last = hit;
    }
  return { users, next: markOf(looked.end) };
}

function markOf(hit: Hit | undefined): string | null {
  return hit === undefined ? null : writeSearchCursor([hit.part, hit.name]);
}

function isInState({ disabledMs, lockedUntilMs }: UserView, state: UserQuery['state']): boolean {
  if (state === 'disabled') return disabledMs !== null;
  return state !== 'locked' || lockedUntilMs !== null;
}

/** Returns users with the hits by which they are listed: a user has several hits if several parts match. */
async function usersAt(
  db: Db,
  hits: readonly Hit[],
  wanted: Wanted,
): Promise<{ readonly hit: Hit; readonly row: User }[]> {
  const names = valuesAsList(db, [...new Set(hits.map(({ name }) => name))]);
  const rows = await db.selectFrom('users').selectAll().where('name', 'in', names).execute();
  return leastHits(hits, wanted, new Map(rows.map(row => [row.name, { row, texts: textsOfUser(row) }])));
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
