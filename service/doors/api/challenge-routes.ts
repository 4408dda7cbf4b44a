import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sourceKey } from '../../base/buckets.ts';
import { challengeLimits } from '../../base/limits/challenges.ts';
import { credentialLimits } from '../../base/limits/credentials.ts';
import { userLimits } from '../../base/limits/users.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { webLimits } from '../../base/limits/web.ts';
import { prepareSource } from '../../base/source.ts';
import { session, source } from '../../features/challenges/fields.ts';
import { sendAccepted } from '../web/accepted.ts';
import { limitKey, type WebContext } from '../web/context.ts';
import { refusalFloor } from '../web/floor.ts';
import { problemOf, sendProblem } from '../web/problems.ts';
import { admitApplicationNow, clientOf } from './kit/application.ts';

interface AskBody {
  readonly user: string;
  readonly session: string;
  readonly source?: string;
}

interface AnswerBody {
  readonly session: string;
  readonly passcode: string;
  readonly password?: string;
  readonly pin?: string;
  readonly source?: string;
}

/** `POST /v1/challenges`: 200 `{"id":"…","question":"12345678","expiresMs":1800000075000}`. */
export const askSchema = {
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['user', 'session'],
    properties: {
      user: { type: 'string', minLength: 1, maxLength: userLimits.userNameMax },
      session,
      source,
    },
  },
} as const;

/** `POST /v1/challenges/{id}/answer`: accepted 200 `{"accepted":true,"user":"ada"}`, otherwise as `/v1/validate` refuses. */
export const answerSchema = {
  params: {
    type: 'object',
    required: ['id'],
    properties: { id: { type: 'string', maxLength: challengeLimits.challengeIdMax } },
  },
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['session', 'passcode'],
    properties: {
      session,
      passcode: { type: 'string', maxLength: validationLimits.passcodeFieldMax },
      password: { type: 'string', maxLength: credentialLimits.passwordFieldMax },
      pin: { type: 'string', maxLength: validationLimits.passcodeFieldMax },
      source,
    },
  },
} as const;

/** Asking questions and answering them, for applications. */
export function serveChallenges(app: FastifyInstance, context: WebContext): void {
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
  const onRequest: OnRequest = request => admitApplicationNow(context, request);
  serveAsking(app, context, onRequest);
  serveAnswering(app, context, onRequest);
}

type OnRequest = (request: FastifyRequest) => Promise<void>;

function serveAsking(app: FastifyInstance, context: WebContext, onRequest: OnRequest): void {
  app.post<{ Body: AskBody }>(
    '/v1/challenges',
    {
      schema: askSchema,
      bodyLimit: webLimits.bodyMaxBytes,
      config: { permission: 'application' },
      onRequest,
    },
    async (request, reply) => {
      const { body } = request;
      const from = prepareSource(body.source ?? request.ip);
      limitKey(context, `validate:${sourceKey(from)}`, webLimits.validateBucket);
      const challenge = await context.challenges.ask({
        user: body.user,
        session: body.session,
        applicationId: clientOf(request).application.id,
      });
      // A question that nobody can answer takes as long as one for somebody.
      await refusalFloor(reply);
      return reply.type('application/json').send(JSON.stringify(challenge));
    },
  );
}

function serveAnswering(app: FastifyInstance, context: WebContext, onRequest: OnRequest): void {
  app.post<{ Body: AnswerBody; Params: { id: string } }>(
    '/v1/challenges/:id/answer',
    {
      schema: answerSchema,
      bodyLimit: webLimits.bodyMaxBytes,
      config: { permission: 'application' },
      onRequest,
    },
    async (request, reply) => {
      const { application } = clientOf(request);
      const { body, params } = request;
      const from = prepareSource(body.source ?? request.ip);
      limitKey(context, `validate:${sourceKey(from)}`, webLimits.validateBucket);
      // Read first: nothing may fail behind a yes.
      const user = await context.challenges.userOf(params.id);
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
      if (outcome !== 'accepted') {
        await refusalFloor(reply);
        return sendProblem(request, reply, 'refused');
      }
      return sendAccepted(reply, user);
    },
  );
}
