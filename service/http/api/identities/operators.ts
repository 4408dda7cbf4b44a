import { done } from '../../../base/results.ts';
import { list, named, nullable, object, serviceText, time } from '../../../base/shapes.ts';
import {
  addOperator,
  changeOperatorRole,
  disableOperator,
  enableOperator,
  listOperators,
  removeOperator,
} from '../../../subjects/users/access/operator-changes.ts';
import { next, pageFields, pageOf } from '../kit/pages.ts';
import { userName, userParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';
import { role } from './session.ts';

const operator = named(
  object({ user: serviceText, displayName: serviceText, role, disabledMs: nullable(time), createdMs: time }),
  'Operator',
);

const onOperator = { permission: 'operator.change', params: userParams, answer: operator } as const;

export const operatorRoutes: readonly ApiRoute[] = [
  route({
    name: 'operators.list',
    summary: 'List operators.',
    method: 'GET',
    path: '/v1/operators',
    permission: 'read',
    query: object({}, pageFields),
    answer: object({ operators: list(operator), next }),
    refusals: [],
    handle: async ({ management, query }) => {
      const { page, ...rest } = pageOf(await listOperators(management.db), ({ user }) => user, query);
      return done({ operators: page, ...rest });
    },
  }),
  route({
    name: 'operators.add',
    summary: 'Make a user an operator.',
    method: 'POST',
    path: '/v1/operators',
    permission: 'operator.change',
    body: object({ user: userName, role }),
    example: { user: 'ada', role: 'auditor' },
    answer: operator,
    status: 201,
    refusals: ['bad_role', 'unknown_user', 'operator_present', 'reserved_name', 'too_many_operators'],
    handle: ({ management, actor, body }) => addOperator(management, actor, body),
  }),
  route({
    name: 'operators.change',
    summary: 'Give an operator another role.',
    method: 'PATCH',
    path: '/v1/operators/:user',
    permission: 'operator.change',
    params: userParams,
    body: object({ role }),
    example: { role: 'helpdesk' },
    answer: operator,
    refusals: ['bad_role', 'unknown_user', 'unknown_operator', 'last_admin'],
    handle: ({ management, actor, params, body }) =>
      changeOperatorRole(management, actor, { ...params, ...body }),
  }),
  route({
    name: 'operators.disable',
    summary: 'Disable an operator: sessions end, and signing in is refused.',
    method: 'POST',
    path: '/v1/operators/:user/disable',
    ...onOperator,
    refusals: ['unknown_user', 'unknown_operator', 'last_admin'],
    handle: ({ management, actor, params }) => disableOperator(management, actor, params.user),
  }),
  route({
    name: 'operators.enable',
    summary: 'Enable an operator again.',
    method: 'POST',
    path: '/v1/operators/:user/enable',
    ...onOperator,
    refusals: ['unknown_user', 'unknown_operator'],
    handle: ({ management, actor, params }) => enableOperator(management, actor, params.user),
  }),
  route({
    name: 'operators.remove',
    summary: 'Make an operator an ordinary user again.',
    method: 'DELETE',
    path: '/v1/operators/:user',
    ...onOperator,
    refusals: ['unknown_user', 'unknown_operator', 'last_admin'],
    handle: ({ management, actor, params }) => removeOperator(management, actor, params.user),
  }),
];
