import { tokenLimits } from '../../../base/limits/tokens.ts';
import { described, flag, object, serviceText, time, whole } from '../../../base/shapes.ts';
import { makeTemporaryCode, withdrawTemporaryCode } from '../../../subjects/tokens/codes/temporary-codes.ts';
import { userParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

export const temporaryCodeRoutes: readonly ApiRoute[] = [
  route({
    name: 'temporary-codes.make',
    summary: 'Make a one-time passcode for a user without a fob at hand. It is shown once.',
    method: 'POST',
    path: '/v1/users/:user/temporary-code',
    permission: 'token.temporary-code',
    params: userParams,
    body: object({}, { lifetimeMs: whole(tokenLimits.temporaryCodeMinMs, tokenLimits.temporaryCodeMaxMs) }),
    example: { lifetimeMs: 3_600_000 },
    answer: object({ code: described(serviceText, 'Shown once, kept nowhere.'), expiresMs: time }),
    status: 201,
    refusals: ['unknown_user', 'disabled_user', 'bad_lifetime'],
    handle: ({ management, actor, params, body }) =>
      makeTemporaryCode(management, actor, { ...body, ...params }),
  }),
  route({
    name: 'temporary-codes.withdraw',
    summary: 'End a user’s temporary passcode.',
    method: 'DELETE',
    path: '/v1/users/:user/temporary-code',
    permission: 'token.temporary-code',
    params: userParams,
    answer: object({ ended: flag }),
    refusals: ['unknown_user'],
    handle: ({ management, actor, params }) => withdrawTemporaryCode(management, actor, params),
  }),
];
