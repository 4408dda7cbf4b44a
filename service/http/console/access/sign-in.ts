import type { FastifyInstance } from 'fastify';
import { html } from '../../../base/html.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { prepareSource } from '../../../base/source.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { areAllDecimal } from '../../../subjects/tokens/passcode-keys.ts';
import { signIn } from '../../../subjects/users/access/sign-in.ts';
import { endSession } from '../../../subjects/users/sessions.ts';
import { readServiceName } from '../../../subjects/users/settings.ts';
import { formBySource, pageBySource } from '../../web/access.ts';
import type { WebContext } from '../../web/context.ts';
import { attemptOf, field, newAttempt } from '../../web/forms.ts';
import { delayRefusal } from '../../web/minimum-response-time.ts';
import { statusOf } from '../../web/problems.ts';
import { countBySource, rates } from '../../web/rates.ts';
import { receiveForm, servePage } from '../../web/route.ts';
import { at, HOME, returnPath } from '../kit/paths.ts';
import { sessionValue } from '../kit/request-context.ts';
import { HTML, type SignInPrompt } from '../kit/router.ts';
import { giveCookie } from './cookie.ts';
import { proofPage } from './proof-form.ts';

/** Serves the sign-in with user name, password and the passcode of the operator's own fob. */
export function serveSignIn(app: FastifyInstance, context: WebContext): void {
  servePage(app, at('/sign-in'), pageBySource(context), async (_request, reply) => {
    return reply.type(HTML).send(await signInPage(context, { to: HOME, user: '', refused: false }));
  });

  receiveForm(app, at('/sign-in'), formBySource(context), async (request, reply) => {
    const { body } = request;
    const user = field(body, 'user');
    const to = returnPath(field(body, 'to'));
    const session = await signIn(
      context.management,
      { decide: context.decide, applicationId: context.consoleApplication.id },
      {
        user,
        password: field(body, 'password'),
        passcode: field(body, 'passcode'),
        source: prepareSource(request.ip),
        requestId: request.id,
        idempotencyKey: attemptOf(request),
      },
    );
    if (session === undefined) {
      await delayRefusal(reply);
      const page = await signInPage(context, {
        to,
        user: user.slice(0, userLimits.userNameMax),
        refused: true,
      });
      return reply.code(statusOf('refused')).type(HTML).send(page);
    }
    const before = sessionValue(context, request);
    if (before !== undefined) await endSession(context.db, before);
    giveCookie(context, reply, session);
    return reply.redirect(to, 303);
  });
}

/** Returns the prompt for a request without a session: the form, which leads on to the requested page. */
export function showSignIn(context: WebContext): SignInPrompt {
  return async (request, reply) => {
    countBySource(context, rates.stranger, request);
    const to = request.method === 'GET' ? returnPath(request.url) : HOME;
    const page = await signInPage(context, { to, user: '', refused: false });
    return reply.code(statusOf('unauthorised')).type(HTML).send(page);
  };
}

async function signInPage(
  { db }: WebContext,
  form: { to: string; user: string; refused: boolean },
): Promise<string> {
  const { title, lead, link } = consoleTexts.signIn;
  const foot = html`<p class="hint next">${link}</p>`;
  const service = await readServiceName(db);
  const isNumber = await areAllDecimal(db);
  return proofPage({
    ...form,
    ...{ service, title, lead, isNumber },
    path: '/sign-in',
    attempt: newAttempt(),
    foot,
  });
}
