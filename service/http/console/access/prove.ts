import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { html } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { areAllDecimal } from '../../../subjects/tokens/passcode-keys.ts';
import { proveAgain } from '../../../subjects/users/access/sign-in.ts';
import { isCsrfToken } from '../../../subjects/users/sessions.ts';
import { formBySource, narrowed } from '../../web/access.ts';
import type { WebContext } from '../../web/context.ts';
import { attemptOf, newAttempt } from '../../web/forms.ts';
import { messagePage } from '../../web/layout.ts';
import { delayRefusal } from '../../web/minimum-response-time.ts';
import { Problem, statusOf } from '../../web/problems.ts';
import { receiveForm, servePage } from '../../web/route.ts';
import { at, HOME, returnPath } from '../kit/paths.ts';
import { type ConsoleContext, sessionValue } from '../kit/request-context.ts';
import { admittedContext, HTML, operatorAccess, type SignInPrompt } from '../kit/router.ts';
import { proofPage } from './proof-form.ts';

const text = consoleTexts.prove;

/** Serves the page that asks for a fresh proof before a dangerous action and then returns to it. */
export function serveProving(app: FastifyInstance, context: WebContext, askIn: SignInPrompt): void {
  const access = operatorAccess(context, askIn);
  servePage(app, at('/prove'), access, (request, reply) => show(admittedContext(request), reply, false));

  receiveForm(app, at('/prove'), narrowed(formBySource(context), access), async (request, reply) => {
    const visit = admittedContext(request);
    if (!isCsrfToken(visit.session, visit.value('csrf'))) throw new Problem('forbidden');
    return prove(context, { request, reply, visit });
  });
}

async function prove(
  context: WebContext,
  { request, reply, visit }: { request: FastifyRequest; reply: FastifyReply; visit: ConsoleContext },
): Promise<FastifyReply> {
  const isProved = await proveAgain(
    context.management,
    { decide: context.decide, applicationId: context.consoleApplication.id },
    {
      value: sessionValue(context, request) ?? '',
      password: visit.value('password'),
      passcode: visit.value('passcode'),
      source: visit.actor.source,
      requestId: request.id,
      idempotencyKey: attemptOf(request),
    },
  );
  if (isProved) return reply.redirect(returnPath(visit.value('to')), 303);
  await delayRefusal(reply);
  return show(visit, reply, true);
}

async function show(visit: ConsoleContext, reply: FastifyReply, refused: boolean): Promise<FastifyReply> {
  reply.code(refused ? statusOf('refused') : 200).type(HTML);
  // A session by a link has no user, so it cannot prove an identity.
  if (visit.session.user === null)
    return reply.send(
      messagePage(
        text.title,
        text.linkTooOld,
        html`<p class="next"><a href="${HOME}">${consoleTexts.back}</a></p>`,
      ),
    );
  return reply.send(
    proofPage({
      service: visit.service,
      title: text.title,
      lead: text.lead(visit.session.user),
      path: '/prove',
      to: returnPath(visit.value('to')),
      attempt: newAttempt(),
      csrf: visit.session.csrf,
      refused,
      isNumber: await areAllDecimal(visit.management.db),
      foot: html`<p class="next"><a href="${HOME}">${consoleTexts.cancel}</a></p>`,
    }),
  );
}
