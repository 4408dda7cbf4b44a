import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../../base/errors.ts';
import type { Outcome } from '../../base/outcomes.ts';
import type { KnownApplication } from '../../features/users/application-cache.ts';
import { fewestPinDigitsOf } from '../../features/users/pin.ts';
import { prepareUserName } from '../../features/users/users.ts';
import { proofOfDue } from '../../features/validation/change-pin.ts';
import type { ValidationRequest } from '../../features/validation/request.ts';
import type { WebContext } from '../web/context.ts';
import { delayRefusal } from '../web/minimum-response-time.ts';
import { Problem, type ProblemExtras, sendProblem } from '../web/problems.ts';
import {
  acceptedAnswer,
  clientOf,
  idempotencyHeaders,
  sendAccepted,
  serveForApplications,
} from './kit/application.ts';
import { person } from './kit/person.ts';
import { object } from './kit/shapes.ts';

const { user, passcode, ...others } = person;

/**
 * `POST /v1/validate` for applications. Accepted: 200 `{"accepted":true,"user":"ada"}`, with the name as the service has it.
 * Not accepted, whatever the reason: 403 and one problem body. The status differs, too, so a client that looks at only one
 * of them cannot take a refusal for a yes. Where a passcode was right and a PIN is due, the body says so, with what the PIN is
 * chosen with (`pins.ts`).
 */
export function serveValidate(app: FastifyInstance, context: WebContext): void {
  serveForApplications(app, context, {
    name: 'validate',
    path: '/v1/validate',
    headers: idempotencyHeaders,
    body: object({ user, passcode }, others),
    example: { user: 'ada', passcode: '755224', source: '192.0.2.7' },
    answers: { 200: acceptedAnswer },
    problems: ['refused', 'new_pin'],
    standing: 'seen',
    handle: async ({ request, reply, body, source, idempotencyKey }) => {
      const outcome = await decideFor(context, request, {
        user: body.user,
        passcode: body.passcode,
        password: body.password,
        pin: body.pin,
        source,
        requestId: request.id,
        idempotencyKey,
      });
      // The canonical user name; other spellings are not found.
      if (outcome === 'accepted') return sendAccepted(reply, prepareUserName(body.user) ?? body.user);
      const pin = outcome === 'new_pin' ? await pinExtras(context, request, body.user) : undefined;
      await delayRefusal(reply);
      return pin === undefined
        ? sendProblem(request, reply, 'refused')
        : sendProblem(request, reply, 'new_pin', { pin });
    },
  });
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
  shown: ValidationFields,
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

type ValidationFields = Omit<ValidationRequest, 'applicationId' | 'factors' | 'standing'>;

function requestOf({ id, factors, standing }: KnownApplication, shown: ValidationFields): ValidationRequest {
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
