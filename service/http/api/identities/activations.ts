import { done, refused } from '../../../base/results.ts';
import { list, object, oneOf } from '../../../base/shapes.ts';
import {
  resendActivation,
  revokeActivation,
  startActivation,
} from '../../../subjects/enrolment/activations.ts';
import { requestFob } from '../../../subjects/enrolment/requests.ts';
import {
  type ActivationQuery,
  activationShape,
  activationStandings,
  activationsOf,
  listActivations,
  viewActivation,
} from '../../../subjects/enrolment/views.ts';
import { findUser, prepareUserName } from '../../../subjects/users/users.ts';
import { routesOfActs } from '../kit/acts.ts';
import { next, pageFields, readCursor, writeCursor } from '../kit/pages.ts';
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
  route({
    name: 'activations.list',
    summary: 'List activations, latest first.',
    method: 'GET',
    path: '/v1/activations',
    permission: 'read',
    query: object({}, { ...pageFields, state: oneOf(...activationStandings) }),
    answer: object({ activations: list(activationShape), next }),
    refusals: ['bad_cursor'],
    handle: async ({ management: { db, clock }, query: { after, limit, state: standing } }) => {
      const place = after === undefined ? undefined : readCursor(after);
      if (after !== undefined && place === undefined) return refused('bad_cursor');
      const from = place && { createdMs: place.number, id: place.text };
      const asked: ActivationQuery = { nowMs: clock(), state: standing, after: from, rows: limit };
      const page = await listActivations(db, asked);
      return done({ ...page, next: page.next && writeCursor(page.next.createdMs, page.next.id) });
    },
  }),
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
