import { challengeLimits } from '../../../base/limits/challenges.ts';
import { done } from '../../../base/results.ts';
import { described, flag, object, oneOf, serviceText, text, time } from '../../../base/shapes.ts';
import { callerStates } from '../../../subjects/push/caller-result.ts';
import { callerCheck, checkCaller } from '../../../subjects/push/callers/check.ts';
import { shownNumber } from '../../../subjects/push/shown.ts';
import { userName, userParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const asked = {
  id: serviceText,
  number: described(serviceText, 'Read it to the caller, whose fob shows it.'),
  expiresMs: time,
} as const;

export const callerRoutes: readonly ApiRoute[] = [
  route({
    name: 'callers.check',
    summary: 'Ask the user’s fob to confirm a caller of the help desk. Read the number to the caller.',
    method: 'POST',
    path: '/v1/users/:user/caller-checks',
    permission: 'user.check-caller',
    params: userParams,
    answer: object(asked),
    status: 201,
    refusals: ['unknown_user', 'disabled_user', 'no_push_fob', 'too_many_pushes'],
    handle: async ({ management, actor, params }) => {
      const made = await checkCaller(management, actor, params);
      return made.ok ? done({ ...made.value, number: shownNumber(made.value.number) }) : made;
    },
  }),
  route({
    name: 'callers.get',
    summary: 'Show the state of a check of a caller. It logs nobody in.',
    method: 'GET',
    path: '/v1/users/:user/caller-checks/:id',
    permission: 'read',
    params: object({ user: userName, id: text(challengeLimits.challengeIdMax) }),
    answer: object({ ...asked, state: oneOf(...callerStates), isConnected: flag }),
    refusals: ['unknown_user', 'unknown_caller_check'],
    handle: async ({ management: { db, clock }, params }) => {
      const found = await callerCheck(db, params, clock());
      return found.ok ? done({ ...found.value, number: shownNumber(found.value.number) }) : found;
    },
  }),
];
