import { careLimits } from '../../../base/limits/care.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { may } from '../../../base/permissions.ts';
import { done } from '../../../base/results.ts';
import { described, flag, list, object, type TypeOf, whole } from '../../../base/shapes.ts';
import { factsOfBoard, newestFirmwares } from '../../../subjects/care/boards.ts';
import { lifeState } from '../../../subjects/care/subject.ts';
import { cancelTask, permissionToCancel } from '../../../subjects/care/task-acts.ts';
import { fobTask, listTasks } from '../../../subjects/care/tasks.ts';
import {
  type CaredFobQuery,
  detailShown,
  fobDetailShape,
  fobShape,
  listCaredFobs,
  viewFob,
} from '../../../subjects/care/views.ts';
import { Problem } from '../../web/problems.ts';
import { next, pageFields } from '../kit/pages.ts';
import { id, serial, serialParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const only = described(flag, 'True selects such fobs only.');

/** Selects fobs, in the query of the list and in the body of a job. */
const fobFilterFields = {
  state: lifeState,
  clockUnset: only,
  batteryLow: only,
  oldFirmware: described(flag, 'True selects only fobs with another firmware than this package’s newest.'),
  notSeenDays: described(
    whole(1, careLimits.notSeenDaysMax),
    'Selects only fobs that were not seen for so many days, or never.',
  ),
  hasTasks: described(flag, 'True selects only fobs with tasks that wait or are being done.'),
} as const;
export const fobFilter = object({}, fobFilterFields);

/** Returns the selection that a request describes. */
export function fobQueryOf(filter: TypeOf<typeof fobFilter>, nowMs: number): CaredFobQuery {
  const { state, clockUnset, batteryLow, oldFirmware, notSeenDays, hasTasks } = filter;
  return {
    ...(state && { state }),
    ...(clockUnset && { isClockUnset: true }),
    ...(batteryLow && { isBatteryLow: true }),
    ...(oldFirmware && { oldFirmware: newestFirmwares() }),
    ...(notSeenDays !== undefined && { notSeenSinceMs: nowMs - notSeenDays * DAY_MS }),
    ...(hasTasks && { hasTasks: true }),
  };
}

const DAY_MS = 86_400_000;

export const fobRoutes: readonly ApiRoute[] = [
  route({
    name: 'fobs.list',
    summary: 'List the fobs that this service owns, with what they told when they were last seen.',
    method: 'GET',
    path: '/v1/fobs',
    permission: 'read',
    query: object({}, { ...pageFields, clockBeforeMs: whole(0, tokenLimits.counterMax), ...fobFilterFields }),
    answer: object({ fobs: list(fobShape), next }),
    refusals: [],
    handle: async ({ management: { db, clock }, query: { after, limit, clockBeforeMs, ...filter } }) => {
      const page = await listCaredFobs(db, {
        ...fobQueryOf(filter, clock()),
        ...(after !== undefined && { after }),
        ...(limit !== undefined && { rows: limit }),
        ...(clockBeforeMs !== undefined && { clockBeforeMs }),
      });
      return done(page);
    },
  }),
  route({
    name: 'fobs.get',
    summary: 'Show one fob: its state, health, tokens, accounts and tasks.',
    method: 'GET',
    path: '/v1/fobs/:serial',
    permission: 'read',
    params: serialParams,
    answer: fobDetailShape,
    refusals: ['unknown_fob'],
    handle: async ({ management, params }) => {
      const found = await viewFob(management.db, params.serial, factsOfBoard);
      return found.ok ? done(detailShown(found.value)) : found;
    },
  }),
  route({
    name: 'fobs.tasks',
    summary: 'List the tasks of a fob: open ones first, then finished ones.',
    method: 'GET',
    path: '/v1/fobs/:serial/tasks',
    permission: 'read',
    params: serialParams,
    answer: object({ tasks: list(fobTask) }),
    refusals: ['unknown_fob'],
    handle: async ({ management, params }) => {
      const found = await listTasks(management.db, params.serial);
      return found.ok ? done({ tasks: found.value }) : found;
    },
  }),
];

/** Its permission is that of the task's kind, so it is no row. */
export const cancelRoute: ApiRoute = route({
  name: 'fobs.cancel-task',
  summary: 'Cancel a waiting task that somebody asked for. This needs the permission of its kind.',
  method: 'POST',
  path: '/v1/fobs/:serial/tasks/:id/cancel',
  // The least of them; the task's own one is checked below.
  permission: 'fob.clock',
  params: object({ serial, id }),
  answer: fobTask,
  refusals: ['unknown_fob', 'unknown_task', 'bad_task', 'task_over'],
  handle: async ({ management, actor, params }) => {
    const permission = await permissionToCancel(management.db, params);
    const { role } = actor;
    const isOperator = role !== 'service' && role !== 'user';
    if (permission !== undefined && !(isOperator && may(role, permission))) throw new Problem('not_allowed');
    return await cancelTask(management, actor, params);
  },
});
