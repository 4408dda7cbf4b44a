import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { KnownApplication } from '../people/application-cache.ts';
import { prepareUserName } from '../people/users.ts';
import type { Outcome } from '../validation/outcomes.ts';
import type { ValidationRequest } from '../validation/request.ts';
import { prepareSource } from '../validation/source.ts';
import { sendAccepted } from '../web/accepted.ts';
import { sourceKey } from '../web/buckets.ts';
import { limitKey, type WebContext } from '../web/context.ts';
import { refusalFloor } from '../web/floor.ts';
import { Problem, problemOf, sendProblem } from '../web/problems.ts';
import { admitApplication, clientOf } from './application.ts';

interface ValidateBody {
  readonly user: string;
  readonly passcode: string;
  readonly password?: string;
  readonly pin?: string;
  readonly source?: string;
}

/** What `POST /v1/validate` takes. */
export const validateSchema = {
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
 * `POST /v1/validate` for applications. Accepted: 200 `{"accepted":true,"user":"ada"}`, with the name as the service has it.
 * Not accepted, whatever the reason: 403 and one problem body. The status differs, too, so a client that looks at only one
 * of them cannot take a refusal for a yes.
 */
export function serveValidate(app: FastifyInstance, context: WebContext): void {
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
  app.post<{ Body: ValidateBody }>(
    '/v1/validate',
    // Before the body is read: who has no key gets nothing parsed.
    {
      schema: validateSchema,
      bodyLimit: limits.bodyMaxBytes,
      config: { permission: 'application' },
      onRequest: request => admitApplication(context, request),
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const { user, passcode, password, pin } = request.body;
      const source = prepareSource(request.body.source ?? request.ip);
      limitKey(context, `validate:${sourceKey(source)}`, limits.validateBucket);
      const outcome = await decideFor(context, request, {
        user,
        passcode,
        password,
        pin,
        source,
        requestId: request.id,
        idempotencyKey: typeof key === 'string' ? key : undefined,
      });
      if (outcome !== 'accepted') {
        await refusalFloor(reply);
        return sendProblem(request, reply, 'refused');
      }
      // Nobody is found by another name than this.
      return sendAccepted(reply, prepareUserName(user) ?? user);
    },
  );
}

/** Decides for the application whose key came with the request; anew, where it has changed since this node last looked. */
async function decideFor(context: WebContext, request: FastifyRequest, shown: Shown): Promise<Outcome> {
  const client = clientOf(request);
  try {
    return await context.decide(requestOf(client.application, shown));
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'application_changed') throw error;
    context.applications.forget(client.apiKey);
    const application = await context.applications.find(client.apiKey);
    if (application === undefined) throw new Problem('unauthorised');
    return await context.decide(requestOf(application, shown));
  }
}

type Shown = Omit<ValidationRequest, 'applicationId' | 'factors' | 'standing'>;

function requestOf({ id, factors, standing }: KnownApplication, shown: Shown): ValidationRequest {
  const { user, passcode, password, pin, source, requestId, idempotencyKey } = shown;
  // Field by field: a spread of so many costs ten times as much.
  return {
    user,
    passcode,
    password,
    pin,
    source,
    requestId,
    idempotencyKey,
    applicationId: id,
    factors,
    standing,
  };
}
