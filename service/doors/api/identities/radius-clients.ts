import { radiusLimits } from '../../../base/limits/radius.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import { done } from '../../../base/results.ts';
import {
  described,
  list,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  text,
  time,
} from '../../../base/shapes.ts';
import { pushModes } from '../../../features/radius/client-fields.ts';
import {
  changeRadiusClient,
  createRadiusClient,
  listRadiusClients,
  removeRadiusClient,
  rotateRadiusSecret,
  setRadiusSecret,
} from '../../../features/radius/clients.ts';
import { next, pageFields, pageOf } from '../kit/pages.ts';
import { idParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const push = described(
  oneOf(...pushModes),
  'The answer to a request for an approval on the fob: an Access-Challenge, a wait, or a refusal.',
);
const secret = described(
  text(radiusLimits.radiusSecretMax, { minLength: radiusLimits.radiusSecretMin }),
  'A shared secret that the client already uses. If it is omitted, the service makes one.',
);
const client = named(
  object({
    id: serviceText,
    name: serviceText,
    address: described(serviceText, 'An IP address or a range of them.'),
    applicationId: serviceText,
    application: serviceText,
    push,
    createdMs: time,
  }),
  'RadiusClient',
);
const name = text(userLimits.clientNameMax, { minLength: 1 });
const address = text(validationLimits.sourceMax, { minLength: 1 });
const applicationId = text(tokenLimits.serialMax, { minLength: 1 });
const keyed = object({
  client,
  value: described(
    nullable(serviceText),
    'The generated shared secret. Shown once and stored encrypted. Null if it was entered.',
  ),
});

export const radiusClientRoutes: readonly ApiRoute[] = [
  route({
    name: 'radius-clients.list',
    summary: 'List RADIUS clients.',
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
    summary: 'Create a RADIUS client. A generated shared secret is shown once.',
    method: 'POST',
    path: '/v1/radius-clients',
    permission: 'radius-client.change',
    body: object({ name, address, applicationId }, { push, secret }),
    example: { name: 'vpn-1', address: '192.0.2.10', applicationId: '00000000-0000-4000-8000-000000000000' },
    answer: keyed,
    status: 201,
    refusals: [
      'bad_name',
      'bad_client_address',
      'bad_push',
      'bad_radius_secret',
      'unknown_application',
      'application_internal',
      'radius_client_taken',
      'too_many_radius_clients',
    ],
    handle: ({ management, actor, body }) => createRadiusClient(management, actor, body),
  }),
  route({
    name: 'radius-clients.change',
    summary: 'Change the name, address, application or push mode of a RADIUS client.',
    method: 'PATCH',
    path: '/v1/radius-clients/:id',
    permission: 'radius-client.change',
    params: idParams,
    body: object({}, { name, address, applicationId, push }),
    example: { address: '192.0.2.11', push: 'wait' },
    answer: client,
    refusals: [
      'bad_name',
      'bad_client_address',
      'bad_push',
      'unknown_radius_client',
      'unknown_application',
      'application_internal',
      'radius_client_taken',
    ],
    handle: ({ management, actor, params, body }) =>
      changeRadiusClient(management, actor, { ...params, ...body }),
  }),
  route({
    name: 'radius-clients.rotate-secret',
    summary:
      'Replace the shared secret of a RADIUS client with a generated one, shown once. The old secret stops working.',
    method: 'POST',
    path: '/v1/radius-clients/:id/rotate-secret',
    permission: 'radius-client.change',
    params: idParams,
    answer: keyed,
    refusals: ['unknown_radius_client'],
    handle: ({ management, actor, params }) => rotateRadiusSecret(management, actor, params),
  }),
  route({
    name: 'radius-clients.set-secret',
    summary:
      'Set the shared secret of a RADIUS client to one that the client already uses. The old secret stops working.',
    method: 'POST',
    path: '/v1/radius-clients/:id/secret',
    permission: 'radius-client.change',
    params: idParams,
    body: object({ secret }),
    example: { secret: 'as-it-stands-in-the-settings-of-the-client' },
    answer: client,
    refusals: ['bad_radius_secret', 'unknown_radius_client'],
    handle: async ({ management, actor, params, body }) => {
      const result = await setRadiusSecret(management, actor, { ...params, ...body });
      return result.ok ? done(result.value.client) : result;
    },
  }),
  route({
    name: 'radius-clients.remove',
    summary: 'Remove a RADIUS client. Its packets are dropped.',
    method: 'DELETE',
    path: '/v1/radius-clients/:id',
    permission: 'radius-client.change',
    params: idParams,
    answer: client,
    refusals: ['unknown_radius_client'],
    handle: ({ management, actor, params }) => removeRadiusClient(management, actor, params.id),
  }),
];
