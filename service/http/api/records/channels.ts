import { processLimits } from '../../../base/limits/process.ts';
import { recordLimits } from '../../../base/limits/records.ts';
import { done } from '../../../base/results.ts';
import {
  described,
  type FieldShape,
  flag,
  list,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  type TypeOf,
  text,
  whole,
} from '../../../base/shapes.ts';
import { type ChannelTarget, readChannels } from '../../../subjects/notify/channels.ts';
import { addChannel, changeChannel, removeChannel, testChannel } from '../../../subjects/notify/manage.ts';
import { next, pageFields, pageOf } from '../kit/pages.ts';
import { idParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const authority = described(
  text(recordLimits.certificateMaxChars),
  'PEM of the authority behind the certificate.',
);
const where = { host: text(recordLimits.hostNameMax), port: whole(1, processLimits.portMax) } as const;
const mailAddress = text(recordLimits.mailAddressMax);
const mail = object(
  {
    ...where,
    kind: oneOf('mail'),
    security: oneOf('tls', 'starttls', 'none'),
    from: mailAddress,
    to: list(mailAddress, recordLimits.mailRecipientsMax),
  },
  { user: text(recordLimits.channelSecretMax), authority },
);
const webhook = object({ kind: oneOf('webhook'), url: text(recordLimits.webhookUrlMax) }, { authority });
const syslog = object(
  { ...where, kind: oneOf('syslog'), transport: oneOf('udp', 'tcp', 'tls') },
  { authority },
);
const target: FieldShape<ChannelTarget> = { schema: { anyOf: [mail.schema, webhook.schema, syslog.schema] } };
const given = object(
  { name: text(recordLimits.channelNameMax, { minLength: 1 }), enabled: flag, target },
  {
    secret: text(recordLimits.channelSecretMax, {
      description: 'The mail server’s password, or the key of a webhook’s signatures. Never returned.',
    }),
  },
);
const channel = named(object({ id: serviceText, name: serviceText, enabled: flag, target }), 'Channel');
const madeKey = nullable(described(serviceText, 'The key made for a new webhook, shown once.'));
const saved = object({ channel, madeKey });
const outOfBounds = ['bad_channel', 'bad_channel_url', 'bad_channel_secret', 'channel_plain'] as const;
const example: TypeOf<typeof given> = {
  name: 'operations',
  enabled: true,
  target: { kind: 'syslog', host: 'logs.example.org', port: 6514, transport: 'tls' },
};

export const channelRoutes: readonly ApiRoute[] = [
  route({
    name: 'channels.list',
    summary: 'List the channels for alerts.',
    method: 'GET',
    path: '/v1/channels',
    permission: 'read',
    query: object({}, pageFields),
    answer: object({ channels: list(channel), next }),
    refusals: [],
    handle: async ({ management, query }) => {
      const { page, ...rest } = pageOf(await readChannels(management.db), ({ id }) => id, query);
      return done({ channels: page, ...rest });
    },
  }),
  route({
    name: 'channels.create',
    summary: 'Add a channel. A generated webhook key is shown once.',
    method: 'POST',
    path: '/v1/channels',
    permission: 'settings.change',
    body: given,
    example,
    answer: saved,
    status: 201,
    refusals: [...outOfBounds, 'too_many_channels'],
    handle: ({ management, actor, body }) => addChannel(management, actor, body),
  }),
  route({
    name: 'channels.change',
    summary: 'Change a channel.',
    method: 'PUT',
    path: '/v1/channels/:id',
    permission: 'settings.change',
    params: idParams,
    body: given,
    example,
    answer: saved,
    refusals: [...outOfBounds, 'unknown_channel'],
    handle: ({ management, actor, params, body }) => changeChannel(management, actor, { ...body, ...params }),
  }),
  route({
    name: 'channels.remove',
    summary: 'Remove a channel and its secret.',
    method: 'DELETE',
    path: '/v1/channels/:id',
    permission: 'settings.change',
    params: idParams,
    answer: channel,
    refusals: ['unknown_channel'],
    handle: ({ management, actor, params }) => removeChannel(management, actor, params),
  }),
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
