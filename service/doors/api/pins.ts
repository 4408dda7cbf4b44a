import type { FastifyInstance } from 'fastify';
import { sourceKey } from '../../base/buckets.ts';
import { credentialLimits } from '../../base/limits/credentials.ts';
import { webLimits } from '../../base/limits/web.ts';
import { prepareSource } from '../../base/source.ts';
import { fewestPinDigitsOf, pinProblem } from '../../features/users/pin.ts';
import { prepareUserName } from '../../features/users/users.ts';
import { changePin } from '../../features/validation/change-pin.ts';
import { limitKey, type WebContext } from '../web/context.ts';
import { refusalFloor } from '../web/floor.ts';
import { problemOf, sendProblem } from '../web/problems.ts';
import { admitApplication, clientOf } from './kit/application.ts';
import { decideFor, validateSchema } from './validate.ts';

interface PinBody {
  readonly user: string;
  readonly newPin: string;
  readonly proof?: string;
  readonly passcode?: string;
  readonly password?: string;
  readonly pin?: string;
  readonly source?: string;
}

const { user, passcode, password, pin, source } = validateSchema.body.properties;

/** What `POST /v1/pins` takes. */
export const pinSchema = {
  ...validateSchema,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['user', 'newPin'],
    properties: {
      user,
      newPin: pin,
      proof: { type: 'string', minLength: 1, maxLength: credentialLimits.pinProofMax },
      passcode,
      password,
      pin,
      source,
    },
  },
} as const;

/**
 * `POST /v1/pins`: the user of an application chooses a PIN, by the proof that `/v1/validate` gave when one was due, or by a
 * passcode and the present PIN where there is one. Done: 200 `{"changed":true,"user":"ada"}`, which lets nobody in. A PIN that
 * cannot be taken is 422 `pin_unfit`, with a proof to send another by once the user is proved to be there. Everything else is
 * the refusal of `/v1/validate`.
 */
export function servePins(app: FastifyInstance, context: WebContext): void {
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
  app.post<{ Body: PinBody }>(
    '/v1/pins',
    {
      bodyLimit: webLimits.bodyMaxBytes,
      schema: pinSchema,
      config: { permission: 'application' },
      onRequest: request => admitApplication(context, request),
    },
    async (request, reply) => {
      const { newPin, proof, passcode: shown = '', ...given } = request.body;
      const from = prepareSource(given.source ?? request.ip);
      limitKey(context, `validate:${sourceKey(from)}`, webLimits.validateBucket);
      // What nobody may have as a PIN costs no passcode, and is the same for every name.
      const problem = pinProblem(newPin);
      if (problem !== undefined) return sendProblem(request, reply, 'pin_unfit', { detail: problem.text });
      const key = request.headers['idempotency-key'];
      const changed = await changePin(context.management, asked => decideFor(context, request, asked), {
        shown: {
          ...given,
          passcode: shown,
          source: from,
          applicationId: clientOf(request).application.id,
          requestId: request.id,
          idempotencyKey: typeof key === 'string' ? key : undefined,
        },
        proof,
        newPin,
      });
      const name = prepareUserName(given.user) ?? given.user;
      if (changed.ok) {
        context.changes.announce();
        return reply.type('application/json').send(JSON.stringify({ changed: true, user: name }));
      }
      await refusalFloor(reply);
      const left = changed.proof;
      if (left === undefined) return sendProblem(request, reply, 'refused');
      const fewestDigits = await fewestPinDigitsOf(context.db, name);
      const { text: detail } = changed.refusal;
      return sendProblem(request, reply, 'pin_unfit', { detail, pin: { proof: left, fewestDigits } });
    },
  );
}
