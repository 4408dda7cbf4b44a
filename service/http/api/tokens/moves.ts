import { challengeLimits } from '../../../base/limits/challenges.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import { count, flag, object, serviceText, text, time } from '../../../base/shapes.ts';
import { repairLastStep, repairLastSteps } from '../../../subjects/tokens/codes/repair.ts';
import { resyncToken } from '../../../subjects/tokens/codes/resync.ts';
import {
  assignToken,
  reactivateToken,
  reserveToken,
  revokeToken,
  suspendToken,
  unassignToken,
} from '../../../subjects/tokens/moves.ts';
import { readLockPolicy } from '../../../subjects/users/settings.ts';
import { serialParams, userName } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';
import { revokedReason, token } from './facts.ts';

const passcode = text(validationLimits.passcodeFieldMax, { minLength: 1 });

export const moveRoutes: readonly ApiRoute[] = [
  route({
    name: 'tokens.assign',
    summary: 'Give a token to a user.',
    method: 'POST',
    path: '/v1/tokens/:serial/assign',
    permission: 'token.assign',
    params: serialParams,
    body: object({ user: userName }),
    example: { user: 'ada' },
    answer: token,
    refusals: [
      'unknown_serial',
      'bad_transition',
      'unknown_user',
      'disabled_user',
      'reserved_for_another',
      'too_many_tokens',
    ],
    handle: ({ management, actor, params, body }) => assignToken(management, actor, { ...params, ...body }),
  }),
  route({
    name: 'tokens.reserve',
    summary: 'Reserve a token, for a user or without a user.',
    method: 'POST',
    path: '/v1/tokens/:serial/reserve',
    permission: 'token.assign',
    params: serialParams,
    body: object({}, { user: userName }),
    example: { user: 'ada' },
    answer: token,
    refusals: ['unknown_serial', 'bad_transition', 'unknown_user', 'disabled_user', 'too_many_tokens'],
    handle: ({ management, actor, params, body }) => reserveToken(management, actor, { ...params, ...body }),
  }),
  route({
    name: 'tokens.unassign',
    summary: 'Return a token to the inventory.',
    method: 'POST',
    path: '/v1/tokens/:serial/unassign',
    permission: 'token.unassign',
    params: serialParams,
    answer: token,
    refusals: ['unknown_serial', 'bad_transition', 'last_admin'],
    handle: ({ management, actor, params }) => unassignToken(management, actor, params),
  }),
  route({
    name: 'tokens.suspend',
    summary: 'Stop a token until it is reactivated.',
    method: 'POST',
    path: '/v1/tokens/:serial/suspend',
    permission: 'token.suspend',
    params: serialParams,
    answer: token,
    refusals: ['unknown_serial', 'bad_transition', 'last_admin'],
    handle: ({ management, actor, params }) => suspendToken(management, actor, params),
  }),
  route({
    name: 'tokens.reactivate',
    summary: 'Let a suspended token work again.',
    method: 'POST',
    path: '/v1/tokens/:serial/reactivate',
    permission: 'token.reactivate',
    params: serialParams,
    answer: token,
    refusals: ['unknown_serial', 'bad_transition'],
    handle: ({ management, actor, params }) => reactivateToken(management, actor, params),
  }),
  route({
    name: 'tokens.revoke',
    summary: 'End a token for good and destroy its seed.',
    method: 'POST',
    path: '/v1/tokens/:serial/revoke',
    permission: 'token.revoke',
    params: serialParams,
    body: object({ reason: revokedReason }),
    example: { reason: 'lost' },
    answer: token,
    refusals: ['unknown_serial', 'bad_transition', 'bad_reason', 'last_admin'],
    handle: ({ management, actor, params, body }) => revokeToken(management, actor, { ...params, ...body }),
  }),
  route({
    name: 'tokens.resync',
    summary: 'Resynchronise a token with two consecutive passcodes.',
    method: 'POST',
    path: '/v1/tokens/:serial/resync',
    permission: 'token.resync',
    params: serialParams,
    body: object(
      { first: passcode, second: passcode },
      { question: text(challengeLimits.ocraQuestionBytes) },
    ),
    example: { first: '755224', second: '287082' },
    answer: object({ serial: serviceText, driftSteps: count, clockIsOff: flag }),
    refusals: [
      'unknown_serial',
      'not_usable',
      'bad_question',
      'account_locked',
      'resync_failed',
      'seed_unreadable',
    ],
    handle: async ({ management, actor, params, body }) =>
      resyncToken(management, actor, { ...params, ...body }, await readLockPolicy(management.db)),
  }),
  route({
    name: 'tokens.repair-last-step',
    summary: 'Move the last accepted step of a token back to the present, after a clock was ahead.',
    method: 'POST',
    path: '/v1/tokens/:serial/repair-last-step',
    permission: 'token.repair-last-step',
    params: serialParams,
    answer: object({ serial: serviceText, refusedUntilMs: time }),
    refusals: ['unknown_serial', 'step_not_ahead'],
    handle: ({ management, actor, params }) => repairLastStep(management, actor, params),
  }),
  route({
    name: 'tokens.repair-last-steps',
    summary:
      'Move the last accepted step back to the present for all tokens that are refused because a clock was ahead.',
    method: 'POST',
    path: '/v1/tokens/repair-last-steps',
    permission: 'token.repair-last-step',
    answer: object({ repaired: count }),
    refusals: ['step_not_ahead'],
    handle: ({ management, actor }) => repairLastSteps(management, actor),
  }),
];
