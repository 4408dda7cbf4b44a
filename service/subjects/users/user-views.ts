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
