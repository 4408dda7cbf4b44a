import type { FastifyInstance } from 'fastify';
import { pageBySource, type WebContext } from '../../web/context.ts';
import { apiRoutes } from '../routes.ts';
import { openApiOf } from './openapi.ts';
import { documentationPage } from './page.ts';

/** `GET /v1/openapi.json` and `GET /v1/docs`: the description for programs and for people. It names nobody's secrets. */
export function serveDescription(app: FastifyInstance, context: WebContext): void {
  const config = { permission: 'public' } as const;
  const options = { config, exposeHeadRoute: true, ...pageBySource(context) } as const;
  app.get('/v1/openapi.json', options, (_request, reply) => {
    const site = { version: context.version, cookie: context.operatorCookie() };
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(openApiOf(apiRoutes, site)));
  });
  app.get('/v1/docs', options, (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(documentationPage(apiRoutes)),
  );
}
