import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { limits } from '../limits.ts';
import { texts } from '../texts.ts';
import { sendProblem, serveApi } from './api-routes.ts';
import { serveAssets } from './assets.ts';
import type { WebContext } from './context.ts';
import { acceptForms } from './forms.ts';
import { type GuardOptions, guard } from './guard.ts';
import { messagePage } from './layout.ts';
import { serveLogin } from './login-routes.ts';
import { serveOperator } from './operator-routes.ts';
import { mayRetry, problemOf, statusOf } from './problems.ts';

/** The HTTP side of the service, not yet listening. */
export function makeApp(context: WebContext, guards: GuardOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: limits.bodyMaxBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    // A HEAD request, as link scanners send it, would run the handler that uses up an operator link.
    exposeHeadRoutes: false,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    http: { maxHeaderSize: limits.headersMaxBytes },
    // Coercion would turn the number 12345 into a passcode that lost its leading zero.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  app.server.maxConnections = limits.connectionsMax;
  guard(app, guards);
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, 'not_found'));
  app.get('/', (_request, reply) => reply.redirect('/login', 303));
  app.get('/health', async (_request, reply) => {
    await sql`select 1`.execute(context.db);
    return reply.type('application/json').send('{"status":"ok"}');
  });
  serveAssets(app);
  app.register(async api => serveApi(api, context));
  app.register(async pages => {
    pages.setErrorHandler((error, request, reply) => sendProblemPage(error, request, reply));
    acceptForms(pages);
    serveLogin(pages, context);
    serveOperator(pages, context);
  });
  return app;
}

function sendProblemPage(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const code = problemOf(error);
  if (mayRetry(code)) reply.header('retry-after', limits.retryAfterSeconds);
  const { title, detail } = texts.problems[code];
  return reply.code(statusOf(code)).type('text/html; charset=utf-8').send(messagePage(title, detail));
}
