import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '../limits.ts';
import { type Application, applicationOfKey } from '../people/applications.ts';
import { prepareSource } from '../validation/source.ts';
import { sourceKey } from './buckets.ts';
import { limitKey, limitSource, type WebContext } from './context.ts';
import { refusalFloor } from './floor.ts';
import { mayRetry, Problem, type ProblemCode, problemJson, problemOf, statusOf } from './problems.ts';

interface ValidateBody {
  readonly user: string;
  readonly passcode: string;
  readonly password?: string;
  readonly pin?: string;
  readonly source?: string;
}

const validateSchema = {
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['user', 'passcode'],
    properties: {
      user: { type: 'string', minLength: 1, maxLength: limits.userNameMax },
      passcode: { type: 'string', maxLength: limits.passcodeFieldMax },
      password: { type: 'string', maxLength: limits.passwordFieldMax },
      pin: { type: 'string', maxLength: limits.passcodeFieldMax },
      source: { type: 'string', maxLength: limits.sourceMax },
    },
  },
  headers: {
    type: 'object',
    properties: {
      'idempotency-key': {
        type: 'string',
        minLength: limits.idempotencyKeyMin,
        maxLength: limits.idempotencyKeyMax,
      },
    },
  },
} as const;

/**
 * `POST /v1/validate` for applications. Accepted: 200 `{"accepted":true}`. Not accepted, whatever the reason: 403 and
 * one problem body. The status differs, too, so a client that looks at only one of them cannot take a refusal for a yes.
 */
export function serveApi(app: FastifyInstance, context: WebContext): void {
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
  app.post<{ Body: ValidateBody }>(
    '/v1/validate',
    // Before the body is read: who has no key gets nothing parsed.
    { schema: validateSchema, onRequest: request => authenticate(context, request) },
    async (request, reply) => {
      const application = applicationOf(request);
      const key = request.headers['idempotency-key'];
      const { user, passcode, password, pin } = request.body;
      const source = prepareSource(request.body.source ?? request.ip);
      limitKey(context, `validate:${sourceKey(source)}`, limits.validateBucket);
      const outcome = await context.decide({
        user,
        passcode,
        password,
        pin,
        source,
        applicationId: application.id,
        factors: application.factors,
        requestId: request.id,
        idempotencyKey: typeof key === 'string' ? key : undefined,
      });
      if (outcome !== 'accepted') {
        await refusalFloor(reply);
        return sendProblem(request, reply, 'refused');
      }
      return reply.type('application/json').send('{"accepted":true}');
    },
  );
}

const applications = new WeakMap<FastifyRequest, Application>();

/** Takes the request as its application's. @throws Problem `unauthorised`, `too_many` */
export async function authenticate(context: WebContext, request: FastifyRequest): Promise<void> {
  const [scheme, key] = (request.headers.authorization ?? '').split(' ');
  const application =
    scheme?.toLowerCase() === 'bearer' && key !== undefined
      ? await applicationOfKey(context.db, key)
      : undefined;
  if (application === undefined) {
    limitSource(context, request, 'source', limits.sourceBucket);
    throw new Problem('unauthorised');
  }
  limitKey(context, `application:${application.id}`, limits.applicationBucket);
  applications.set(request, application);
}

/** The application that `authenticate` found. */
export function applicationOf(request: FastifyRequest): Application {
  const application = applications.get(request);
  if (application === undefined) throw new Problem('unauthorised');
  return application;
}

/** Sends a problem as `application/problem+json`. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, code: ProblemCode): FastifyReply {
  if (mayRetry(code)) reply.header('retry-after', limits.retryAfterSeconds);
  if (code === 'unauthorised') reply.header('www-authenticate', 'Bearer');
  return reply.code(statusOf(code)).type('application/problem+json').send(problemJson(code, request.id));
}
