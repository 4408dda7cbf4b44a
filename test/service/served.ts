import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServedRoute } from '@passfob/service/http/web/served';
import type { FastifyInstance } from 'fastify';

/** An app that was started in this process, with all its routes. */
export interface Started<T> {
  readonly result: T;
  readonly routes: readonly ServedRoute[];
  /** For each requested route, the content types of bodies that it reads. */
  readonly types: ReadonlyMap<string, readonly string[]>;
}

/** Starts a value that contains a Fastify app, and returns the app's registered routes. */
export async function watchApp<T>(
  start: () => Promise<T>,
  contentTypes: readonly string[] = [],
): Promise<Started<T>> {
  let app: FastifyInstance | undefined;
  const scopes: { name: string; scope: FastifyInstance }[] = [];
  // Fastify announces each new server before it has routes.
  const watch = (message: unknown) => {
    app = (message as { readonly fastify: FastifyInstance }).fastify;
    app.addHook('onRoute', function (this: FastifyInstance, { method, url }) {
      for (const one of [method].flat()) scopes.push({ name: `${one} ${url}`, scope: this });
    });
  };
  subscribe('fastify.initialization', watch);
  const result = await start().finally(() => unsubscribe('fastify.initialization', watch));
  if (app === undefined) throw new Error('no app was made');
  const types = scopes.map(
    ({ name, scope }) => [name, contentTypes.filter(type => scope.hasContentTypeParser(type))] as const,
  );
  return { result, routes: app.served, types: new Map(types) };
}
