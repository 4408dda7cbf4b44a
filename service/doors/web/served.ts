import type { FastifyInstance, FastifySchema } from 'fastify';
import { type Stated, statedOf } from './route.ts';

/** A route as Fastify has registered it. */
export interface ServedRoute extends Stated {
  readonly method: string;
  /** With parameters as `:name`. */
  readonly path: string;
  readonly bodyMaxBytes: number | undefined;
  readonly schema: FastifySchema | undefined;
}

/** A route of a handler that is not ours, which `serveRoute` cannot register. It has limits of its own. */
export interface ForeignRoute extends Pick<Stated, 'who' | 'rates' | 'unlimited'> {
  readonly method: string;
  readonly path: string;
  /** Why it is not registered by `serveRoute`. */
  readonly reason: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route of the app and its plugins so far; all of them once the app is ready. */
    readonly served: readonly ServedRoute[];
  }
}

/**
 * Keeps a list of the routes that are registered from now on. A route that states nothing has no limits, so the service does not
 * start with one, except those that are named here.
 *
 * @throws Error out of the registration of any other route
 */
export function keepRoutes(app: FastifyInstance, foreign: readonly ForeignRoute[] = []): void {
  const served: ServedRoute[] = [];
  app.decorate('served', served);
  app.addHook('onRoute', ({ method, url, bodyLimit, schema, config }) => {
    for (const one of [method].flat()) {
      const named = foreign.find(other => other.method === one && other.path === url);
      const stated = statedOf(config) ?? (named && { ...named, action: undefined, operation: undefined });
      if (stated === undefined)
        throw new Error(
          `The route ${one} ${url} was not registered by serveRoute and is no named exception.`,
        );
      const { who, action, rates, unlimited, operation } = stated;
      const own = { method: one, path: url, bodyMaxBytes: bodyLimit, schema };
      served.push({ ...own, who, action, rates, unlimited, operation });
    }
  });
}
