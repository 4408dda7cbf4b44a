import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '../limits.ts';
import { isCsrfToken } from '../people/access/sessions.ts';
import { limitKey, limitSource, type WebContext } from '../web/context.ts';
import { refuseCrossSite } from '../web/guard.ts';
import { Problem } from '../web/problems.ts';
import { ME, type OwnPage, renderOwn } from './layout.ts';
import { type OwnVisit, ownVisitOf } from './visit.ts';

export const HTML = 'text/html; charset=utf-8';

/** What a route gives back: a page, where to go on, or a document of its own. */
export type OwnAnswer = OwnPage | { readonly to: string } | { readonly document: string };

type Handler = (visit: OwnVisit, reply: FastifyReply) => Promise<OwnAnswer>;

/** Where the routes of the users' own page are put up: they run for who is in, acts with the session's own token. */
export interface OwnDesk {
  page(path: string, show: Handler): void;
  act(path: string, run: Handler): void;
}

export function makeOwnDesk(app: FastifyInstance, context: WebContext): OwnDesk {
  const answer = async (request: FastifyRequest, reply: FastifyReply, run: Handler) => {
    const visit = await ownVisitOf(context, request);
    if (visit === undefined) return reply.redirect(`${ME}/sign-in`, 303);
    if (request.method === 'POST') {
      if (!isCsrfToken(visit.session, visit.value('csrf'))) throw new Problem('forbidden');
      limitKey(context, `me:${visit.session.userId}`, limits.userActBucket);
    }
    return send(visit, reply, await run(visit, reply));
  };
  return {
    page(path, show) {
      app.get(ME + path, (request, reply) => {
        limitSource(context, request, 'source', limits.sourceBucket);
        return answer(request, reply, show);
      });
    },
    act(path, run) {
      app.post(ME + path, { onRequest: refuseCrossSite }, (request, reply) => {
        limitSource(context, request, 'form', limits.formBucket);
        return answer(request, reply, run);
      });
    },
  };
}

function send(visit: OwnVisit, reply: FastifyReply, answer: OwnAnswer): FastifyReply {
  if ('to' in answer) return reply.redirect(answer.to, 303);
  if ('document' in answer) return reply.type(HTML).send(answer.document);
  return reply
    .code(answer.status ?? 200)
    .type(HTML)
    .send(renderOwn(answer, visit));
}
