import { done } from '../../../base/results.ts';
import { flag, list, object } from '../../../base/shapes.ts';
import { channelShape, readChannels } from '../../../subjects/notify/channels.ts';
import { channelActs, testChannel } from '../../../subjects/notify/manage.ts';
import { routesOfActs } from '../kit/acts.ts';
import { next, pageFields, pageOf } from '../kit/pages.ts';
import { idParams } from '../kit/params.ts';
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
  route({
    name: 'channels.test',
    summary: 'Send a test message through a channel now.',
    method: 'POST',
    path: '/v1/channels/:id/test',
    permission: 'settings.change',
    params: idParams,
    answer: object({ sent: flag }),
    refusals: ['unknown_channel', 'channel_failed'],
    handle: async ({ management, actor, params }) => {
      const result = await testChannel(management, actor, { ...params, allowLoopback: false });
      return result.ok ? done({ sent: true }) : result;
    },
  }),
];
