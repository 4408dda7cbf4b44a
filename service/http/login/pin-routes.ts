import { PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '@passfob/protocol/limits';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { prepareSource } from '../../base/source.ts';
import { texts } from '../../base/texts/texts.ts';
import { fewestPinDigitsOf } from '../../subjects/users/pin.ts';
import { readServiceName } from '../../subjects/users/settings.ts';
import { changePin, proofOfDue } from '../../subjects/validation/change-pin.ts';
import { formBySource } from '../web/access.ts';
import type { WebContext } from '../web/context.ts';
import { attemptOf, field, newAttempt } from '../web/forms.ts';
import { delayRefusal } from '../web/minimum-response-time.ts';
import { statusOf } from '../web/problems.ts';
import { receiveForm } from '../web/route.ts';
import { choosePinPage, type PinGoal, pinNotSetPage, pinSetPage } from './pin-page.ts';

const HTML = 'text/html; charset=utf-8';

/**
 * Returns the form for a PIN, after the outcome `new_pin` of a log-in of the service's own application. It lets
 * nobody in.
 *
 * @returns undefined if no PIN is due any more
 */
export async function duePinPage(
  { db, management, ownApplication }: WebContext,
  user: string,
  to: PinGoal,
): Promise<string | undefined> {
  const proof = await proofOfDue(management, user, ownApplication.id);
  if (proof === undefined) return undefined;
  const service = await readServiceName(db);
  const fewest = await fewestPinDigitsOf(db, user);
  return choosePinPage({ service, user, proof, attempt: newAttempt(), fewest, to });
}

/** `POST /login/pin`: receives the chosen PIN. */
export function servePinForm(app: FastifyInstance, context: WebContext): void {
  receiveForm(app, '/login/pin', formBySource(context), (request, reply) =>
    setPin(context, request, reply.type(HTML)),
  );
}

async function setPin(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { body } = request;
  const [user, proof, newPin] = [field(body, 'user'), field(body, 'proof'), field(body, 'newPin')];
  const to: PinGoal = field(body, 'to') === 'me' ? 'me' : 'login';
  const again = async (problem: string) => {
    const service = await readServiceName(context.db);
    const fewest = fewestOf(field(body, 'fewest'));
    const page = choosePinPage({ service, user, proof, attempt: newAttempt(), fewest, to, problem });
    return reply.code(statusOf('pin_unfit')).send(page);
  };
  if (newPin !== field(body, 'again')) return again(texts.pinForm.different);
  const changed = await changePin(context.management, context.decide, {
    shown: {
      user,
      passcode: '',
      source: prepareSource(request.ip),
      applicationId: context.ownApplication.id,
      requestId: request.id,
      idempotencyKey: attemptOf(request),
    },
    proof,
    newPin,
  });
  if (changed.ok) {
    context.changes.announce();
    return reply.send(pinSetPage(to));
  }
  if (changed.proof !== undefined) return again(changed.refusal.text);
  await delayRefusal(reply);
  return reply.code(statusOf('refused')).send(pinNotSetPage(to));
}

/** Returns the form's own value, for its text only: the validator checks the policy again. */
function fewestOf(typed: string): number {
  const fewest = Number(typed);
  return Number.isInteger(fewest) && fewest >= PIN_DIGITS_MIN && fewest <= PIN_DIGITS_MAX
    ? fewest
    : PIN_DIGITS_MIN;
}
