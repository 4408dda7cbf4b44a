import { tokenLimits } from '../limits/tokens.ts';
import { userLimits } from '../limits/users.ts';
import { apiRefusals } from './api.ts';
import { careRefusals } from './care.ts';
import { challengeRefusals } from './challenges.ts';
import { consoleRefusals } from './console.ts';
import { enrolmentRefusals } from './enrolment.ts';
import { mailRefusals } from './mail.ts';
import { pushRefusals } from './push.ts';
import { radiusRefusals } from './radius.ts';
import { recordRefusals } from './records.ts';
import { selfServiceRefusals } from './self-service.ts';
import { tokenRefusals } from './tokens.ts';
import { userRefusals } from './users.ts';

/** Statuses of refusals: for invalid requests, missing items and conflicts. */
type RefusalStatus = 400 | 404 | 409 | 413 | 422 | 423 | 429 | 502;

/**
 * Every refusal of an action: its status over HTTP and what to do. 400: a value out of its bounds; 404: an item of the
 * address or the body does not exist; 409: a conflict with the present state; 413: too much at once; 422: understood, but
 * not possible; 423: locked; 429: too often; 502: another server refused.
 */
const refusals = {
  bad_user: [
    400,
    `The user name is empty, too long or holds control characters. Use 1 to ${userLimits.userNameMax} ordinary characters.`,
  ],
  bad_serial: [
    400,
    `The serial number must be 1 to ${tokenLimits.serialMax} visible ASCII characters without spaces.`,
  ],
  bad_kind: [400, 'The token kind must be hotp or totp, or ocra for a token by itself.'],
  bad_algorithm: [400, 'The algorithm must be sha1, sha256 or sha512.'],
  bad_digits: [400, `A passcode has ${tokenLimits.digitsMin} to ${tokenLimits.digitsMax} digits.`],
  bad_period: [
    400,
    `The period must be a whole number from ${tokenLimits.periodMinSeconds} to ${tokenLimits.periodMaxSeconds} seconds.`,
  ],
  bad_look_ahead: [
    400,
    `The look-ahead must be a whole number from ${tokenLimits.lookAheadMin} to ${tokenLimits.lookAheadMax} passcodes.`,
  ],
  bad_counter: [400, `The counter must be a whole number from 0 to ${tokenLimits.counterMax}.`],
  bad_secret: [
    400,
    `The secret must be ${tokenLimits.secretMinBytes} to ${tokenLimits.secretMaxBytes} bytes long.`,
  ],
  bad_issuer: [400, `The issuer is longer than ${tokenLimits.issuerMaxBytes} bytes. Shorten it.`],
  bad_label: [400, `The label is longer than ${tokenLimits.labelMaxBytes} bytes. Shorten it.`],
  serial_taken: [409, 'A token with this serial number exists already. Check the serial number.'],
  too_many_tokens: [409, `This user has ${tokenLimits.tokensPerUserMax} tokens already. Revoke one first.`],
  unknown_serial: [404, 'There is no token with this serial number.'],
  bad_transition: [409, 'The state of the token does not allow this. Check the state of the token.'],
  ...careRefusals,
  ...challengeRefusals,
  ...userRefusals,
  ...recordRefusals,
  ...tokenRefusals,
  ...apiRefusals,
  ...consoleRefusals,
  ...enrolmentRefusals,
  ...mailRefusals,
  ...selfServiceRefusals,
  ...pushRefusals,
  ...radiusRefusals,
} as const satisfies Record<string, readonly [RefusalStatus, string]>;

/** The reason why an administrative action was refused: a name in the catalogue. */
export type RefusalCode = keyof typeof refusals;

function partOf<const P extends 0 | 1>(part: P) {
  const pairs = Object.entries(refusals).map(([code, refusal]) => [code, refusal[part]]);
  return Object.fromEntries(pairs) as { readonly [C in RefusalCode]: (typeof refusals)[C][P] };
}

export const refusalStatuses = partOf(0);
export const refusalTexts = partOf(1);
