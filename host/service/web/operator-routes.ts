import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { listAlerts } from '../alerts/alerts.ts';
import { limits } from '../limits.ts';
import { lockedAccounts } from '../people/locked-accounts.ts';
import { enterAsOperator, leaveAsOperator, operatorSessionEnd } from '../people/operators.ts';
import { texts } from '../texts.ts';
import { listTokens } from '../tokens/views.ts';
import { listEvents } from '../validation/events.ts';
import { limitSource, type WebContext } from './context.ts';
import { cookieOf } from './forms.ts';
import { refuseCrossSite } from './guard.ts';
import { messagePage } from './layout.ts';
import { operatorPage } from './operator-page.ts';
import { statusOf } from './problems.ts';
import { makeChangeStreams } from './stream.ts';

const HTML = 'text/html; charset=utf-8';

/** The operator's pane: entry by a one-time link, the page, its change stream and the way out. */
export function serveOperator(app: FastifyInstance, context: WebContext): void {
  const streams = makeChangeStreams(context.changes);
  app.addHook('preClose', async () => streams.end());

  app.get<{ Querystring: { key?: string } }>('/operator/enter', (request, reply) =>
    enter(context, request, request.query.key, reply),
  );

  app.get('/operator', async (request, reply) => {
    if ((await sessionEnd(context, request)) === undefined) return askForLink(context, request, reply);
    const { db } = context;
    const view = {
      alerts: await listAlerts(db),
      events: await listEvents(db),
      tokens: await listTokens(db),
      lockedUntil: await lockedAccounts(db, await context.lock(), context.clock()),
    };
    return reply.type(HTML).send(operatorPage(view));
  });

  app.get('/operator/stream', async (request, reply) => {
    const endMs = await sessionEnd(context, request);
    if (endMs === undefined) return askForLink(context, request, reply);
    return reply.type('text/event-stream').send(streams.open(endMs - context.clock()));
  });

  app.post('/operator/leave', { onRequest: refuseCrossSite }, async (request, reply) => {
    const name = context.operatorCookie();
    const token = cookieOf(request.headers.cookie, name);
    if (token !== undefined) await leaveAsOperator(context.db, token);
    return reply
      .header('set-cookie', `${name}=; ${cookieAttributes(context)}; Max-Age=0`)
      .redirect('/operator', 303);
  });
}

/** No Secure over plain HTTP, which is served on loopback only: some browsers refuse it there. */
function cookieAttributes({ isSecure }: WebContext): string {
  return `Path=/operator; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}

async function enter(
  context: WebContext,
  request: FastifyRequest,
  key: string | undefined,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if ((await sessionEnd(context, request)) !== undefined) return reply.redirect('/operator', 303);
  limitSource(context, request, 'source', limits.sourceBucket);
  // A browser that loads ahead of the person must not use the link up.
  const ahead = request.headers['sec-purpose'] ?? request.headers.purpose;
  const nowMs = context.clock();
  const session =
    ahead === undefined && typeof key === 'string'
      ? await enterAsOperator(context.db, key, nowMs)
      : undefined;
  if (session === undefined) {
    const page = messagePage(texts.operator.entryTitle, texts.operator.linkUsed);
    return reply.code(statusOf('forbidden')).type(HTML).send(page);
  }
  const maxAgeSeconds = Math.floor((session.expiresMs - nowMs) / 1000);
  const cookie = `${context.operatorCookie()}=${session.token}; ${cookieAttributes(context)}; Max-Age=${maxAgeSeconds}`;
  return reply.header('set-cookie', cookie).redirect('/operator', 303);
}

function sessionEnd(context: WebContext, request: FastifyRequest): Promise<number | undefined> {
  const token = cookieOf(request.headers.cookie, context.operatorCookie());
  return operatorSessionEnd(context.db, token, context.clock());
}

function askForLink(context: WebContext, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  limitSource(context, request, 'source', limits.sourceBucket);
  const page = messagePage(texts.operator.entryTitle, texts.operator.entryLead);
  return reply.code(statusOf('unauthorised')).type(HTML).send(page);
}
