import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { html, type Markup, nothing } from '../../../base/html.ts';
import { prepareSource } from '../../../base/source.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import { discardLink, enterByLink, isLinkGood } from '../../../subjects/users/access/operators.ts';
import { endSession, isCsrfToken } from '../../../subjects/users/sessions.ts';
import { formBySource, pageBySource } from '../../web/access.ts';
import type { WebContext } from '../../web/context.ts';
import { hidden } from '../../web/fields.ts';
import { field } from '../../web/forms.ts';
import { messagePage } from '../../web/layout.ts';
import { Problem, statusOf } from '../../web/problems.ts';
import { receiveForm, servePage } from '../../web/route.ts';
import { makeChangeStreams } from '../../web/stream.ts';
import { at, HOME } from '../kit/paths.ts';
import { consoleContextOf, sessionValue } from '../kit/request-context.ts';
import { admittedContext, HTML, operatorAccess, type SignInPrompt } from '../kit/router.ts';
import { clearCookie, giveCookie } from './cookie.ts';

const text = texts.operator;

/** Serves the entry by a one-time link, signing out, and the stream that tells open pages about changes. */
export function serveEntry(app: FastifyInstance, context: WebContext, askIn: SignInPrompt): void {
  const streams = makeChangeStreams(context.changes);
  app.addHook('preClose', async () => streams.end());

  servePage(app, at('/enter'), pageBySource(context), (request, reply) => showLink(context, request, reply));
  receiveForm(app, at('/enter'), formBySource(context), (request, reply) => useLink(context, request, reply));

  servePage(app, at('/stream'), operatorAccess(context, askIn), async (request, reply) => {
    const { session } = admittedContext(request);
    return reply.type('text/event-stream').send(streams.open(session.expiresMs - context.clock()));
  });

  receiveForm(app, at('/leave'), formBySource(context), async (request, reply) => {
    const visit = await consoleContextOf(context, request);
    const value = sessionValue(context, request);
    if (visit !== undefined && value !== undefined) {
      if (!isCsrfToken(visit.session, visit.value('csrf'))) throw new Problem('forbidden');
      await endSession(context.db, value);
    }
    clearCookie(context, reply);
    return reply.redirect(at('/sign-in'), 303);
  });
}

/** The action on a one-time link. */
type LinkAct = 'enter' | 'discard';

/**
 * Shows a one-time link without using it up: mail scanners and browsers that prefetch open it, too. The page says who
 * is signed in and what each button does.
 */
async function showLink(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const key = keyIn(request.query);
  if (key === undefined || !(await isLinkGood(context.management, key))) return linkUsed(reply);
  const visit = await consoleContextOf(context, request);
  return reply.type(HTML).send(linkPage(key, visit && (visit.session.user ?? text.linkSession)));
}

/** Uses up a one-time link. A session that the browser already has ends. */
async function useLink(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { body, ip, id } = request;
  const use = { key: field(body, 'key'), source: prepareSource(ip), requestId: id };
  if (field(body, 'act') === ('discard' satisfies LinkAct)) {
    if (!(await discardLink(context.management, use))) return linkUsed(reply);
    return reply.type(HTML).send(messagePage(text.discardedTitle, text.discarded, home));
  }
  const session = await enterByLink(context.management, use);
  if (session === undefined) return linkUsed(reply);
  const before = sessionValue(context, request);
  if (before !== undefined) await endSession(context.db, before);
  giveCookie(context, reply, session);
  return reply.redirect(HOME, 303);
}

function keyIn(query: unknown): string | undefined {
  const key: unknown = typeof query === 'object' && query !== null && 'key' in query ? query.key : undefined;
  return typeof key === 'string' ? key : undefined;
}

const home = html`<p class="next"><a href="${HOME}">${consoleTexts.back}</a></p>`;

function linkUsed(reply: FastifyReply): FastifyReply {
  const page = messagePage(text.entryTitle, text.linkUsed, home);
  return reply.code(statusOf('forbidden')).type(HTML).send(page);
}

/** @param signedIn the user of the browser's session, if any */
function linkPage(key: string, signedIn: string | undefined): string {
  const button = (act: LinkAct, label: string, style: Markup = nothing) =>
    html`<button type="submit" name="act" value="${act}"${style}>${label}</button>`;
  return messagePage(
    text.linkTitle,
    text.linkLead,
    html`${signedIn === undefined ? nothing : html`<p>${text.linkEnds(signedIn)}</p>`}
<form method="post" action="${at('/enter')}">
${hidden('key', key)}
<div class="buttons">${button('enter', text.linkEnter)}${button('discard', text.linkDiscard, html` class="quiet"`)}</div>
</form>`,
  );
}
