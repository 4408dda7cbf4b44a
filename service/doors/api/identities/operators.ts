import type { Actor } from '../../../base/actor.ts';
import { done, type RefusalCode, type Result } from '../../../base/results.ts';
import {
  addOperator,
  changeOperatorRole,
  disableOperator,
  enableOperator,
  listOperators,
  type OperatorView,
  removeOperator,
} from '../../../features/users/access/operator-changes.ts';
import type { Management } from '../../../storage/management.ts';
import type { OperationName } from '../../web/route.ts';
import { next, pageFields, pageOf } from '../kit/pages.ts';
import { userName, userParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';
import { list, named, nullable, object, serviceText, time } from '../kit/shapes.ts';
import { role } from './session.ts';

const operator = named(
  object({ user: serviceText, displayName: serviceText, role, disabledMs: nullable(time), createdMs: time }),
  'Operator',
);

export const operatorRoutes: readonly ApiRoute[] = [
  route({
    name: 'operators.list',
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
  onOperator('operators.disable', 'POST', '/disable', disableOperator),
  onOperator('operators.enable', 'POST', '/enable', enableOperator),
  onOperator('operators.remove', 'DELETE', '', removeOperator),
];

function onOperator(
  name: OperationName,
  method: 'POST' | 'DELETE',
  rest: string,
  act: (management: Management, actor: Actor, user: string) => Promise<Result<OperatorView>>,
) {
  const always: readonly RefusalCode[] = ['unknown_user', 'unknown_operator'];
  return route({
    name,
    method,
    path: `/v1/operators/:user${rest}`,
    permission: 'operator.change',
    params: userParams,
    answer: operator,
    refusals: name === 'operators.enable' ? always : [...always, 'last_admin'],
    handle: ({ management, actor, params }) => act(management, actor, params.user),
  });
}
