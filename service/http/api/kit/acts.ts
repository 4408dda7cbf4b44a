import { done, type Result } from '../../../base/results.ts';
import { list as listShape, object } from '../../../base/shapes.ts';
import {
  type Act,
  type ActFields,
  type ActRoute,
  type ActRow,
  bodyOf,
  refusalsOf,
  shapesInPath,
} from '../../../subjects/kit/act.ts';
import type { List } from '../../../subjects/kit/list.ts';
import { next, type PageQuery, pageFields, pageOf } from './pages.ts';
import { id, policyName, serial, userName } from './params.ts';
import type { ApiCall, ApiRoute } from './route.ts';

/** Returns the routes of a list and of its acts. */
export function routesOfList(list: List): ApiRoute[] {
  return [routeOfList(list), ...routesOfActs([list.adds, ...list.acts.map(([act]) => act)])];
}

export function routesOfActs(acts: readonly Act[]): ApiRoute[] {
  return acts.flatMap(act => act.row.routes.map(route => routeOfAct(act, route)));
}

function routeOfList({ name, summary, at, permission, item, as, title, read }: List): ApiRoute {
  return {
    name,
    summary,
    ...addressOf(at),
    permission,
    query: object({}, pageFields),
    answer: object({ [as]: listShape(item), next }),
    refusals: [],
    handle: async ({ management, query }) => {
      const { page, ...rest } = pageOf(
        await read(management.db),
        one => String(one[title]),
        query as PageQuery,
      );
      return done({ [as]: page, ...rest });
    },
  };
}

const keys = { id, user: userName, name: policyName, serial } as const;

/** Returns the shape of an act's address: the item's key, and the fields that are in the path. */
function paramsOf(row: ActRow, route: ActRoute<ActFields, unknown>) {
  const { key, keyShape } = row.subject;
  if (row.makes || key === 'none') return {};
  return { params: object({ [key]: keyShape ?? keys[key], ...shapesInPath(row, route) }) };
}

function routeOfAct(act: Act, route: ActRoute<ActFields, unknown>): ApiRoute {
  const { row } = act;
  const { name, summary, status, example, without, gives } = route;
  const body = bodyOf(row, route);
  return {
    name,
    summary,
    ...addressOf(route.at),
    permission: row.permission,
    ...paramsOf(row, route),
    ...((row.makes || status) && { status: 201 }),
    ...(body && { body }),
    ...(example && { example }),
    answer: gives?.shape ?? row.gives,
    refusals: refusalsOf(row, without),
    handle: async call => {
      const result = await ask(act, call);
      return result.ok && gives !== undefined ? done(gives.from(result.value)) : result;
    },
  };
}

/** Shapes have checked what was sent, and its row's type is no longer known here. */
function ask(act: Act, { management, actor, params, body }: ApiCall<unknown, unknown, unknown>) {
  const given = { ...(body as object), ...(params as object) };
  return act(management, actor, given as never) as Promise<Result<unknown>>;
}

function addressOf(at: string) {
  const [method, path = ''] = at.split(' ');
  return { method: method as ApiRoute['method'], path };
}
