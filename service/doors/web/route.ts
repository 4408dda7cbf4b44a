import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { webLimits } from '../../base/limits/web.ts';
import type { Action } from '../../base/permissions.ts';
import type { RefusalCode } from '../../base/results.ts';
import type { apiTexts } from '../../base/texts/api.ts';
import type { RouteAccess, Who } from './access.ts';
import type { ProblemCode } from './problems.ts';
import type { Rate } from './rates.ts';

/** Names of the operations of the API, which are the `operationId`s of its description. */
export type OperationName = keyof typeof apiTexts.summaries;

/** What the description of the API says of a route besides its schema. */
export interface Operation {
  readonly name: OperationName;
  /** A body that the route takes. */
  readonly example?: unknown;
  /** What the act may be refused with. */
  readonly refusals?: readonly RefusalCode[];
  /** Problems besides those that follow from who may ask and from the schema. */
  readonly problems?: readonly ProblemCode[];
}

/** Everything that a route states about itself. */
export interface RouteStatement {
  readonly access: RouteAccess;
  /** Most bytes of a body. Every route whose method has one states it. */
  readonly bodyMaxBytes?: number;
  readonly schema?: FastifySchema;
  /** Absent for pages and for what only the service's own programs ask. */
  readonly operation?: Operation;
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** One route of the HTTP side. */
export interface HttpRoute extends RouteStatement {
  readonly method: Method | readonly Method[];
  /** With parameters as `:name`. */
  readonly path: string;
  /** Whether HEAD is answered as GET, without the body. */
  readonly hasHead?: boolean;
  readonly handle: (request: FastifyRequest, reply: FastifyReply) => unknown;
}

/** What Fastify keeps of a statement: who may ask, how often, and what the description says. */
export interface Stated {
  readonly who: Who;
  readonly action: Action | undefined;
  readonly rates: readonly Rate[];
  readonly unlimited: string | undefined;
  readonly operation: Operation | undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly stated?: Stated;
  }
}

/** Statements that `routeOptions` made: one that was made elsewhere promises checks that nobody runs. */
const made = new WeakSet<Stated>();

/** Registers a route with everything that it states. All routes of the service are registered here. */
export function serveRoute(app: FastifyInstance, route: HttpRoute): void {
  const { method, path, hasHead = false, handle } = route;
  app.route({
    ...routeOptions(route),
    method: [method].flat(),
    url: path,
    exposeHeadRoute: hasHead,
    handler: handle,
  });
}

type Handle = HttpRoute['handle'];

/** Registers a page of the service's own. */
export function servePage(app: FastifyInstance, path: string, access: RouteAccess, handle: Handle): void {
  serveRoute(app, { method: 'GET', path, access, handle });
}

/** Registers what a form of the service's own pages is sent to. */
export function receiveForm(
  app: FastifyInstance,
  path: string,
  access: RouteAccess,
  handle: Handle,
  bodyMaxBytes: number = webLimits.bodyMaxBytes,
): void {
  serveRoute(app, { method: 'POST', path, access, bodyMaxBytes, handle });
}

/** Fastify's options for a statement, for routes whose handler is not one of HTTP: WebSockets. */
export function routeOptions({ access, bodyMaxBytes, schema, operation }: RouteStatement) {
  const { who, action, rates, unlimited } = access;
  const stated: Stated = { who, action, rates, unlimited, operation };
  made.add(stated);
  return {
    config: { stated },
    onRequest: [...access.beforeBody],
    preHandler: [...(access.afterBody ?? [])],
    ...(bodyMaxBytes !== undefined && { bodyLimit: bodyMaxBytes }),
    ...(schema !== undefined && { schema }),
  };
}

/** What a registered route states; undefined where it was not registered by `serveRoute`. */
export function statedOf(config: { readonly stated?: Stated } | undefined): Stated | undefined {
  const stated = config?.stated;
  return stated !== undefined && made.has(stated) ? stated : undefined;
}
