import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServedRoute } from '@passfob/service/doors/web/served';
import type { FastifyInstance } from 'fastify';

/** An app that is started in this process, with all its routes once it has started. */
export interface Started<T> {
  readonly result: T;
  readonly routes: readonly ServedRoute[];
  /** For each route the content types of bodies that are read there, of those that were asked about. */
  readonly types: ReadonlyMap<string, readonly string[]>;
}

/** Starts something with an app of Fastify in it, and looks at what the app has registered. */
export async function watchApp<T>(
  start: () => Promise<T>,
  contentTypes: readonly string[] = [],
): Promise<Started<T>> {
  let app: FastifyInstance | undefined;
  const scopes: { name: string; scope: FastifyInstance }[] = [];
  // Fastify tells of each server that is made, before it has routes.
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
