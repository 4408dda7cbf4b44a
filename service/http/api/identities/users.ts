import { administrationLimits } from '../../../base/limits/administration.ts';
import { credentialLimits } from '../../../base/limits/credentials.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { done, refused } from '../../../base/results.ts';
import {
  count,
  flag,
  list,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  text,
  time,
} from '../../../base/shapes.ts';
import { searchTexts } from '../../../base/texts/api.ts';
import { setPassword } from '../../../subjects/users/credentials/passwords.ts';
import { resetPin } from '../../../subjects/users/credentials/pins.ts';
import { readLockPolicy } from '../../../subjects/users/settings.ts';
import {
  changeUser,
  createUser,
  disableUser,
  enableUser,
  unlockUser,
} from '../../../subjects/users/user-changes.ts';
import { listUsers, userDetail } from '../../../subjects/users/user-views.ts';
import { next, pageFields } from '../kit/pages.ts';
import { userName, userParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const userFields = {
  id: serviceText,
  name: serviceText,
  displayName: serviceText,
  email: nullable(serviceText),
  disabledMs: nullable(time),
  failures: count,
  lockedUntilMs: nullable(time),
  hasPassword: flag,
  pin: oneOf('none', 'set', 'change'),
  createdMs: time,
} as const;

const user = named(object(userFields), 'User');
const userWithTokens = named(object({ ...userFields, tokens: count, usableTokens: count }), 'UserDetail');
const onlyName = object({ user: serviceText });
const displayName = text(userLimits.displayNameMax);
const email = nullable(text(userLimits.emailMax));

export const userRoutes: readonly ApiRoute[] = [
  route({
    name: 'users.list',
    summary:
      'List users by name, or find them by any part of the name, the display name or the e-mail address.',
    method: 'GET',
    path: '/v1/users',
    permission: 'read',
    query: object(
      {},
      {
        ...pageFields,
        search: text(administrationLimits.searchTextMax, { description: searchTexts.users }),
        state: oneOf('locked', 'disabled'),
      },
    ),
    answer: object({ users: list(user), next }),
    refusals: [],
    handle: async ({ management: { db, clock }, query }) => {
      const { limit = administrationLimits.pageRowsDefault } = query;
      return done(await listUsers(db, { ...query, limit, lock: await readLockPolicy(db), nowMs: clock() }));
    },
  }),
  route({
    name: 'users.create',
    summary: 'Create a user.',
    method: 'POST',
    path: '/v1/users',
    permission: 'user.create',
    body: object({ name: userName }, { displayName, email }),
    example: { name: 'grace', displayName: 'Grace Hopper', email: 'grace@example.org' },
    answer: user,
    status: 201,
    refusals: ['bad_user', 'bad_display_name', 'bad_email', 'user_taken', 'name_looks_alike'],
    handle: ({ management, actor, body }) => createUser(management, actor, body),
  }),
  route({
    name: 'users.get',
    summary: 'Show one user.',
    method: 'GET',
    path: '/v1/users/:user',
    permission: 'read',
    params: userParams,
    answer: userWithTokens,
    refusals: ['unknown_user'],
    handle: async ({ management: { db, clock }, params }) => {
      const moment = { lock: await readLockPolicy(db), nowMs: clock() };
      const found = await userDetail(db, params.user, moment);
      return found === undefined ? refused('unknown_user') : done(found);
    },
  }),
  route({
    name: 'users.change',
    summary: 'Change the display name or the e-mail address of a user.',
    method: 'PATCH',
    path: '/v1/users/:user',
    permission: 'user.change',
    params: userParams,
    body: object({}, { displayName, email }),
    example: { displayName: 'Ada Lovelace' },
    answer: user,
    refusals: ['unknown_user', 'bad_display_name', 'bad_email'],
    handle: ({ management, actor, params, body }) =>
      changeUser(management, actor, { ...body, user: params.user }),
  }),
  route({
    name: 'users.disable',
    summary: 'Disable an account: no log-in of it is accepted.',
    permission: 'user.disable',
    ...onUser('disable'),
    refusals: ['unknown_user', 'last_admin'],
    handle: ({ management, actor, params }) => disableUser(management, actor, params.user),
  }),
  route({
    name: 'users.enable',
    summary: 'Enable an account again.',
    permission: 'user.enable',
    ...onUser('enable'),
    refusals: ['unknown_user'],
    handle: ({ management, actor, params }) => enableUser(management, actor, params.user),
  }),
  route({
    name: 'users.unlock',
    summary: 'End the lock of an account before its time.',
    permission: 'user.unlock',
    ...onUser('unlock'),
    refusals: ['unknown_user'],
    handle: ({ management, actor, params }) => unlockUser(management, actor, params.user),
  }),
  route({
    name: 'users.set-password',
    summary: 'Set a user’s password.',
    method: 'POST',
    path: '/v1/users/:user/password',
    permission: 'user.set-password',
    params: userParams,
    body: object({ password: text(credentialLimits.passwordFieldMax) }),
    example: { password: 'seven words make a better one' },
    answer: onlyName,
    refusals: ['unknown_user', 'password_length', 'password_common', 'password_is_name'],
    handle: ({ management, actor, params, body }) => setPassword(management, actor, { ...body, ...params }),
  }),
  route({
    name: 'users.reset-pin',
    summary: 'Reset a user’s PIN. The user must choose another.',
    method: 'POST',
    path: '/v1/users/:user/reset-pin',
    permission: 'user.reset-pin',
    params: userParams,
    answer: onlyName,
    refusals: ['unknown_user'],
    handle: ({ management, actor, params }) => resetPin(management, actor, params.user),
  }),
];

function onUser(verb: string) {
  return { method: 'POST', path: `/v1/users/:user/${verb}`, params: userParams, answer: user } as const;
}
