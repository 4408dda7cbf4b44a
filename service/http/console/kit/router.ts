import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { html } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { webLimits } from '../../../base/limits/web.ts';
import { type Action, permissions } from '../../../base/permissions.ts';
import type { RefusalCode } from '../../../base/results.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import { isCsrfToken, isFresh } from '../../../subjects/users/sessions.ts';
import type { RouteAccess } from '../../web/access.ts';
import type { WebContext } from '../../web/context.ts';
import { FileAnswer } from '../../web/file-answer.ts';
import { refuseCrossSite } from '../../web/guard.ts';
import { Problem, statusOf } from '../../web/problems.ts';
import { rates } from '../../web/rates.ts';
import { receiveForm, servePage } from '../../web/route.ts';
import { type ConsolePage, renderConsole } from './layout.ts';
import { at, HOME } from './paths.ts';
import { type ConsoleContext, consoleContextOf } from './request-context.ts';
import { acceptUploads } from './upload.ts';

export const HTML = 'text/html; charset=utf-8';

/** A response of a route: a page, or an address to continue at. */
export type ConsoleResponse = ConsolePage | FileAnswer | { readonly to: string };

export type ConsoleHandler = (visit: ConsoleContext) => Promise<ConsoleResponse>;

/** Registers the routes of the console. Each names its action from `base/permissions.ts`. */
export interface ConsoleRouter {
  readonly context: WebContext;
  /** Registers a page. A page for a dangerous action asks for a fresh proof before it is shown. */
  page(path: string, action: Action, show: ConsoleHandler): void;
  /**
   * Registers the target of a form. It runs for a role that may, with the session's own token and, for a dangerous
   * action, a fresh proof.
   */
  act(path: string, action: Action, run: ConsoleHandler, options?: ActOptions): void;
}

/** Options of an unusual form. */
export interface ActOptions {
  /**
   * Most bytes of the form. Above `readBeforeProofMaxBytes` a dangerous action asks for a fresh proof before the body
   * is read. It then leads back to its page without the subject, which is in the body.
   */
  readonly bodyLimit?: number;
  /** Whether the form has files. */
  readonly takesFiles?: boolean;
}

/** Answers a request from a caller who is not signed in. */
export type SignInPrompt = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

const admitted = new WeakMap<FastifyRequest, ConsoleContext>();

/** Admits operators who are signed in. All other requests get the form to sign in, and are limited. */
export function operatorAccess(context: WebContext, askIn: SignInPrompt): RouteAccess {
  const admit = async (request: FastifyRequest, reply: FastifyReply) => {
    const visit = await consoleContextOf(context, request);
    if (visit === undefined) return askIn(request, reply);
    admitted.set(request, visit);
  };
  return { who: 'operator', rates: [rates.stranger], beforeBody: [admit] };
}

/** Returns the context of an admitted request. */
export function admittedContext(request: FastifyRequest): ConsoleContext {
  const visit = admitted.get(request);
  if (visit === undefined) throw new Problem('unauthorised');
  return visit;
}

export function makeConsoleRouter(
  app: FastifyInstance,
  context: WebContext,
  askIn: SignInPrompt,
): ConsoleRouter {
  const access = operatorAccess(context, askIn);
  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    {
      action,
      backTo,
      run,
    }: { action: Action; backTo: (visit: ConsoleContext) => string; run: ConsoleHandler },
  ): Promise<FastifyReply> => {
    const visit = admittedContext(request);
    if (request.method === 'POST' && !isCsrfToken(visit.session, visit.value('csrf')))
      throw new Problem('forbidden');
    if (!visit.may(action)) return send(visit, reply, notAllowed);
    if (isStale(action, visit)) return reply.redirect(at('/prove', { to: backTo(visit) }), 303);
    return send(visit, reply, await run(visit));
  };
  const isStale = (action: Action, { session }: ConsoleContext) =>
    permissions[action].dangerous && !isFresh(session, context.clock());
  return {
    context,
    page(path, action, show) {
      servePage(app, HOME + path, { ...access, action }, (request, reply) =>
        answer(request, reply, { action, backTo: () => request.url, run: show }),
      );
    },
    act(path, action, run, { bodyLimit = webLimits.bodyMaxBytes, takesFiles = false } = {}) {
      const mayRun = async (request: FastifyRequest, reply: FastifyReply) => {
        const visit = admittedContext(request);
        if (!visit.may(action)) return send(visit, reply, notAllowed);
        if (bodyLimit > consoleLimits.readBeforeProofMaxBytes && isStale(action, visit))
          return reply.redirect(at('/prove', { to: at(path) }), 303);
      };
      const mayAct = { ...access, action, beforeBody: [refuseCrossSite, ...access.beforeBody, mayRun] };
      const handle = (request: FastifyRequest, reply: FastifyReply) =>
        answer(request, reply, { action, backTo: visit => subjectPath(path, visit), run });
      const put = (scope: FastifyInstance) => receiveForm(scope, HOME + path, mayAct, handle, bodyLimit);
      if (!takesFiles) return void put(app);
      app.register(async scope => {
        acceptUploads(scope);
        put(scope);
      });
    },
  };
}

/** Returns the page of an action for the same subject; other fields must be typed again. */
function subjectPath(path: string, visit: ConsoleContext): string {
  return at(path, { user: visit.value('user'), serial: visit.value('serial'), id: visit.value('id') });
}

function send(visit: ConsoleContext, reply: FastifyReply, answer: ConsoleResponse): FastifyReply {
  if (answer instanceof FileAnswer) return answer.sendTo(reply);
  if ('to' in answer) return reply.redirect(answer.to, 303);
  return reply
    .code(answer.status ?? 200)
    .type(HTML)
    .send(renderConsole(answer, visit));
}

/** The page for an act that the operator's role does not allow. */
export const notAllowed: ConsolePage = {
  title: consoleTexts.notAllowed.title,
  status: statusOf('forbidden'),
  main: html`<p class="lead">${consoleTexts.notAllowed.lead}</p>`,
};

/** Returns the page that says why an action without a form of its own changed nothing. */
export function refusedPage(code: RefusalCode, back: string): ConsolePage {
  return {
    title: consoleTexts.refused.title,
    status: 422,
    main: html`<div class="message bad" role="alert"><strong>${consoleTexts.refused.lead}</strong> ${texts.refusals[code]}</div>
<p class="next"><a href="${back}">${consoleTexts.back}</a></p>`,
  };
}

/** Returns the page for a missing item. */
export function missingPage(code: RefusalCode): ConsolePage {
  return {
    title: texts.problems.not_found.title,
    status: statusOf('not_found'),
    main: html`<p class="lead">${texts.refusals[code]}</p>`,
  };
}
