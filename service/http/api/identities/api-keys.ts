import { userLimits } from '../../../base/limits/users.ts';
import { done } from '../../../base/results.ts';
import { list, named, nullable, object, serviceText, text, time } from '../../../base/shapes.ts';
import { createApiKey, listApiKeys, revokeApiKey } from '../../../subjects/users/access/api-keys.ts';
import { next, pageFields, pageOf } from '../kit/pages.ts';
import { idParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';
import { shownOnce } from './applications.ts';
import { role } from './session.ts';

const apiKey = named(
  object({
    id: serviceText,
    name: serviceText,
    role,
    createdMs: time,
    lastUsedMs: nullable(time),
    revokedMs: nullable(time),
  }),
  'ApiKey',
);

export const apiKeyRoutes: readonly ApiRoute[] = [
  route({
    name: 'api-keys.list',
    summary: 'List the keys of programs that administer the service.',
    method: 'GET',
    path: '/v1/api-keys',
    permission: 'read',
    query: object({}, pageFields),
    answer: object({ apiKeys: list(apiKey), next }),
    refusals: [],
    handle: async ({ management, query }) => {
      const { page, ...rest } = pageOf(await listApiKeys(management.db), ({ name }) => name, query);
      return done({ apiKeys: page, ...rest });
    },
  }),
  route({
    name: 'api-keys.create',
    summary: 'Create an administration API key. It is shown once.',
    method: 'POST',
    path: '/v1/api-keys',
    permission: 'api-key.change',
    body: object({ name: text(userLimits.clientNameMax, { minLength: 1 }), role }),
    example: { name: 'inventory sync', role: 'helpdesk' },
    answer: object({ apiKey, value: shownOnce }),
    status: 201,
    refusals: ['bad_name', 'bad_role', 'api_key_taken', 'too_many_api_keys'],
    handle: ({ management, actor, body }) => createApiKey(management, actor, body),
  }),
  route({
    name: 'api-keys.revoke',
    summary: 'Revoke an administration API key.',
    method: 'POST',
    path: '/v1/api-keys/:id/revoke',
    permission: 'api-key.change',
    params: idParams,
    answer: apiKey,
    refusals: ['unknown_api_key', 'api_key_revoked'],
    handle: ({ management, actor, params }) => revokeApiKey(management, actor, params.id),
  }),
];
