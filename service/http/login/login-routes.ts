import type { FastifyInstance, FastifyRequest } from 'fastify';
import { userLimits } from '../../base/limits/users.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { prepareSource } from '../../base/source.ts';
import type { Db } from '../../storage/database/database.ts';
import type { KnownApplication } from '../../subjects/applications/cache.ts';
import { areAllDecimal } from '../../subjects/tokens/passcode-keys.ts';
import { asksServicePin } from '../../subjects/users/pin.ts';
import { readServiceName } from '../../subjects/users/settings.ts';
import { prepareUserName } from '../../subjects/users/users.ts';
import { formBySource, pageBySource } from '../web/access.ts';
import type { WebContext } from '../web/context.ts';
import { attemptOf, field, newAttempt } from '../web/forms.ts';
import { delayRefusal } from '../web/minimum-response-time.ts';
import { statusOf } from '../web/problems.ts';
import { receiveForm, servePage } from '../web/route.ts';
import { type AutosendForm, serveAutosend } from './autosend-routes.ts';
import { acceptedPage, closedPage, type LoginForm, loginPage } from './login-page.ts';
import { duePinPage, servePinForm } from './pin-routes.ts';
import { decideTyped, serviceApplicationNow } from './service-application.ts';

const HTML = 'text/html; charset=utf-8';

/**
 * `GET` and `POST /login`: the log-in form of the service's own application, complete without scripts. It asks for
 * the application's current factors, and is closed while that is disabled.
 */
export function serveLogin(app: FastifyInstance, context: WebContext): void {
  servePinForm(app, context);
  serveAutosend(app, context, autosendForm(context));
  const current = () => serviceApplicationNow(context);

  servePage(app, '/login', pageBySource(context), async (request, reply) => {
    const application = await current();
    reply.type(HTML);
    if (application === undefined) return reply.code(statusOf('forbidden')).send(closedPage());
    const service = await readServiceName(context.db);
    const { factors } = application;
    const asked = await askedFor(context.db);
    const form = { service, attempt: newAttempt(), factors, ...asked, framed: isFramed(request) };
    return reply.send(loginPage(form));
  });

  receiveForm(app, '/login', formBySource(context), async (request, reply) => {
    const asked = await current();
    const outcome = asked && (await decide(context, request, asked));
    // The application has changed meanwhile and nothing was decided: answer with the current form.
    const application = outcome === undefined ? await current() : asked;
    reply.type(HTML);
    if (application === undefined) return reply.code(statusOf('forbidden')).send(closedPage());
    const service = await readServiceName(context.db);
    const user = field(request.body, 'user');
    if (outcome === 'accepted') return reply.send(acceptedPage(service, prepareUserName(user) ?? user));
    const pinPage = outcome === 'new_pin' ? await duePinPage(context, user, 'login') : undefined;
    if (pinPage !== undefined) return reply.send(pinPage);
    await delayRefusal(reply);
    const form = {
      service,
      attempt: newAttempt(),
      factors: application.factors,
      ...(await askedFor(context.db)),
      user: user.slice(0, userLimits.userNameMax),
      refused: true,
      framed: isFramed(request),
    };
    return reply.code(statusOf('refused')).send(loginPage(form));
  });
}

/** Returns what the form must offer for any user. */
async function askedFor(db: Db): Promise<Pick<LoginForm, 'asksPin' | 'decimal'>> {
  return { asksPin: await asksServicePin(db), decimal: await areAllDecimal(db) };
}

/** Autosend at `/login`. */
function autosendForm(context: WebContext): AutosendForm {
  const { db } = context;
  return {
    path: '/login',
    formPath: '/login',
    closedPage,
    formPage: async (request, { factors }, again) =>
      loginPage({
        service: await readServiceName(db),
        attempt: newAttempt(),
        factors,
        ...(await askedFor(db)),
        framed: isFramed(request),
        ...again,
      }),
    letIn: async (_request, reply, user) =>
      reply.type(HTML).send(acceptedPage(await readServiceName(db), user, 'push')),
  };
}

function decide(
  context: WebContext,
  request: FastifyRequest,
  application: KnownApplication,
): Promise<Outcome | undefined> {
  const { body, ip, id } = request;
  return decideTyped(context, application, {
    user: field(body, 'user'),
    passcode: field(body, 'passcode'),
    password: field(body, 'password'),
    pin: field(body, 'pin'),
    source: prepareSource(ip),
    requestId: id,
    idempotencyKey: attemptOf(request),
  });
}

function isFramed(request: FastifyRequest): boolean {
  return request.headers['sec-fetch-dest'] === 'iframe';
}
