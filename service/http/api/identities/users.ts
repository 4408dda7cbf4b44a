import { done, refused } from '../../../base/results.ts';
import { users } from '../../../subjects/users/list.ts';
import { readLockPolicy } from '../../../subjects/users/settings.ts';
import { userDetail, userDetailShape } from '../../../subjects/users/user-views.ts';
import { routeOfPages } from '../kit/acts.ts';
import { userParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

export const userReads: readonly ApiRoute[] = [
  routeOfPages(users),
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
