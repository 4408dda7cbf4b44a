import type { FastifyInstance } from 'fastify';
import { described, object, serviceText, time } from '../../base/shapes.ts';
import type { WebContext } from '../web/context.ts';
import { delayRefusal } from '../web/minimum-response-time.ts';
import { sendProblem } from '../web/problems.ts';
import { acceptedAnswer, clientOf, sendAccepted, serveForApplications } from './kit/application.ts';
import { askedParams, person, session } from './kit/person.ts';

const { user, passcode, password, pin, source } = person;
const exampleSession = 'what-the-browser-is-known-by';

/** Serves questions and answers (OCRA, RFC 6287), for applications. */
export function serveChallenges(app: FastifyInstance, context: WebContext): void {
  serveAsking(app, context);
  serveAnswering(app, context);
}

/** `POST /v1/challenges`: 200 `{"id":"…","question":"12345678","expiresMs":1800000075000}`. */
function serveAsking(app: FastifyInstance, context: WebContext): void {
  serveForApplications(app, context, {
    name: 'challenges.ask',
    summary:
      'Create a question for the user’s fob. The response is the same for an unknown user and for a user without such a fob. A new question ends the user’s earlier one.',
    path: '/v1/challenges',
    body: object({ user, session }, { source }),
    example: { user: 'ada', session: exampleSession, source: '192.0.2.7' },
    answers: {
      200: object({
        id: serviceText,
        question: described(serviceText, 'Decimal digits, to be shown to the user.'),
        expiresMs: time,
      }),
    },
    standing: 'now',
    handle: async ({ request, reply, body }) => {
      const challenge = await context.challenges.ask({
        user: body.user,
        session: body.session,
        applicationId: clientOf(request).application.id,
      });
      // A question for no token takes as long as one for a real token.
      await delayRefusal(reply);
      return reply.send(challenge);
    },
  });
}

/**
 * `POST /v1/challenges/{id}/answer`: accepted 200 `{"accepted":true,"user":"ada"}`, otherwise the refusal of
 * `/v1/validate`.
 */
function serveAnswering(app: FastifyInstance, context: WebContext): void {
  serveForApplications(app, context, {
    name: 'challenges.answer',
    summary:
      'Log in with the answer to a question, once, within a minute, for the session and the application that asked. All other requests get the same refusal.',
    path: '/v1/challenges/:id/answer',
    params: askedParams,
    body: object({ session, passcode }, { password, pin, source }),
    example: { session: exampleSession, passcode: '237653', source: '192.0.2.7' },
    answers: { 200: acceptedAnswer },
    problems: ['refused'],
    standing: 'now',
    handle: async ({ request, reply, params, body, source: from }) => {
      const { application } = clientOf(request);
      // Read first: after an acceptance nothing may fail.
      const name = await context.challenges.userOf(params.id);
      const outcome = await context.challenges.answer({
        id: params.id,
        session: body.session,
        passcode: body.passcode,
        password: body.password,
        pin: body.pin,
        applicationId: application.id,
        factors: application.factors,
        standing: application.standing,
        source: from,
        requestId: request.id,
      });
      if (outcome === 'accepted') return sendAccepted(reply, name);
      await delayRefusal(reply);
      return sendProblem(request, reply, 'refused');
    },
  });
}
