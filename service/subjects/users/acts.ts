import { prepareEmail } from '../../base/email-address.ts';
import { userLimits } from '../../base/limits/users.ts';
import { prepareLine } from '../../base/one-line.ts';
import { refused } from '../../base/results.ts';
import { nullable, text } from '../../base/shapes.ts';
import type { Acting } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import { clearIdempotencyCache } from '../../storage/idempotency.ts';
import { changeParts, textsOfUser } from '../../storage/search/rows.ts';
import { act, did } from '../kit/act.ts';
import { field, optional } from '../kit/field.ts';
import { isLastAdmin } from './admins.ts';
import { looksLikeAnother } from './look-alikes.ts';
import { endSessionsOf } from './sessions.ts';
import { readSettings } from './settings.ts';
import { aboutUser } from './subject.ts';
import { userShape, userViewOf } from './user-views.ts';
import { findUser, insertUser, newUser, prepareUserName, type User, withoutFailures } from './users.ts';

const name = field(
  text(userLimits.userNameMax, { minLength: 1 }),
  {
    name: 'user',
    label: 'User name',
    hint: 'As it is typed when logging in. Upper and lower case do not matter.',
  },
  'bad_user',
  prepareUserName,
);
const displayName = optional(
  field(text(userLimits.displayNameMax), { label: 'Display name' }, 'bad_display_name', given =>
    prepareLine(given, userLimits.displayNameMax),
  ),
);
/** One address; null or empty for none. */
const email = optional(
  field(
    nullable(text(userLimits.emailMax)),
    { label: 'E-mail address', kind: 'email' },
    'bad_email',
    given => (given === null || given === '' ? { address: null } : addressOf(prepareEmail(given))),
  ),
);

function addressOf(address: string | undefined) {
  return address === undefined ? undefined : { address };
}

/** Creates a user without token, password or PIN. */
export const createUser = act({
  permission: 'user.create',
  subject: aboutUser,
  makes: true,
  fields: { name, displayName, email },
  gives: userShape,
  refusals: { user_taken: 'name', name_looks_alike: 'name' },
  routes: [
    {
      name: 'users.create',
      summary: 'Create a user.',
      at: 'POST /v1/users',
      example: { name: 'grace', displayName: 'Grace Hopper', email: 'grace@example.org' },
    },
  ],
  form: {
    at: '/users/create',
    title: 'Create a user',
    submit: 'Create a user',
    made: ({ name }) => name,
    done: 'created',
  },
  async run({ db, atMs }, { name, displayName = '', email }) {
    const user = { ...newUser(name, atMs), display_name: displayName, email: email?.address ?? null };
    if ((await findUser(db, name)) !== undefined) return refused('user_taken');
    if (await looksLikeAnother(db, name)) return refused('name_looks_alike');
    await insertUser(db, user);
    return did(await viewOf(db, user, atMs), user, { email: user.email });
  },
});

const shared = { subject: aboutUser, gives: userShape } as const;

/** Omitted fields stay. */
export const changeUser = act({
  ...shared,
  permission: 'user.change',
  fields: { displayName, email },
  refusals: {},
  routes: [
    {
      name: 'users.change',
      summary: 'Change the display name or the e-mail address of a user.',
      at: 'PATCH /v1/users/:user',
      example: { displayName: 'Ada Lovelace' },
    },
  ],
  form: {
    at: '/user/change',
    title: ({ name }) => `Change ${name}`,
    submit: 'Save',
    fills: user => ({ displayName: user.display_name, email: user.email }),
    done: 'changed',
  },
  run: (acting, { displayName: display_name = acting.item.display_name, email: sent }) => {
    const { item } = acting;
    const email = sent === undefined ? item.email : sent.address;
    return changed(
      acting,
      { display_name, email },
      {
        displayNameChanged: display_name !== item.display_name,
        ...(sent !== undefined && { email, emailBefore: item.email }),
      },
    );
  },
});

/** Sessions of the account end, and none of its log-ins are accepted until it is enabled again. */
export const disableUser = act({
  ...shared,
  permission: 'user.disable',
  fields: {},
  refusals: { last_admin: 'form' },
  routes: [
    {
      name: 'users.disable',
      summary: 'Disable an account: no log-in of it is accepted.',
      at: 'POST /v1/users/:user/disable',
    },
  ],
  form: {
    at: '/user/disable',
    title: ({ name }) => `Disable ${name}`,
    lead: 'No log-in of this account is accepted until it is enabled again.',
    submit: 'Disable',
    isFinal: true,
    done: 'disabled',
  },
  async run(acting) {
    const { db, item, atMs } = acting;
    if (await isLastAdmin(db, item.id)) return refused('last_admin');
    await endSessionsOf(db, item.id);
    const result = await changed(acting, { disabled_ms: item.disabled_ms ?? atMs, disabled_by: null });
    // After the row was written: a log-in that another node is deciding holds the row, and has stored its cached
    // response by then.
    await clearIdempotencyCache(db, item.id);
    return result;
  },
});

export const enableUser = act({
  ...shared,
  permission: 'user.enable',
  fields: {},
  refusals: {},
  routes: [
    {
      name: 'users.enable',
      summary: 'Enable an account again.',
      at: 'POST /v1/users/:user/enable',
    },
  ],
  form: { at: '/user/enable', submit: 'Enable', done: 'enable' },
  run: acting => changed(acting, { disabled_ms: null, disabled_by: null }),
});

export const unlockUser = act({
  ...shared,
  permission: 'user.unlock',
  fields: {},
  refusals: {},
  routes: [
    {
      name: 'users.unlock',
      summary: 'End the lock of an account before its time.',
      at: 'POST /v1/users/:user/unlock',
    },
  ],
  form: { at: '/user/unlock', submit: 'Unlock', done: 'unlock' },
  run: acting => changed(acting, withoutFailures, { failures: acting.item.failures }),
});

type Facts = Partial<Omit<User, 'id' | 'name'>>;

async function changed(
  { db, atMs, item }: Acting & { readonly item: User },
  facts: Facts,
  detail: Readonly<Record<string, string | number | boolean | null>> = {},
) {
  const user = { ...item, ...facts };
  await db.updateTable('users').set(facts).where('id', '=', user.id).execute();
  await changeParts(db, 'user', { name: user.name, texts: textsOfUser(user) }, textsOfUser(item));
  return did(await viewOf(db, user, atMs), user, detail);
}

async function viewOf(db: Db, user: User, nowMs: number) {
  return userViewOf(user, { lock: (await readSettings(db)).lock, nowMs });
}

/** In the order of the documentation. */
export const userActs = [createUser, changeUser, disableUser, enableUser, unlockUser] as const;
