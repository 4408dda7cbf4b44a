import type { FastifyInstance, FastifyRequest } from 'fastify';
import { limits } from '../limits.ts';
import type { KnownApplication } from '../people/application-cache.ts';
import { asksServicePin } from '../people/pin.ts';
import { readServiceName } from '../people/settings.ts';
import { prepareUserName } from '../people/users.ts';
import type { Outcome } from '../validation/outcomes.ts';
import { prepareSource } from '../validation/source.ts';
import { formBySource, pageBySource, type WebContext } from './context.ts';
import { refusalFloor } from './floor.ts';
import { field, newAttempt } from './forms.ts';
import { acceptedPage, closedPage, loginPage } from './login-page.ts';
import { decideTyped, ownApplicationNow } from './own-application.ts';
import { duePinPage, servePinForm } from './pin-routes.ts';
import { statusOf } from './problems.ts';

const HTML = 'text/html; charset=utf-8';

/**
 * `GET` and `POST /login`: the log-in form of the service's own application, complete without scripts. It asks for what the
 * application wants now, and is closed while that is disabled.
 */
export function serveLogin(app: FastifyInstance, context: WebContext): void {
  servePinForm(app, context);
  const current = () => ownApplicationNow(context);

  app.get('/login', pageBySource(context), async (request, reply) => {
    const application = await current();
    reply.type(HTML);
    if (application === undefined) return reply.code(statusOf('forbidden')).send(closedPage());
    const service = await readServiceName(context.db);
    const { factors } = application;
    const asksPin = await asksServicePin(context.db);
    const form = { service, attempt: newAttempt(), factors, asksPin, framed: isFramed(request) };
    return reply.send(loginPage(form));
  });

  app.post('/login', formBySource(context), async (request, reply) => {
    const asked = await current();
    const outcome = asked && (await decide(context, request, asked));
    // Changed meanwhile, it was not looked at: the form as it is now is the answer.
    const application = outcome === undefined ? await current() : asked;
    reply.type(HTML);
    if (application === undefined) return reply.code(statusOf('forbidden')).send(closedPage());
    const service = await readServiceName(context.db);
    const user = field(request.body, 'user');
    if (outcome === 'accepted') return reply.send(acceptedPage(service, prepareUserName(user) ?? user));
    const pinPage = outcome === 'new_pin' ? await duePinPage(context, user, 'login') : undefined;
    if (pinPage !== undefined) return reply.send(pinPage);
    await refusalFloor(reply);
    const form = {
      service,
      attempt: newAttempt(),
      factors: application.factors,
      asksPin: await asksServicePin(context.db),
      user: user.slice(0, limits.userNameMax),
      refused: true,
      framed: isFramed(request),
    };
    return reply.code(statusOf('refused')).send(loginPage(form));
  });
}

function decide(
  context: WebContext,
  { body, ip, id }: FastifyRequest,
  application: KnownApplication,
): Promise<Outcome | undefined> {
  return decideTyped(context, application, {
    user: field(body, 'user'),
    passcode: field(body, 'passcode'),
    password: field(body, 'password'),
    pin: field(body, 'pin'),
    source: prepareSource(ip),
    requestId: id,
    idempotencyKey: field(body, 'attempt'),
  });
}

function isFramed(request: FastifyRequest): boolean {
  return request.headers['sec-fetch-dest'] === 'iframe';
}
