import { done } from '../../../base/results.ts';
import { list, object } from '../../../base/shapes.ts';
import { channelShape, readChannels } from '../../../subjects/notify/channels.ts';
import { channelActs } from '../../../subjects/notify/manage.ts';
import { routesOfActs } from '../kit/acts.ts';
import { next, pageFields, pageOf } from '../kit/pages.ts';
import { type ApiRoute, route } from '../kit/route.ts';

export const channelRoutes: readonly ApiRoute[] = [
  route({
    name: 'channels.list',
    summary: 'List the channels for alerts.',
    method: 'GET',
    path: '/v1/channels',
    permission: 'read',
    query: object({}, pageFields),
    answer: object({ channels: list(channelShape), next }),
    refusals: [],
    handle: async ({ management, query }) => {
      const { page, ...rest } = pageOf(await readChannels(management.db), ({ id }) => id, query);
      return done({ channels: page, ...rest });
    },
  }),
  ...routesOfActs(channelActs),
];
