import { administrationLimits } from '../../../base/limits/administration.ts';
import { done, type Result, refused } from '../../../base/results.ts';
import { count, flag, list as listShape, media, object, oneOf, serviceText } from '../../../base/shapes.ts';
import {
  type Act,
  type ActFields,
  type ActRoute,
  type ActRow,
  bodyOf,
  refusalsOf,
  shapesInPath,
} from '../../../subjects/kit/act.ts';
import { type ExportFormat, exportFormats, nameOf } from '../../../subjects/kit/export.ts';
import { actsOf, type List, type PagedList } from '../../../subjects/kit/list.ts';
import { readPage } from '../../../subjects/kit/read-list.ts';
import { fileOf } from '../../web/file-answer.ts';
import { next, type PageQuery, pageFields, pageOf } from './pages.ts';
import { id, policyName, serial, userName } from './params.ts';
import type { ApiCall, ApiRoute } from './route.ts';

/** Returns the routes of a list and of its acts. */
export function routesOfList(list: List): ApiRoute[] {
  return [routeOfList(list), ...routesOfActs(actsOf(list))];
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

const total = object({ count, kind: oneOf('exact', 'more', 'at-least') });

/** Returns the route of a list that is read in pages. */
export function routeOfPages(list: PagedList): ApiRoute {
  const { name, summary, at, permission, item, as } = list;
  return {
    name,
    summary,
    ...addressOf(at),
    permission,
    query: object({}, { ...pageFields, total: flag, ...shapesOfFilters(list) }),
    answer: object({ [as]: listShape(item), next, isPartial: flag }, { total }),
    refusals: ['bad_cursor'],
    async handle({ management: { db, clock }, query }) {
      const asked = query as PageQuery & { readonly total?: boolean };
      const {
        after,
        limit = administrationLimits.pageRowsDefault,
        total: isCounted = false,
        ...filters
      } = asked;
      const page = await readPage(db, list, { filters, nowMs: clock(), after, limit, isCounted });
      if (page === undefined) return refused('bad_cursor');
      const { items, next: following, isPartial, total: counted } = page;
      return done({ [as]: items, next: following, isPartial, ...(counted && { total: counted }) });
    },
  };
}

/** Returns the route by which a whole list is taken out. */
export function routeOfExport(list: List | PagedList): ApiRoute {
  const filters = 'read' in list ? {} : shapesOfFilters(list);
  const types = Object.values(exportFormats).map(type => type.split(';')[0] ?? '');
  return {
    name: `${nameOf(list)}.export`,
    summary: `Take out ${list.as} as a file whose last line has the number of rows; a file without it is not whole.`,
    ...addressOf(`POST ${addressOf(list.at).path}/export`),
    permission: 'list.export',
    body: object({ format: oneOf(...(Object.keys(exportFormats) as ExportFormat[])) }, filters),
    example: { format: 'csv' },
    answer: media(types, serviceText),
    refusals: [],
    handle: async ({ management, actor, body }) => {
      const { format, ...given } = body as { readonly format: ExportFormat };
      return done(fileOf(management, actor, list, { format, filters: given }));
    },
  };
}

function shapesOfFilters({ filters }: PagedList) {
  return Object.fromEntries(Object.entries(filters).map(([named, { shape }]) => [named, shape]));
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
