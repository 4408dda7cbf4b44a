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

/** A route of a foreign handler, which `serveRoute` cannot register. It has limits of its own. */
export interface ForeignRoute extends Pick<Stated, 'who' | 'rates' | 'unlimited'> {
  readonly method: string;
  readonly path: string;
  /** Why `serveRoute` does not register it. */
  readonly reason: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route of the app and its plugins so far; all of them once the app is ready. */
    readonly served: readonly ServedRoute[];
  }
}

/**
 * Keeps a list of the routes registered from now on. A route without a statement has no limits, so the service
 * refuses to start with one, except for the foreign routes named here.
 *
 * @throws Error from the registration of any other route
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
