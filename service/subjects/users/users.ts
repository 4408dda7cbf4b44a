import { randomUUID } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import { userLimits } from '../../base/limits/users.ts';
import type { LockFacts } from '../../base/lock.ts';
import { isBeyondAscii, skeletonOf } from '../../base/skeleton.ts';
import type { Db } from '../../storage/database/database.ts';
import { rowsAsTable } from '../../storage/queries/rows.ts';
import { withNext } from '../../storage/queries/together.ts';
import type { Schema } from '../../storage/schema/schema.ts';

import { addParts, textsOfUser } from '../../storage/search/rows.ts';

export type User = Selectable<Schema['users']>;

/** All columns of a user, by name: what a query names is read faster than `*`. */
export const userColumns = [
  'id',
  'name',
  'display_name',
  'email',
  'password_hash',
  'pin_hash',
  'pin_change',
  'disabled_ms',
  'failures',
  'password_failures',
  'pin_failures',
  'last_failure_ms',
  'created_ms',
  'skeleton',
  'beyond_ascii',
  'disabled_by',
] as const satisfies readonly (keyof User)[];

/**
 * Returns the form in which a user name is stored and looked up: width and compatibility forms folded, lower case, no
 * space around it (after the UsernameCaseMapped profile, RFC 8265 §3.3).
 *
 * @returns undefined if it is empty, too long or holds control characters
 */
export function prepareUserName(typed: string): string | undefined {
  if (typed.length > userLimits.userNameMax) return undefined;
  const name = typed.normalize('NFKC').toLowerCase().normalize('NFC').trim();
  if (name.length === 0 || name.length > userLimits.userNameMax || /\p{C}/u.test(name)) return undefined;
  return name;
}

/** Returns the user with this prepared name, or undefined. */
export function findUser(db: Db, name: string): Promise<User | undefined> {
  return db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst();
}

/** The columns of an account without failures. */
export const withoutFailures = {
  failures: 0,
  password_failures: 0,
  pin_failures: 0,
  last_failure_ms: null,
} as const;

/** Returns a new user with this prepared name: without e-mail address, password and PIN. */
export function newUser(name: string, nowMs: number): User {
  return {
    id: randomUUID(),
    name,
    display_name: '',
    email: null,
    password_hash: null,
    pin_hash: null,
    pin_change: 0,
    disabled_ms: null,
    ...withoutFailures,
    created_ms: nowMs,
    skeleton: skeletonOf(name),
    beyond_ascii: isBeyondAscii(name) ? 1 : 0,
    disabled_by: null,
  };
}

/**
 * Returns the user with this prepared name, created if new: the caller has checked that no other name looks like it.
 */
export async function findOrAddUser(db: Db, name: string, nowMs: number): Promise<User> {
  const present = await findUser(db, name);
  if (present !== undefined) return present;
  const user = newUser(name, nowMs);
  await insertUser(db, user);
  return user;
}

/** Writes a user, who can be found by any part of the name, the display name and the e-mail address from now on. */
export async function insertUser(db: Db, user: User): Promise<void> {
  await db.insertInto('users').values(user).execute();
  await addParts(db, 'user', [{ name: user.name, texts: textsOfUser(user) }]);
}

/** Returns the facts from which the lock state is computed. */
export function lockFactsOf(user: User): LockFacts {
  return {
    failures: user.failures,
    passwordFailures: user.password_failures,
    pinFailures: user.pin_failures,
    lastFailureMs: user.last_failure_ms,
  };
}

/** Lock facts of one account. */
export interface AccountFacts extends LockFacts {
  readonly userId: string;
}

/** Stores new lock facts of accounts. */
export async function storeLockFacts(db: Db, accounts: readonly AccountFacts[]): Promise<void> {
  if (accounts.length === 0) return;
  const rows = accounts.map(({ userId, failures, passwordFailures, pinFailures, lastFailureMs }) => [
    userId,
    failures,
    passwordFailures,
    pinFailures,
    lastFailureMs,
  ]);
  const columns = {
    id: 'text',
    failures: 'integer',
    password_failures: 'integer',
    pin_failures: 'integer',
    last_failure_ms: 'bigint',
  } as const;
  const update = sql`update users set failures = facts.failures, password_failures = facts.password_failures,
      pin_failures = facts.pin_failures, last_failure_ms = facts.last_failure_ms
    from ${rowsAsTable(db, columns, rows)} as facts where users.id = facts.id`;
  await withNext(db, update.compile(db));
}
