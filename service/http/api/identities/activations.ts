import { enrolmentLimits } from '../../../base/limits/enrolment.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { done, refused } from '../../../base/results.ts';
import {
  count,
  described,
  list,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  text,
  time,
  whole,
} from '../../../base/shapes.ts';
import {
  resendActivation,
  revokeActivation,
  startActivation,
} from '../../../subjects/enrolment/activations.ts';
import { requestFob } from '../../../subjects/enrolment/requests.ts';
import {
  type ActivationQuery,
  activationStandings,
  activationsOf,
  listActivations,
  viewActivation,
} from '../../../subjects/enrolment/views.ts';
import { findUser, prepareUserName } from '../../../subjects/users/users.ts';
import { next, pageFields, readCursor, writeCursor } from '../kit/pages.ts';
import { idParams, serial, userParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const fobs = oneOf('owned', 'any');
const state = oneOf(...activationStandings);
const delivery = oneOf('mail', 'shown');
const lifetimeMs = whole(enrolmentLimits.activationMinMs, enrolmentLimits.activationMaxMs);

const activation = named(
  object({
    id: serviceText,
    user: serviceText,
    serial: nullable(serviceText),
    policy: nullable(serviceText),
    replaces: described(
      nullable(serviceText),
      'The token that is revoked in the transaction that makes the new one active.',
    ),
    fobs,
    state,
    reason: nullable(oneOf('resent', 'attempts', 'operator', 'user')),
    step: oneOf('waiting', 'connected', 'paired', 'written', 'proved', 'done'),
    fob: nullable(serviceText),
    attempts: count,
    refused: nullable(object({ why: serviceText, atMs: time })),
    createdMs: time,
    expiresMs: time,
    remindedMs: nullable(time),
    usedMs: nullable(time),
    actor: serviceText,
    mail: nullable(
      object({
        state: oneOf('waiting', 'sent', 'failed', 'bounced', 'dropped', 'local'),
        error: nullable(serviceText),
        atMs: time,
      }),
    ),
  }),
  'Activation',
);
const made = object({
  activation,
  string: described(
    nullable(serviceText),
    'Holds the one-time code. Shown once for handing over in person; null if it is mailed.',
  ),
});

export const activationRoutes: readonly ApiRoute[] = [
  route({
    name: 'activations.start',
    summary:
      'Start an activation, which lets a user enrol a fob. An activation string for handing over in person is shown once.',
    method: 'POST',
    path: '/v1/users/:user/activations',
    permission: 'activation.start',
    params: userParams,
    body: object(
      {},
      { serial, fobs, policy: text(tokenLimits.policyNameMax), replaces: serial, lifetimeMs, delivery },
    ),
    example: { fobs: 'any', lifetimeMs: 86_400_000 },
    answer: made,
    status: 201,
    refusals: [
      'unknown_user',
      'disabled_user',
      'bad_activation_time',
      'bad_target',
      'not_replaceable',
      'unknown_serial',
      'not_enrolable',
      'bad_transition',
      'reserved_for_another',
      'unknown_policy',
      'too_many_tokens',
      'activation_open',
      'no_email',
      'no_public_address',
    ],
    handle: ({ management, actor, params, body }) =>
      startActivation(management, actor, { ...body, ...params }),
  }),
  route({
    name: 'activations.ask',
    summary:
      'Ask the administrators for another fob of a user, as a spare or in place of a token. Nothing is issued: an alert waits until an activation is started.',
    method: 'POST',
    path: '/v1/users/:user/fob-requests',
    permission: 'activation.ask',
    params: userParams,
    body: object({}, { replaces: serial }),
    example: { replaces: 'PF-7Q4M-K2XZ-07a1b2c3' },
    answer: object({ user: serviceText, replaces: nullable(serviceText) }),
    status: 201,
    refusals: ['unknown_user', 'disabled_user', 'not_replaceable'],
    handle: ({ management, actor, params, body }) => requestFob(management, actor, { ...body, ...params }),
  }),
  route({
    name: 'activations.of-user',
    summary: 'List the last activations of a user, with state and reason.',
    method: 'GET',
    path: '/v1/users/:user/activations',
    permission: 'read',
    params: userParams,
    answer: object({ activations: list(activation) }),
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
    query: object({}, { ...pageFields, state }),
    answer: object({ activations: list(activation), next }),
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
    answer: activation,
    refusals: ['unknown_activation'],
    handle: async ({ management: { db, clock }, params }) => {
      const found = await viewActivation(db, params.id, clock());
      return found === undefined ? refused('unknown_activation') : done(found);
    },
  }),
  route({
    name: 'activations.resend',
    summary: 'Replace an activation by one with a new code. The old code stops working.',
    method: 'POST',
    path: '/v1/activations/:id/resend',
    permission: 'activation.resend',
    params: idParams,
    body: object({}, { lifetimeMs, delivery }),
    example: { delivery: 'shown' },
    answer: made,
    status: 201,
    refusals: [
      'unknown_activation',
      'activation_over',
      'bad_activation_time',
      'disabled_user',
      'no_email',
      'activation_open',
      'too_many_resends',
      'no_public_address',
    ],
    handle: ({ management, actor, params, body }) =>
      resendActivation(management, actor, { ...body, ...params }),
  }),
  route({
    name: 'activations.revoke',
    summary: 'End an activation, and return its token to the inventory.',
    method: 'DELETE',
    path: '/v1/activations/:id',
    permission: 'activation.revoke',
    params: idParams,
    answer: activation,
    refusals: ['unknown_activation', 'activation_over'],
    handle: ({ management, actor, params }) => revokeActivation(management, actor, params),
  }),
];
