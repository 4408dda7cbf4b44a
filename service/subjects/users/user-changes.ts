import type { Actor } from '../../base/actor.ts';
import { prepareEmail } from '../../base/email-address.ts';
import { userLimits } from '../../base/limits/users.ts';
import { prepareLine } from '../../base/one-line.ts';
import type { Action } from '../../base/permissions.ts';
import { done, type RefusalCode, type Refused, refused } from '../../base/results.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import { clearIdempotencyCache } from '../../storage/idempotency.ts';
import type { Management } from '../../storage/management.ts';
import { changeParts, textsOfUser } from '../../storage/search/rows.ts';
import { isLastAdmin } from './admins.ts';
import { looksLikeAnother } from './look-alikes.ts';
import { endSessionsOf } from './sessions.ts';
import { readSettings } from './settings.ts';
import { recordUserAct } from './user-audit.ts';
import { type UserView, userViewOf } from './user-views.ts';
import { findUser, insertUser, newUser, prepareUserName, type User, withoutFailures } from './users.ts';

/** A user to create. */
export interface NewUser {
  readonly name: string;
  readonly displayName?: string | undefined;
  /** One address; null or empty for none. */
  readonly email?: string | null | undefined;
}

/** Changes to a user; omitted fields stay. */
export interface UserChange {
  readonly user: string;
  readonly displayName?: string | undefined;
  readonly email?: string | null | undefined;
}

/** Creates a user without token, password or PIN. */
export async function createUser(management: Management, actor: Actor, given: NewUser) {
  const name = prepareUserName(given.name);
  if (name === undefined) return refused('bad_user');
  const facts = prepareFacts(given);
  if (typeof facts === 'string') return refused(facts);
  const atMs = management.clock();
  const user: User = { ...newUser(name, atMs), ...facts };
  return await writing(management.db, async db => {
    if ((await findUser(db, name)) !== undefined) return refused('user_taken');
    if (await looksLikeAnother(db, name)) return refused('name_looks_alike');
    await insertUser(db, user);
    await recordUserAct({ db, keys: management.keys, actor, atMs }, 'user.create', user, {
      email: user.email,
    });
    return done(await view(db, user, atMs));
  });
}

/** Changes the display name or mail address of a user. */
export async function changeUser(management: Management, actor: Actor, given: UserChange) {
  const facts = prepareFacts(given);
  if (typeof facts === 'string') return refused(facts);
  return await changing({ management, actor, typed: given.user, action: 'user.change' }, (_db, user) => ({
    facts,
    detail: {
      displayNameChanged: facts.display_name !== undefined && facts.display_name !== user.display_name,
      ...(facts.email !== undefined && { email: facts.email, emailBefore: user.email }),
    },
  }));
}

/** Disables an account: its sessions end, and none of its log-ins are accepted until it is enabled again. */
export function disableUser(management: Management, actor: Actor, typed: string) {
  return changing({ management, actor, typed, action: 'user.disable' }, async (db, user, atMs) => {
    if (await isLastAdmin(db, user.id)) return refused('last_admin');
    await endSessionsOf(db, user.id);
    return { facts: { disabled_ms: user.disabled_ms ?? atMs }, holdsAtOnce: true };
  });
}

/** Enables an account again. */
export function enableUser(management: Management, actor: Actor, typed: string) {
  return changing({ management, actor, typed, action: 'user.enable' }, () => ({
    facts: { disabled_ms: null },
  }));
}

/** Unlocks an account early by resetting its failures. */
export function unlockUser(management: Management, actor: Actor, typed: string) {
  return changing({ management, actor, typed, action: 'user.unlock' }, (_db, user) => ({
    facts: withoutFailures,
    detail: { failures: user.failures },
  }));
}

type Facts = Partial<Omit<User, 'id' | 'name'>>;
type Detail = Record<string, string | number | boolean | null>;

interface Act {
  readonly management: Management;
  readonly actor: Actor;
  readonly typed: string;
  readonly action: Action;
}

interface Decided {
  readonly facts: Facts;
  readonly detail?: Detail;
  /** Whether the change also clears cached responses to repeated requests. */
  readonly holdsAtOnce?: boolean;
}

/** Changes one user: the result of `decide` is stored and audited in one transaction. */
async function changing<C extends RefusalCode = never>(
  { management, actor, typed, action }: Act,
  decide: (db: Db, user: User, atMs: number) => Decided | Promise<Decided | Refused<C>>,
) {
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const user = await findUser(db, prepareUserName(typed) ?? '');
    if (user === undefined) return refused('unknown_user');
    const decided = await decide(db, user, atMs);
    if ('ok' in decided) return decided;
    if (Object.keys(decided.facts).length > 0) await updateUser(db, user, decided.facts);
    // After the row was written: a log-in that another node is deciding holds the row, and has stored its cached
    // response by then.
    if (decided.holdsAtOnce === true) await clearIdempotencyCache(db, user.id);
    await recordUserAct({ db, keys: management.keys, actor, atMs }, action, user, decided.detail);
    return done(await view(db, { ...user, ...decided.facts }, atMs));
  });
}

async function updateUser(db: Db, user: User, facts: Facts): Promise<void> {
  await db.updateTable('users').set(facts).where('id', '=', user.id).execute();
  const texts = textsOfUser({ ...user, ...facts });
  await changeParts(db, 'user', { name: user.name, texts }, textsOfUser(user));
}

async function view(db: Db, user: User, nowMs: number): Promise<UserView> {
  return userViewOf(user, { lock: (await readSettings(db)).lock, nowMs });
}

function prepareFacts(given: Omit<UserChange, 'user'>) {
  const facts: Pick<Facts, 'display_name' | 'email'> = {};
  if (given.displayName !== undefined) {
    const displayName = prepareLine(given.displayName, userLimits.displayNameMax);
    if (displayName === undefined) return 'bad_display_name';
    facts.display_name = displayName;
  }
  if (given.email !== undefined) {
    const email = given.email === null || given.email === '' ? null : prepareEmail(given.email);
    if (email === undefined) return 'bad_email';
    facts.email = email;
  }
  return facts;
}
