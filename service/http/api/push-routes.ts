import type { FastifyInstance } from 'fastify';
import { pushLimits } from '../../base/limits/push.ts';
import { constant, described, nothing, object, serviceText, time, whole } from '../../base/shapes.ts';
import { shownNumber } from '../../subjects/push/shown.ts';
import type { WebContext } from '../web/context.ts';
import { whenOver } from '../web/exchange.ts';
import { delayRefusal } from '../web/minimum-response-time.ts';
import { sendProblem } from '../web/problems.ts';
import {
  acceptedAnswer,
  clientOf,
  idempotencyHeaders,
  sendAccepted,
  serveForApplications,
} from './kit/application.ts';
import { askedParams, person, session } from './kit/person.ts';

const { user, password, pin, source } = person;
const exampleSession = 'what-the-browser-is-known-by';

/** Serves requests to approve on the user's fob, for applications. */
export function servePushes(app: FastifyInstance, context: WebContext): void {
  app.addHook('preClose', async () => context.pushes.end());
  serveAsking(app, context);
  serveTaking(app, context);
  serveWithdrawing(app, context);
}

/** `POST /v1/pushes`: 200 `{"id":"…","number":"07","expiresMs":1800000060000}`, the same for every user name. */
function serveAsking(app: FastifyInstance, context: WebContext): void {
  serveForApplications(app, context, {
    name: 'pushes.ask',
    summary:
      'Ask the user’s fob to approve a log-in. The response is the same for an unknown user and for a user without such a fob. Show the number: the fob shows the same one.',
    path: '/v1/pushes',
    body: object({ user, session }, { password, pin, source }),
    example: { user: 'ada', session: exampleSession, source: '192.0.2.7' },
    answers: {
      200: object({ id: serviceText, number: described(serviceText, 'Two digits.'), expiresMs: time }),
    },
    standing: 'now',
    handle: async ({ request, reply, body, source: from }) => {
      const { id, number, expiresMs } = await context.pushes.ask({
        user: body.user,
        session: body.session,
        password: body.password,
        pin: body.pin,
        applicationId: clientOf(request).application.id,
        source: from,
        isSourceKnown: body.source !== undefined,
        requestId: request.id,
      });
      // A request for no fob takes as long as one for a real fob.
      await delayRefusal(reply);
      return reply.send({ id, number: shownNumber(number), expiresMs });
    },
  });
}

/**
 * `POST /v1/pushes/{id}/take`: accepted 200 `{"accepted":true,"user":"ada"}`; 202 `{"state":"waiting"}` if there is
 * no decision at the end of the wait; otherwise the refusal of `/v1/validate`.
 */
function serveTaking(app: FastifyInstance, context: WebContext): void {
  serveForApplications(app, context, {
    name: 'pushes.take',
    summary:
      'Log in with an approved request, once, for the session and the application that asked. 202 if the request is still undecided after up to `waitMs`.',
    path: '/v1/pushes/:id/take',
    params: askedParams,
    headers: idempotencyHeaders,
    body: object({ session }, { waitMs: whole(0, pushLimits.pushWaitMaxMs), source }),
    example: { session: exampleSession, waitMs: 20_000, source: '192.0.2.7' },
    answers: { 200: acceptedAnswer, 202: object({ state: constant('waiting') }) },
    problems: ['refused'],
    standing: 'now',
    handle: async ({ request, reply, params, body, source: from, idempotencyKey }) => {
      // Read first: after an acceptance nothing may fail.
      const name = await context.pushes.userOf(params.id);
      const gone = new AbortController();
      whenOver(reply.raw, () => gone.abort());
      const { id: applicationId, standing } = clientOf(request).application;
      const outcome = await context.pushes.take({
        id: params.id,
        session: body.session,
        waitMs: body.waitMs,
        signal: gone.signal,
        applicationId,
        standing,
        source: from,
        requestId: request.id,
        idempotencyKey: idempotencyKey?.value,
      });
      if (outcome === 'accepted') return sendAccepted(reply, name);
      await delayRefusal(reply);
      return outcome === 'waiting'
        ? reply.code(202).send({ state: 'waiting' })
        : sendProblem(request, reply, 'refused');
    },
  });
}

/** `POST /v1/pushes/{id}/withdraw`: 204, even if there is nothing to withdraw. */
function serveWithdrawing(app: FastifyInstance, context: WebContext): void {
  serveForApplications(app, context, {
    name: 'pushes.withdraw',
    summary: 'Withdraw the request. The fob drops it.',
    path: '/v1/pushes/:id/withdraw',
    params: askedParams,
    body: object({ session }),
    example: { session: exampleSession },
    answers: { 204: nothing },
    standing: 'now',
    handle: async ({ request, reply, params, body }) => {
      const applicationId = clientOf(request).application.id;
      await context.pushes.withdraw({ id: params.id, session: body.session, applicationId });
      return reply.code(204).send();
    },
  });
}
