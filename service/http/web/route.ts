import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { webLimits } from '../../base/limits/web.ts';
import type { Action } from '../../base/permissions.ts';
import type { RefusalCode } from '../../base/results.ts';
import type { RouteAccess, Who } from './access.ts';
import type { ProblemCode } from './problems.ts';
import type { Rate } from './rates.ts';

/** The description of a route in the API, besides its schema. */
export interface Operation {
  /** The `operationId`. */
  readonly name: string;
  /** What it does. */
  readonly summary: string;
  /** An example of a body. */
  readonly example?: unknown;
  /** The possible refusals of the action. */
  readonly refusals?: readonly RefusalCode[];
  /** Problems besides those that follow from the access and from the schema. */
  readonly problems?: readonly ProblemCode[];
}

/** Everything that a route states about itself. */
export interface RouteStatement {
  readonly access: RouteAccess;
  /** Most bytes of a body. Every route whose method has a body states it. */
  readonly bodyMaxBytes?: number;
  readonly schema?: FastifySchema;
  /** Absent for pages and for routes that only the service's own programs use. */
  readonly operation?: Operation;
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** One route of the HTTP side. */
export interface HttpRoute extends RouteStatement {
  readonly method: Method | readonly Method[];
  /** With parameters as `:name`. */
  readonly path: string;
  /** Whether HEAD is answered like GET, without the body. */
  readonly hasHead?: boolean;
  readonly handle: (request: FastifyRequest, reply: FastifyReply) => unknown;
}

/** The parts of a statement that Fastify keeps: access, rates, and the description. */
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

/** Statements made by `routeOptions`. Any other one would promise checks that nothing runs. */
const made = new WeakSet<Stated>();

/** Registers a route with its whole statement. All routes of the service are registered here. */
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

/** Registers a page of the service. */
export function servePage(app: FastifyInstance, path: string, access: RouteAccess, handle: Handle): void {
  serveRoute(app, { method: 'GET', path, access, handle });
}

/** Registers the route that receives a form of the service's own pages. */
export function receiveForm(
  app: FastifyInstance,
  path: string,
  access: RouteAccess,
  handle: Handle,
  bodyMaxBytes: number = webLimits.bodyMaxBytes,
): void {
  serveRoute(app, { method: 'POST', path, access, bodyMaxBytes, handle });
}

/** Returns Fastify's options for a statement, for WebSockets, whose handlers are not HTTP handlers. */
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

/** Returns the statement of a registered route; undefined if `serveRoute` did not register it. */
export function statedOf(config: { readonly stated?: Stated } | undefined): Stated | undefined {
  const stated = config?.stated;
  return stated !== undefined && made.has(stated) ? stated : undefined;
}
