import { timingSafeEqual } from 'node:crypto';
import { userLimits } from '../base/limits/users.ts';
import { radiusTexts } from '../base/texts/radius.ts';
import { macOf } from '../storage/encryption-at-rest/seal.ts';
import type { Management } from '../storage/management.ts';
import { choosePin } from '../subjects/users/credentials/pins.ts';
import { fewestPinDigitsOf, pinProblem } from '../subjects/users/pin.ts';
import { proofOfDue } from '../subjects/validation/change-pin.ts';
import { challenge, type Reply, reject } from './replies.ts';
import type { RadiusRequest } from './request.ts';
import type { StateOwner } from './states.ts';

/** The choice of a PIN: the application, and the proof that the user is there. */
interface Choosing {
  readonly applicationId: string;
  readonly proof: string;
}

/**
 * Asks for a new PIN after a right passcode, which is used up, of a user whose PIN is due. A user who has proved
 * nothing is never asked.
 */
export async function requestNewPin(
  management: Management,
  bound: StateOwner,
  applicationId: string,
): Promise<Reply> {
  const proof = await proofOfDue(management, bound.user, applicationId);
  if (proof === undefined) return reject;
  const text = radiusTexts.newPin(await fewestPinDigitsOf(management.db, bound.user));
  return challenge(management, bound, { kind: 'new_pin', proof }, text);
}

/** Checks a chosen PIN against the general rules, and asks for it a second time. */
export async function confirmPin(
  management: Management,
  bound: StateOwner,
  { field }: RadiusRequest,
  proof: string,
): Promise<Reply> {
  const fewest = await fewestPinDigitsOf(management.db, bound.user);
  const problem = pinProblem(field, fewest);
  if (problem !== undefined) {
    const text = radiusTexts.pins[problem.code](fewest);
    return await challenge(management, bound, { kind: 'new_pin', proof }, text);
  }
  const mac = digestOf(management, bound, field);
  return await challenge(management, bound, { kind: 'same_pin', mac, proof }, radiusTexts.samePin);
}

/**
 * Sets the PIN if both match, and asks for a log-in with it and the next passcode, because this passcode is used up.
 * If no PIN is due any more, the request is refused.
 *
 * @throws ServiceError `busy`
 */
export async function setPin(
  management: Management,
  bound: StateOwner,
  { user, field, source, requestId }: RadiusRequest,
  { mac, ...choosing }: Choosing & { readonly mac: string },
): Promise<Reply> {
  const isSame = timingSafeEqual(Buffer.from(digestOf(management, bound, field)), Buffer.from(mac));
  if (!isSame) {
    const { proof } = choosing;
    return await challenge(management, bound, { kind: 'new_pin', proof }, radiusTexts.otherPin);
  }
  const actor = { name: user.slice(0, userLimits.userNameMax), role: 'user', source, requestId } as const;
  // Opened first: once the PIN is set, a busy database cannot prevent the message to the user.
  const isSet = await challenge(management, bound, { kind: 'log_in' }, radiusTexts.pinIsSet);
  const chosen = await choosePin(management, actor, { user, pin: field, ...choosing });
  return chosen.ok ? isSet : reject;
}

function digestOf({ keys }: Management, { clientId, user }: StateOwner, pin: string): string {
  return macOf(keys, 'new-pin', [clientId, user, pin]);
}
