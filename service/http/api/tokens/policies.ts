import { PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '@passfob/protocol/limits';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { done } from '../../../base/results.ts';
import { count, list, named, object, serviceText, text, time, whole } from '../../../base/shapes.ts';
import { changePolicy, createPolicy, listPolicies, removePolicy } from '../../../subjects/tokens/policies.ts';
import { next, pageFields, pageOf } from '../kit/pages.ts';
import { type ApiRoute, route } from '../kit/route.ts';
import { factFields, kind, shownFacts } from './facts.ts';

const name = text(tokenLimits.policyNameMax, { minLength: 1 });
const params = object({ name });
const given = { ...factFields, pinMinDigits: whole(PIN_DIGITS_MIN, PIN_DIGITS_MAX) } as const;
const policy = named(
  object({
    name: serviceText,
    version: count,
    ...shownFacts,
    pinMinDigits: count,
    createdMs: time,
    changedMs: time,
  }),
  'Policy',
);
const outOfBounds = [
  'bad_policy_name',
  'bad_pin_digits',
  'bad_kind',
  'bad_algorithm',
  'bad_alphabet',
  'bad_digits',
  'bad_period',
  'bad_pin_place',
  'bad_look_ahead',
] as const;

export const policyRoutes: readonly ApiRoute[] = [
  route({
    name: 'policies.list',
    summary: 'List policies.',
    method: 'GET',
    path: '/v1/policies',
    permission: 'read',
    query: object({}, pageFields),
    answer: object({ policies: list(policy), next }),
    refusals: [],
    handle: async ({ management, query }) => {
      const { page, ...rest } = pageOf(await listPolicies(management.db), one => one.name, query);
      return done({ policies: page, ...rest });
    },
  }),
  route({
    name: 'policies.create',
    summary: 'Create a policy.',
    method: 'POST',
    path: '/v1/policies',
    permission: 'policy.change',
    body: object({ name, kind }, given),
    example: { name: 'staff', kind: 'totp', algorithm: 'sha256', digits: 8, period: 60 },
    answer: policy,
    status: 201,
    refusals: [...outOfBounds, 'policy_taken', 'too_many_policies'],
    handle: ({ management, actor, body }) => createPolicy(management, actor, body),
  }),
  route({
    name: 'policies.change',
    summary: 'Change a policy. The change applies to new tokens only.',
    method: 'PUT',
    path: '/v1/policies/:name',
    permission: 'policy.change',
    params,
    body: object({ kind }, given),
    example: { kind: 'totp', algorithm: 'sha256', digits: 8, period: 30, pinPlace: 'fob' },
    answer: policy,
    refusals: [...outOfBounds, 'unknown_policy'],
    handle: ({ management, actor, params: address, body }) =>
      changePolicy(management, actor, { ...body, ...address }),
  }),
  route({
    name: 'policies.remove',
    summary: 'Remove a policy that was never used for a token.',
    method: 'DELETE',
    path: '/v1/policies/:name',
    permission: 'policy.change',
    params,
    answer: policy,
    refusals: ['unknown_policy', 'policy_used'],
    handle: ({ management, actor, params: address }) => removePolicy(management, actor, address),
  }),
];
