import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sourceKey } from '../../base/buckets.ts';
import { ServiceError } from '../../base/errors.ts';
import { credentialLimits } from '../../base/limits/credentials.ts';
import { userLimits } from '../../base/limits/users.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { webLimits } from '../../base/limits/web.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { prepareSource } from '../../base/source.ts';
import type { KnownApplication } from '../../features/users/application-cache.ts';
import { fewestPinDigitsOf } from '../../features/users/pin.ts';
import { prepareUserName } from '../../features/users/users.ts';
import { proofOfDue } from '../../features/validation/change-pin.ts';
import type { ValidationRequest } from '../../features/validation/request.ts';
import { sendAccepted } from '../web/accepted.ts';
import { limitKey, type WebContext } from '../web/context.ts';
import { refusalFloor } from '../web/floor.ts';
import { Problem, type ProblemExtras, problemOf, sendProblem } from '../web/problems.ts';
import { admitApplication, clientOf } from './kit/application.ts';

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
      user: { type: 'string', minLength: 1, maxLength: userLimits.userNameMax },
      passcode: { type: 'string', maxLength: validationLimits.passcodeFieldMax },
      password: { type: 'string', maxLength: credentialLimits.passwordFieldMax },
      pin: { type: 'string', maxLength: validationLimits.passcodeFieldMax },
      source: { type: 'string', maxLength: validationLimits.sourceMax },
    },
  },
  headers: {
    type: 'object',
    properties: {
      'idempotency-key': {
        type: 'string',
        minLength: validationLimits.idempotencyKeyMin,
        maxLength: validationLimits.idempotencyKeyMax,
      },
    },
  },
} as const;

/**
 * `POST /v1/validate` for applications. Accepted: 200 `{"accepted":true,"user":"ada"}`, with the name as the service has it.
 * Not accepted, whatever the reason: 403 and one problem body. The status differs, too, so a client that looks at only one
 * of them cannot take a refusal for a yes. Where a passcode was right and a PIN is due, the body says so, with what the PIN is
 * chosen with (`pins.ts`).
 */
export function serveValidate(app: FastifyInstance, context: WebContext): void {
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
  app.post<{ Body: ValidateBody }>(
    '/v1/validate',
    // Before the body is read: who has no key gets nothing parsed.
    {
      schema: validateSchema,
      bodyLimit: webLimits.bodyMaxBytes,
      config: { permission: 'application' },
      onRequest: request => admitApplication(context, request),
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const { user, passcode, password, pin } = request.body;
      const source = prepareSource(request.body.source ?? request.ip);
      limitKey(context, `validate:${sourceKey(source)}`, webLimits.validateBucket);
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
        const pin = outcome === 'new_pin' ? await pinExtras(context, request, user) : undefined;
        await refusalFloor(reply);
        return pin === undefined
          ? sendProblem(request, reply, 'refused')
          : sendProblem(request, reply, 'new_pin', { pin });
      }
      // Nobody is found by another name than this.
      return sendAccepted(reply, prepareUserName(user) ?? user);
    },
  );
}

/** What a PIN is chosen with by a user who has just shown a right passcode; undefined where it is not due any more. */
async function pinExtras(
  { management }: WebContext,
  request: FastifyRequest,
  name: string,
): Promise<ProblemExtras['pin']> {
  const proof = await proofOfDue(management, name, clientOf(request).application.id);
  return proof === undefined
    ? undefined
    : { proof, fewestDigits: await fewestPinDigitsOf(management.db, name) };
}

/** Decides for the application whose key came with the request; anew, where it has changed since this node last looked. */
export async function decideFor(
  context: WebContext,
  request: FastifyRequest,
  shown: Shown,
): Promise<Outcome> {
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
  const { user, passcode, password, pin, source, requestId, idempotencyKey, changesPin } = shown;
  // Field by field: a spread of so many costs ten times as much.
  return {
    user,
    passcode,
    password,
    pin,
    source,
    requestId,
    idempotencyKey,
    choosesPin: true,
    changesPin,
    applicationId: id,
    factors,
    standing,
  };
}
