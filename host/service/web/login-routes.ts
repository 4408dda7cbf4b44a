import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { limits } from '../limits.ts';
import { readServiceName } from '../people/settings.ts';
import { prepareUserName } from '../people/users.ts';
import { prepareSource } from '../validation/source.ts';
import { limitSource, type WebContext } from './context.ts';
import { refusalFloor } from './floor.ts';
import { field } from './forms.ts';
import { refuseCrossSite } from './guard.ts';
import { acceptedPage, loginPage } from './login-page.ts';
import { statusOf } from './problems.ts';

const HTML = 'text/html; charset=utf-8';

/** `GET` and `POST /login`: the log-in form of the one application, complete without scripts. */
export function serveLogin(app: FastifyInstance, context: WebContext): void {
  app.get('/login', async (request, reply) => {
    limitSource(context, request, 'source', limits.sourceBucket);
    const service = await readServiceName(context.db);
    return reply.type(HTML).send(loginPage({ service, attempt: newAttempt(), framed: isFramed(request) }));
  });

  app.post('/login', { onRequest: refuseCrossSite }, async (request, reply) => {
    limitSource(context, request, 'form', limits.formBucket);
    const user = field(request.body, 'user');
    const service = await readServiceName(context.db);
    const outcome = await context.decide({
      user,
      passcode: field(request.body, 'passcode'),
      source: prepareSource(request.ip),
      applicationId: context.ownApplication.id,
      requestId: request.id,
      idempotencyKey: field(request.body, 'attempt'),
    });
    if (outcome === 'accepted')
      return reply.type(HTML).send(acceptedPage(service, prepareUserName(user) ?? user));
    await refusalFloor(reply);
    const form = {
      service,
      attempt: newAttempt(),
      user: user.slice(0, limits.userNameMax),
      refused: true,
      framed: isFramed(request),
    };
    return reply.code(statusOf('refused')).type(HTML).send(loginPage(form));
  });
}

function isFramed(request: FastifyRequest): boolean {
  return request.headers['sec-fetch-dest'] === 'iframe';
}

function newAttempt(): string {
  return randomBytes(limits.attemptKeyBytes).toString('base64url');
}
