import type { Role } from '../../../base/kinds.ts';
import { may, permissions } from '../../../base/permissions.ts';
import { done } from '../../../base/results.ts';
import { list, named, object, serviceText } from '../../../base/shapes.ts';
import { role } from '../../../subjects/kit/common-fields.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const caller = named(object({ name: serviceText, role: role.shape, may: list(serviceText) }), 'Caller');

export const sessionRoutes: readonly ApiRoute[] = [
  route({
    name: 'session.get',
    summary: 'Show the caller and its role.',
    method: 'GET',
    path: '/v1/session',
    permission: 'read',
    answer: caller,
    refusals: [],
    handle: async ({ actor }) => {
      // Only operators and their keys are admitted, never the service itself.
      const own = actor.role as Role;
      const actions = (Object.keys(permissions) as (keyof typeof permissions)[]).filter(action =>
        may(own, action),
      );
      return done({ name: actor.name, role: own, may: actions });
    },
  }),
];
