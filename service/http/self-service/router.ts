import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isCsrfToken } from '../../subjects/users/sessions.ts';
import { formBySource, narrowed, pageBySource } from '../web/access.ts';
import type { WebContext } from '../web/context.ts';
import { Problem } from '../web/problems.ts';
import { countRequest, rates } from '../web/rates.ts';
import { receiveForm, servePage } from '../web/route.ts';
import { renderSelfService, SELF_SERVICE, type SelfServicePage } from './layout.ts';
import { type SelfServiceContext, selfServiceContextOf } from './request-context.ts';

export const HTML = 'text/html; charset=utf-8';

/** A response of a route: a page, an address to continue at, or a document of its own. */
export type SelfServiceResponse = SelfServicePage | { readonly to: string } | { readonly document: string };

type Handler = (visit: SelfServiceContext, reply: FastifyReply) => Promise<SelfServiceResponse>;

/**
 * Registers the routes of the self-service page: they run for users who are signed in, actions with the session's own
 * token.
 */
export interface SelfServiceRouter {
  page(path: string, show: Handler): void;
  act(path: string, run: Handler): void;
}

export function makeSelfServiceRouter(app: FastifyInstance, context: WebContext): SelfServiceRouter {
  const visits = new WeakMap<FastifyRequest, SelfServiceContext>();
  // Before the body is read: nothing is parsed for a user who is not signed in.
  const isIn = async (request: FastifyRequest, reply: FastifyReply) => {
    const visit = await selfServiceContextOf(context, request);
    if (visit === undefined) return reply.redirect(`${SELF_SERVICE}/sign-in`, 303);
    if (request.method === 'POST') countRequest(context, rates.userAct, visit.session.userId);
    visits.set(request, visit);
  };
  const users = { who: 'user', beforeBody: [isIn] } as const;
  const answer = async (request: FastifyRequest, reply: FastifyReply, run: Handler) => {
    const visit = visits.get(request);
    if (visit === undefined) throw new Problem('forbidden');
    if (request.method === 'POST' && !isCsrfToken(visit.session, visit.value('csrf')))
      throw new Problem('forbidden');
    return send(visit, reply, await run(visit, reply));
  };
  return {
    page(path, show) {
      servePage(app, SELF_SERVICE + path, narrowed(pageBySource(context), users), (request, reply) =>
        answer(request, reply, show),
      );
    },
    act(path, run) {
      const access = narrowed(formBySource(context), { ...users, rates: [rates.userAct] });
      receiveForm(app, SELF_SERVICE + path, access, (request, reply) => answer(request, reply, run));
    },
  };
}

function send(visit: SelfServiceContext, reply: FastifyReply, answer: SelfServiceResponse): FastifyReply {
  if ('to' in answer) return reply.redirect(answer.to, 303);
  if ('document' in answer) return reply.type(HTML).send(answer.document);
  return reply
    .code(answer.status ?? 200)
    .type(HTML)
    .send(renderSelfService(answer, visit));
}
