import { administrationLimits } from '../../../base/limits/administration.ts';
import { done, refused } from '../../../base/results.ts';
import { list, object, oneOf, text } from '../../../base/shapes.ts';
import { searchTexts } from '../../../base/texts/api.ts';
import { readLockPolicy } from '../../../subjects/users/settings.ts';
import { listUsers, userDetail, userDetailShape, userShape } from '../../../subjects/users/user-views.ts';
import { next, pageFields } from '../kit/pages.ts';
import { userParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

export const userReads: readonly ApiRoute[] = [
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
    answer: object({ users: list(userShape), next }),
    refusals: [],
    handle: async ({ management: { db, clock }, query }) => {
      const { limit = administrationLimits.pageRowsDefault } = query;
      return done(await listUsers(db, { ...query, limit, lock: await readLockPolicy(db), nowMs: clock() }));
    },
  }),
  route({
    name: 'users.get',
    summary: 'Show one user.',
    method: 'GET',
    path: '/v1/users/:user',
    permission: 'read',
    params: userParams,
    answer: userDetailShape,
    refusals: ['unknown_user'],
    handle: async ({ management: { db, clock }, params }) => {
      const moment = { lock: await readLockPolicy(db), nowMs: clock() };
      const found = await userDetail(db, params.user, moment);
      return found === undefined ? refused('unknown_user') : done(found);
    },
  }),
];
