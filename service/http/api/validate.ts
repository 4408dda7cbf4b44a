import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../../base/errors.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { object } from '../../base/shapes.ts';
import type { KnownApplication } from '../../subjects/applications/cache.ts';
import { fewestPinDigitsOf } from '../../subjects/users/pin.ts';
import { prepareUserName } from '../../subjects/users/users.ts';
import { proofOfDue } from '../../subjects/validation/change-pin.ts';
import type { ValidationRequest } from '../../subjects/validation/request.ts';
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

const { user, passcode, ...others } = person;

/**
 * `POST /v1/validate` for applications. Accepted: 200 `{"accepted":true,"user":"ada"}`, with the canonical user name.
 * Refused, for whatever reason: 403 and one problem body. The status differs, too, so a client that checks only one
 * of them cannot take a refusal for an acceptance. After a right passcode with a PIN due, the body says so, with the
 * proof for choosing one (`pins.ts`).
 */
export function serveValidate(app: FastifyInstance, context: WebContext): void {
  serveForApplications(app, context, {
    name: 'validate',
    summary: 'Decide one log-in for an application.',
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

/** Returns the fields for choosing a PIN after a right passcode; undefined if no PIN is due any more. */
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

/**
 * Decides for the application of the request's key; again if that application has changed since this node last
 * looked.
 */
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
    lockState: standing,
  };
}
