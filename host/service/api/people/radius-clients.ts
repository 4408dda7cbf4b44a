import { limits } from '../../limits.ts';
import { done } from '../../management.ts';
import {
  createRadiusClient,
  listRadiusClients,
  removeRadiusClient,
  rotateRadiusSecret,
} from '../../radius/clients.ts';
import { next, pageFields, pageOf } from '../pages.ts';
import { route } from '../route.ts';
import { described, list, named, object, text, time, words } from '../shapes.ts';
import { idParams } from './applications.ts';

const client = named(
  object({
    id: words,
    name: words,
    address: described(words, 'An IP address or a range of them.'),
    applicationId: words,
    application: words,
    createdMs: time,
  }),
  'RadiusClient',
);
const keyed = object({
  client,
  value: described(words, 'The shared secret. Shown once; it is kept sealed.'),
});

export const radiusClientRoutes = [
  route({
    name: 'radius-clients.list',
    method: 'GET',
    path: '/v1/radius-clients',
    permission: 'read',
    query: object({}, pageFields),
    answer: object({ radiusClients: list(client), next }),
    refusals: [],
    handle: async ({ management, query }) => {
      const { page, ...rest } = pageOf(await listRadiusClients(management.db), ({ name }) => name, query);
      return done({ radiusClients: page, ...rest });
    },
  }),
  route({
    name: 'radius-clients.create',
    method: 'POST',
    path: '/v1/radius-clients',
    permission: 'radius-client.change',
    body: object({
      name: text(limits.clientNameMax, { minLength: 1 }),
      address: text(limits.sourceMax, { minLength: 1 }),
      applicationId: text(limits.serialMax, { minLength: 1 }),
    }),
    example: { name: 'vpn-1', address: '192.0.2.10', applicationId: '00000000-0000-4000-8000-000000000000' },
    answer: keyed,
    status: 201,
    refusals: [
      'bad_name',
      'bad_client_address',
      'unknown_application',
      'application_internal',
      'radius_client_taken',
      'too_many_radius_clients',
    ],
    handle: ({ management, actor, body }) => createRadiusClient(management, actor, body),
  }),
  route({
    name: 'radius-clients.rotate-secret',
    method: 'POST',
    path: '/v1/radius-clients/:id/rotate-secret',
    permission: 'radius-client.change',
    params: idParams,
    answer: keyed,
    refusals: ['unknown_radius_client'],
    handle: ({ management, actor, params }) => rotateRadiusSecret(management, actor, params.id),
  }),
  route({
    name: 'radius-clients.remove',
    method: 'DELETE',
    path: '/v1/radius-clients/:id',
    permission: 'radius-client.change',
    params: idParams,
    answer: client,
    refusals: ['unknown_radius_client'],
    handle: ({ management, actor, params }) => removeRadiusClient(management, actor, params.id),
  }),
];
