import { careLimits } from '../../../base/limits/care.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { may } from '../../../base/permissions.ts';
import { done, type RefusalCode, type Result } from '../../../base/results.ts';
import { list, object, serviceText, text } from '../../../base/shapes.ts';
import { markFound, markLost, retireFob, returnFob } from '../../../subjects/care/life.ts';
import {
  cancelTask,
  createKeepingTask,
  createTask,
  permissionToCancel,
  type TaskInput,
  type TaskView,
  taskPermissions,
} from '../../../subjects/care/tasks.ts';
import { Problem } from '../../web/problems.ts';
import { serial, serialParams } from '../kit/params.ts';
import { type ApiCall, type ApiRoute, route } from '../kit/route.ts';
import { lifeState, task, taskShown } from './fobs.ts';

const ACCOUNT_ID = '^[0-9a-f]{8}$';
const accountId = text(careLimits.accountIdDigits, { pattern: ACCOUNT_ID });
const accountParams = object({ serial, account: accountId });
const accountName = text(careLimits.accountNameBytes);
type Call = ApiCall<unknown, unknown, unknown>;

const state = object({ serial: serviceText, state: lifeState });
const askRefusals = [
  'unknown_fob',
  'bad_fob_state',
  'bad_task',
  'too_many_tasks',
] as const satisfies readonly RefusalCode[];

/** One route for each kind of task: each has its own permission. */
const taskRoutes = [
  onFob('set-clock', 'clock', 'Have the clock of a fob set when the fob is next reached.'),
  onFob(
    'reset-pin',
    'pin-reset',
    'Have the forgotten PIN of a fob reset when the fob is next reached and its button is held. Its accounts stay. Check the caller first.',
  ),
  onFob('require-pin', 'require-pin', 'Have the user of a fob choose a new PIN.'),
  onFob(
    'acknowledge-power-loss',
    'power-loss',
    'Acknowledge that the clock module of a fob lost its power, once you have asked its person. Its warning ends when that person connects it, never through an agent.',
  ),
  route({
    name: 'fobs.remove-account',
    summary:
      'Have an account removed from a fob. For accounts without a token in use: revoke the token of others first.',
    method: 'POST',
    path: '/v1/fobs/:serial/accounts/:account/remove',
    permission: taskPermissions['remove-account'],
    params: accountParams,
    answer: task,
    refusals: [...askRefusals, 'account_in_use'],
    handle: call => askRemoval(call, { kind: 'remove-account', ...call.params }),
  }),
  route({
    name: 'fobs.rename-account',
    summary: 'Have an account on a fob renamed.',
    method: 'POST',
    path: '/v1/fobs/:serial/accounts/:account/rename',
    permission: taskPermissions['rename-account'],
    params: accountParams,
    body: object({ issuer: accountName, label: accountName }),
    example: { issuer: 'ACME', label: 'VPN' },
    answer: task,
    refusals: askRefusals,
    handle: call => ask(call, { kind: 'rename-account', ...call.params, ...call.body }),
  }),
  route({
    name: 'fobs.order-accounts',
    summary: 'Have accounts on a fob put in this order. The others follow in their present order.',
    method: 'POST',
    path: '/v1/fobs/:serial/order-accounts',
    permission: taskPermissions.order,
    params: serialParams,
    body: object({ accounts: list(accountId, careLimits.orderMax) }),
    example: { accounts: ['00c0ffee', '0badf00d'] },
    answer: task,
    refusals: askRefusals,
    handle: call => ask(call, { kind: 'order', ...call.params, order: call.body.accounts }),
  }),
  route({
    name: 'fobs.erase',
    summary: 'Have a fob without tokens in use erased, when its button is held.',
    method: 'POST',
    path: '/v1/fobs/:serial/erase',
    permission: taskPermissions.erase,
    params: serialParams,
    answer: task,
    refusals: [...askRefusals, 'account_in_use'],
    handle: call => askRemoval(call, { kind: 'erase', ...call.params }),
  }),
  route({
    name: 'fobs.cancel-task',
    summary: 'Cancel a waiting task that somebody asked for. This needs the permission of its kind.',
    method: 'POST',
    path: '/v1/fobs/:serial/tasks/:id/cancel',
    // The least of them; the task's own one is checked below.
    permission: taskPermissions.clock,
    params: object({ serial, id: text(tokenLimits.serialMax, { minLength: 1 }) }),
    answer: task,
    refusals: ['unknown_fob', 'unknown_task', 'bad_task', 'task_over'],
    handle: async ({ management, actor, params }) => {
      const permission = await permissionToCancel(management.db, params);
      const { role } = actor;
      const isOperator = role !== 'service' && role !== 'user';
      if (permission !== undefined && !(isOperator && may(role, permission)))
        throw new Problem('not_allowed');
      return shown(await cancelTask(management, actor, params));
    },
  }),
];

export const fobActRoutes: readonly ApiRoute[] = [
  ...taskRoutes,
  route({
    name: 'fobs.lost',
    summary:
      'Report a fob lost: its tokens are suspended at once, and its accounts are removed if it is ever reached again.',
    ...inLife('lost'),
    refusals: ['unknown_fob', 'bad_fob_state', 'last_admin'],
    handle: ({ management, actor, params }) => markLost(management, actor, params),
  }),
  route({
    name: 'fobs.found',
    summary: 'End the search for a fob. Its tokens stay suspended.',
    ...inLife('found'),
    refusals: ['unknown_fob', 'bad_fob_state'],
    handle: ({ management, actor, params }) => markFound(management, actor, params),
  }),
  route({
    name: 'fobs.return',
    summary:
      'Take a fob back: its tokens are revoked, and it is erased when it is next reached and its button is held.',
    ...inLife('return'),
    refusals: ['unknown_fob', 'bad_fob_state', 'last_admin'],
    handle: ({ management, actor, params }) => returnFob(management, actor, params),
  }),
  route({
    name: 'fobs.retire',
    summary: 'Put a fob out of use for good: its tokens are revoked.',
    ...inLife('retire'),
    refusals: ['unknown_fob', 'bad_fob_state', 'last_admin'],
    handle: ({ management, actor, params }) => retireFob(management, actor, params),
  }),
];

function onFob(verb: string, kind: 'clock' | 'pin-reset' | 'require-pin' | 'power-loss', summary: string) {
  return route({
    name: `fobs.${verb}`,
    summary,
    method: 'POST',
    path: `/v1/fobs/:serial/${verb}`,
    permission: taskPermissions[kind],
    params: serialParams,
    answer: task,
    refusals: askRefusals,
    handle: call => ask(call, { kind, ...call.params }),
  });
}

async function ask({ management, actor }: Call, input: Parameters<typeof createKeepingTask>[2]) {
  return shown(await createKeepingTask(management, actor, input));
}

async function askRemoval({ management, actor }: Call, input: TaskInput) {
  return shown(await createTask(management, actor, input));
}

function shown<C extends RefusalCode>(result: Result<TaskView, C>) {
  return result.ok ? done(taskShown(result.value)) : result;
}

function inLife(verb: 'lost' | 'found' | 'return' | 'retire') {
  return {
    method: 'POST',
    path: `/v1/fobs/:serial/${verb}`,
    permission: `fob.${verb}`,
    params: serialParams,
    answer: state,
  } as const;
}
