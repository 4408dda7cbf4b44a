import { challengeLimits } from '../../../base/limits/challenges.ts';
import { object, text } from '../../../base/shapes.ts';
import { callerCheck, callerCheckShape } from '../../../subjects/push/callers/check.ts';
import { userName } from '../kit/params.ts';
import { route } from '../kit/route.ts';

export const callerRead = route({
  name: 'callers.get',
  summary: 'Show the state of a check of a caller. It logs nobody in.',
  method: 'GET',
  path: '/v1/users/:user/caller-checks/:id',
  permission: 'read',
  params: object({ user: userName, id: text(challengeLimits.challengeIdMax) }),
  answer: callerCheckShape,
  refusals: ['unknown_user', 'unknown_caller_check'],
  handle: ({ management: { db, clock }, params }) => callerCheck(db, params, clock()),
});
