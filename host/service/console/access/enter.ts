import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '../../limits.ts';
import { endSession, isCsrfToken } from '../../people/access/sessions.ts';
import { enterByLink } from '../../people/operators.ts';
import { texts } from '../../texts.ts';
import { prepareSource } from '../../validation/source.ts';
import { formBySource, limitSource, type WebContext } from '../../web/context.ts';
import { messagePage } from '../../web/layout.ts';
import { Problem, statusOf } from '../../web/problems.ts';
import { makeChangeStreams } from '../../web/stream.ts';
import { type AskIn, HTML } from '../kit/desk.ts';
import { at, HOME } from '../kit/paths.ts';
import { sessionValue, visitOf } from '../kit/visit.ts';
import { giveCookie, takeCookie } from './cookie.ts';

/** Entry by a one-time link, the way out, and the stream that tells open pages that something has changed. */
export function serveEntry(app: FastifyInstance, context: WebContext, askIn: AskIn): void {
  const streams = makeChangeStreams(context.changes);
  app.addHook('preClose', async () => streams.end());

  app.get<{ Querystring: { key?: string } }>(at('/enter'), (request, reply) =>
    enter(context, request, request.query.key, reply),
  );

  app.get(at('/stream'), async (request, reply) => {
    const visit = await visitOf(context, request);
    if (visit === undefined) return askIn(request, reply);
    return reply.type('text/event-stream').send(streams.open(visit.session.expiresMs - context.clock()));
  });

  app.post(at('/leave'), formBySource(context), async (request, reply) => {
    const visit = await visitOf(context, request);
    const value = sessionValue(context, request);
    if (visit !== undefined && value !== undefined) {
      if (!isCsrfToken(visit.session, visit.value('csrf'))) throw new Problem('forbidden');
      await endSession(context.db, value);
    }
    takeCookie(context, reply);
    return reply.redirect(at('/sign-in'), 303);
  });
}

async function enter(
  context: WebContext,
  request: FastifyRequest,
  key: string | undefined,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if ((await visitOf(context, request)) !== undefined) return reply.redirect(HOME, 303);
  limitSource(context, request, 'source', limits.sourceBucket);
  // A browser that loads ahead of the person must not use the link up.
  const ahead = request.headers['sec-purpose'] ?? request.headers.purpose;
  const session =
    ahead === undefined && typeof key === 'string'
      ? await enterByLink(context.management, {
          key,
          source: prepareSource(request.ip),
          requestId: request.id,
        })
      : undefined;
  if (session === undefined) {
    const page = messagePage(texts.operator.entryTitle, texts.operator.linkUsed);
    return reply.code(statusOf('forbidden')).type(HTML).send(page);
  }
  giveCookie(context, reply, session);
  return reply.redirect(HOME, 303);
}
