import type { FastifyInstance } from 'fastify';
import { media, serviceText } from '../../../base/shapes.ts';
import { pageBySource } from '../../web/access.ts';
import type { WebContext } from '../../web/context.ts';
import { serveRoute } from '../../web/route.ts';
import { schemasOf } from '../kit/schemas.ts';
import { openApiOf } from './openapi.ts';
import { documentationPage } from './page.ts';

/** `GET /v1/openapi.json` and `GET /v1/docs`: the description for programs and for people. It contains no secrets. */
export function serveDescription(app: FastifyInstance, context: WebContext): void {
  const common = { method: 'GET', access: pageBySource(context), hasHead: true } as const;
  serveRoute(app, {
    ...common,
    path: '/v1/openapi.json',
    schema: schemasOf({ answers: { 200: media('application/json', { schema: { type: 'object' } }) } }),
    operation: { name: 'description.get', summary: 'This description, as OpenAPI 3.1.' },
    handle: (_request, reply) => {
      const site = { version: context.version, cookie: context.operatorCookie() };
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(openApiOf(app.served, site)));
    },
  });
  serveRoute(app, {
    ...common,
    path: '/v1/docs',
    schema: schemasOf({ answers: { 200: media('text/html', serviceText) } }),
    operation: { name: 'documentation.get', summary: 'This description, as a page.' },
    handle: (_request, reply) => reply.type('text/html; charset=utf-8').send(documentationPage(app.served)),
  });
}
