import { ServiceError } from '../base/errors.ts';
import { tokenLimits } from '../base/limits/tokens.ts';
import { validationLimits } from '../base/limits/validation.ts';
import type { Outcome } from '../base/outcomes.ts';
import { separators } from '../base/passcode.ts';
import { radiusTexts } from '../base/texts/radius.ts';
import type { KnownClient, KnownClients } from '../subjects/radius-clients/known-clients.ts';
import { outOfStep } from '../subjects/tokens/codes/out-of-step.ts';
import { resyncTokenOfUser } from '../subjects/tokens/codes/resync.ts';
import type { ValidationRequest } from '../subjects/validation/request.ts';
import { splitPassword } from './field.ts';
import { confirmPin, requestNewPin, setPin } from './new-pin.ts';
import {
  awaitPress,
  dropPress,
  PRESS_REQUEST_SUFFIX,
  type Pressing,
  pressFactors,
  requestPress,
} from './push.ts';
import { acceptOf, challenge, type Reply, reject } from './replies.ts';
import { type AccessRequest, idempotencyKeyOf, type RadiusRequest, readRequest } from './request.ts';
import { type RedeemedState, redeemState, type StateOwner } from './states.ts';

/** The objects that decide log-ins over RADIUS. */
export interface Deciding extends Pressing {
  readonly clients: KnownClients;
  /** The engine that decides log-ins of every transport. */
  readonly decide: (request: ValidationRequest) => Promise<Outcome>;
}

/**
 * Decides an Access-Request. Only Access-Accept lets a user in, and only the engine decides it.
 *
 * @throws ServiceError `busy`, or a database error; then nothing was accepted, and no response is sent
 */
export async function answerAccess(deciding: Deciding, asked: AccessRequest): Promise<Reply> {
  const request = readRequest(asked);
  if (request === undefined || asked.client.application === undefined) return reject;
  const bound = { clientId: asked.client.id, user: request.user };
  if (request.state !== undefined) {
    const taken = await redeemState(deciding.management, request.state, bound, asked.packet.bytes);
    return taken === undefined ? reject : await goOn(deciding, asked, request, { ...taken, bound });
  }
  return await begin(deciding, asked, request, bound);
}

/** Starts a log-in by the typed field, or by an approval on the fob. */
async function begin(
  deciding: Deciding,
  asked: AccessRequest,
  request: RadiusRequest,
  bound: StateOwner,
): Promise<Reply> {
  const typed = pressFactors(request.field, asked.client.application?.factors ?? 'otp');
  return typed === undefined
    ? await logIn(deciding, asked, request, bound)
    : await requestPress(deciding, asked, request, typed);
}

/** Continues after an Access-Challenge. */
async function goOn(
  deciding: Deciding,
  asked: AccessRequest,
  request: RadiusRequest,
  { awaited, isRepeat, bound }: RedeemedState & { readonly bound: StateOwner },
): Promise<Reply> {
  const { management } = deciding;
  switch (awaited.kind) {
    case 'log_in':
      return await begin(deciding, asked, request, bound);
    case 'press':
      if (!mayHoldPasscode(request.field)) return await awaitPress(deciding, asked, request, awaited);
      await dropPress(deciding, asked, awaited);
      return await logIn(deciding, asked, request, bound);
    case 'new_pin':
      return await confirmPin(management, bound, request, awaited.proof);
    case 'same_pin':
      return await setPin(management, bound, request, {
        mac: awaited.mac,
        proof: awaited.proof,
        applicationId: asked.client.application?.id ?? '',
      });
    case 'next_code': {
      // A second check of the same packet would count as a failure.
      if (isRepeat) return reject;
      const { userId, first } = awaited;
      const { user, source, requestId, field } = request;
      const actor = { name: user, role: 'user', source, requestId } as const;
      // Both passcodes are then used up: a log-in needs a later one. The challenge is opened first, as for a PIN.
      const isFound = await challenge(management, bound, { kind: 'log_in' }, radiusTexts.logInAgain);
      const found = await resyncTokenOfUser(management, actor, { userId, first, second: field });
      return found.ok ? isFound : reject;
    }
  }
}

/**
 * Whether a field typed while an approval is awaited is a log-in with a passcode: it is long enough for one of some
 * alphabet, and requests no approval. The user's own tokens are not checked, which would reveal who has which.
 */
function mayHoldPasscode(field: string): boolean {
  return (
    !field.endsWith(PRESS_REQUEST_SUFFIX) && field.replace(separators, '').length >= tokenLimits.passcodeMin
  );
}

async function logIn(
  deciding: Deciding,
  asked: AccessRequest,
  request: RadiusRequest,
  bound: StateOwner,
): Promise<Reply> {
  const { management } = deciding;
  const { user, field } = request;
  const factors = asked.client.application?.factors ?? 'otp';
  const typed = await splitPassword(management, user, { field, factors });
  if (typed.passcode.length > validationLimits.passcodeFieldMax) return reject;
  const outcome = await decided(deciding, asked, { ...typed, ...request });
  if (outcome === 'accepted') return acceptOf(user);
  if (outcome === 'new_pin')
    return await requestNewPin(management, bound, asked.client.application?.id ?? '');
  if (outcome === 'found')
    return await challenge(management, bound, { kind: 'log_in' }, radiusTexts.logInAgain);
  const off = outcome === 'wrong' ? await outOfStep(management, user, typed.passcode) : undefined;
  if (off === undefined) return reject;
  const awaited = { kind: 'next_code', userId: off.userId, first: typed.passcode } as const;
  return await challenge(management, bound, awaited, radiusTexts.nextCode);
}

type ShownCredentials = Pick<
  ValidationRequest,
  'user' | 'passcode' | 'pin' | 'password' | 'source' | 'requestId'
>;

/** Lets the engine decide once; again if the application has changed since this node last looked. */
async function decided(
  deciding: Deciding,
  asked: AccessRequest,
  { user, passcode, pin, password, source, requestId }: ShownCredentials,
): Promise<Outcome | undefined> {
  const shown = { user, passcode, pin, password, source, requestId };
  const { client, address } = asked;
  const idempotencyKey = { door: 'radius', value: idempotencyKeyOf(asked) };
  const ask = async ({ application }: KnownClient) => {
    if (application === undefined) return undefined;
    const { id: applicationId, factors, standing } = application;
    return await deciding.decide({
      ...shown,
      applicationId,
      factors,
      lockState: standing,
      choosesPin: true,
      idempotencyKey,
    });
  };
  try {
    return await ask(client);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'application_changed') throw error;
    deciding.clients.forget();
    const now = await deciding.clients.find(address);
    // The field was split according to the earlier factors.
    const isSame = now?.application?.factors === client.application?.factors;
    return now?.id === client.id && isSame ? await ask(now) : undefined;
  }
}
