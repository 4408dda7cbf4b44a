import type { FastifyInstance } from 'fastify';
import { credentialLimits } from '../../base/limits/credentials.ts';
import { constant, object, serviceText, text } from '../../base/shapes.ts';
import { fewestPinDigitsOf, pinProblem } from '../../subjects/users/pin.ts';
import { prepareUserName } from '../../subjects/users/users.ts';
import { changePin } from '../../subjects/validation/change-pin.ts';
import type { WebContext } from '../web/context.ts';
import { delayRefusal } from '../web/minimum-response-time.ts';
import { sendProblem } from '../web/problems.ts';
import { clientOf, idempotencyHeaders, serveForApplications } from './kit/application.ts';
import { person } from './kit/person.ts';
import { decideFor } from './validate.ts';

const { user, pin, ...others } = person;
const proof = text(credentialLimits.pinProofMax, { minLength: 1 });

/**
 * `POST /v1/pins`: the user of an application chooses a PIN, with the proof from `/v1/validate` if a PIN is due, or
 * with a passcode and the present PIN if any. Success: 200 `{"changed":true,"user":"ada"}`, which is no log-in. An
 * unacceptable PIN is 422 `pin_unfit`, with a proof for the next attempt once the user is authenticated. Everything
 * else is the refusal of `/v1/validate`.
 */
export function servePins(app: FastifyInstance, context: WebContext): void {
  serveForApplications(app, context, {
    name: 'pins.change',
    summary:
      'Set the PIN that a user chose. This needs a passcode and the current PIN, or the proof of a log-in that asked for a new PIN. It logs nobody in.',
    path: '/v1/pins',
    headers: idempotencyHeaders,
    body: object({ user, newPin: pin }, { ...others, pin, proof }),
    example: { user: 'ada', passcode: '755224', pin: '407183', newPin: '730519', source: '192.0.2.7' },
    answers: { 200: object({ changed: constant(true), user: serviceText }) },
    problems: ['refused', 'pin_unfit'],
    standing: 'seen',
    handle: async ({ request, reply, body, source, idempotencyKey }) => {
      const { newPin, proof: given, passcode = '', ...shown } = body;
      // A PIN that is never allowed uses up no passcode, and its refusal is the same for every name.
      const problem = pinProblem(newPin);
      if (problem !== undefined) return sendProblem(request, reply, 'pin_unfit', { detail: problem.text });
      const changed = await changePin(context.management, asked => decideFor(context, request, asked), {
        shown: {
          ...shown,
          passcode,
          source,
          applicationId: clientOf(request).application.id,
          requestId: request.id,
          idempotencyKey,
        },
        proof: given,
        newPin,
      });
      const name = prepareUserName(shown.user) ?? shown.user;
      if (changed.ok) {
        context.changes.announce();
        return reply.send({ changed: true, user: name });
      }
      await delayRefusal(reply);
      const left = changed.proof;
      if (left === undefined) return sendProblem(request, reply, 'refused');
      const fewestDigits = await fewestPinDigitsOf(context.db, name);
      const { text: detail } = changed.refusal;
      return sendProblem(request, reply, 'pin_unfit', { detail, pin: { proof: left, fewestDigits } });
    },
  });
}
