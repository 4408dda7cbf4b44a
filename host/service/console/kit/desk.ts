import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RefusalCode } from '../../management.ts';
import { isCsrfToken, isFresh } from '../../people/access/sessions.ts';
import { type Action, permissions } from '../../people/permissions.ts';
import { consoleTexts } from '../../texts/console.ts';
import { texts } from '../../texts.ts';
import type { WebContext } from '../../web/context.ts';
import { refuseCrossSite } from '../../web/guard.ts';
import { html } from '../../web/html.ts';
import { Problem, statusOf } from '../../web/problems.ts';
import { type ConsolePage, renderConsole } from './layout.ts';
import { at, HOME } from './paths.ts';
import { type Visit, visitOf } from './visit.ts';

export const HTML = 'text/html; charset=utf-8';

/** What a route gives back: a page, or where to go on. */
export type Answer = ConsolePage | { readonly to: string };

export type Handler = (visit: Visit) => Promise<Answer>;

/** Where the routes of the console are put up. Each names what it is about in `people/permissions.ts`. */
export interface Desk {
  readonly context: WebContext;
  /** A page. One for a dangerous act asks for a fresh proof before it is shown. */
  page(path: string, action: Action, show: Handler): void;
  /** What a form sends. It runs for a role that may, with the session's own token and, where it is dangerous, a fresh proof. */
  act(path: string, action: Action, run: Handler, options?: { readonly bodyLimit?: number }): void;
}

/** What is shown to somebody who is not in. */
export type AskIn = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export function makeDesk(app: FastifyInstance, context: WebContext, askIn: AskIn): Desk {
  const visits = new WeakMap<FastifyRequest, Visit>();
  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { action, backTo, run }: { action: Action; backTo: (visit: Visit) => string; run: Handler },
  ): Promise<FastifyReply> => {
    const visit = visits.get(request) ?? (await visitOf(context, request));
    if (visit === undefined) return askIn(request, reply);
    if (request.method === 'POST' && !isCsrfToken(visit.session, visit.value('csrf')))
      throw new Problem('forbidden');
    if (!visit.may(action)) return send(visit, reply, notAllowed);
    if (permissions[action].dangerous && !isFresh(visit.session, context.clock()))
      return reply.redirect(at('/prove', { to: backTo(visit) }), 303);
    return send(visit, reply, await run(visit));
  };
  return {
    context,
    page(path, action, show) {
      app.get(HOME + path, (request, reply) =>
        answer(request, reply, { action, backTo: () => request.url, run: show }),
      );
    },
    act(path, action, run, options = {}) {
      // Before the body is read: who is not in, or may not, gets nothing parsed.
      const isIn = async (request: FastifyRequest, reply: FastifyReply) => {
        const visit = await visitOf(context, request);
        if (visit === undefined) return askIn(request, reply);
        if (!visit.may(action)) return send(visit, reply, notAllowed);
        visits.set(request, visit);
      };
      app.post(HOME + path, { ...options, onRequest: [refuseCrossSite, isIn] }, (request, reply) =>
        answer(request, reply, { action, backTo: visit => subjectPath(path, visit), run }),
      );
    },
  };
}

/** The page of an act for the same subject: what else was typed is typed again. */
function subjectPath(path: string, visit: Visit): string {
  return at(path, { user: visit.value('user'), serial: visit.value('serial'), id: visit.value('id') });
}

function send(visit: Visit, reply: FastifyReply, answer: Answer): FastifyReply {
  if ('to' in answer) return reply.redirect(answer.to, 303);
  return reply
    .code(answer.status ?? 200)
    .type(HTML)
    .send(renderConsole(answer, visit));
}

const notAllowed: ConsolePage = {
  title: consoleTexts.notAllowed.title,
  status: statusOf('forbidden'),
  main: html`<p class="lead">${consoleTexts.notAllowed.lead}</p>`,
};

/** The page that says why an act without a form of its own changed nothing. */
export function refusedPage(code: RefusalCode, back: string): ConsolePage {
  return {
    title: consoleTexts.refused.title,
    status: 422,
    main: html`<div class="message bad" role="alert"><strong>${consoleTexts.refused.lead}</strong> ${texts.refusals[code]}</div>
<p class="next"><a href="${back}">${consoleTexts.back}</a></p>`,
  };
}

/** The page for something that is not there (any more). */
export function missingPage(code: RefusalCode): ConsolePage {
  return {
    title: texts.problems.not_found.title,
    status: statusOf('not_found'),
    main: html`<p class="lead">${texts.refusals[code]}</p>`,
  };
}
