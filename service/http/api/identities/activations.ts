import { done, refused } from '../../../base/results.ts';
import { list, object } from '../../../base/shapes.ts';
import {
  resendActivation,
  revokeActivation,
  startActivation,
} from '../../../subjects/enrolment/activations.ts';
import { activations } from '../../../subjects/enrolment/list.ts';
import { requestFob } from '../../../subjects/enrolment/requests.ts';
import { activationShape, activationsOf, viewActivation } from '../../../subjects/enrolment/views.ts';
import { findUser, prepareUserName } from '../../../subjects/users/users.ts';
import { routeOfPages, routesOfActs } from '../kit/acts.ts';
import { idParams, userParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

export const activationRoutes: readonly ApiRoute[] = [
  ...routesOfActs([startActivation, requestFob]),
  route({
    name: 'activations.of-user',
    summary: 'List the last activations of a user, with state and reason.',
    method: 'GET',
    path: '/v1/users/:user/activations',
    permission: 'read',
    params: userParams,
    answer: object({ activations: list(activationShape) }),
    refusals: ['unknown_user'],
    handle: async ({ management: { db, clock }, params }) => {
      const user = await findUser(db, prepareUserName(params.user) ?? '');
      if (user === undefined) return refused('unknown_user');
      return done({ activations: await activationsOf(db, user.id, clock()) });
    },
  }),
  routeOfPages(activations),
  route({
    name: 'activations.get',
    summary: 'Show one activation.',
    method: 'GET',
    path: '/v1/activations/:id',
    permission: 'read',
    params: idParams,
    answer: activationShape,
    refusals: ['unknown_activation'],
    handle: async ({ management: { db, clock }, params }) => {
      const found = await viewActivation(db, params.id, clock());
      return found === undefined ? refused('unknown_activation') : done(found);
    },
  }),
  ...routesOfActs([resendActivation, revokeActivation]),
];
