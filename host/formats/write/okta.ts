import { KIND_TOTP } from '@passfob/protocol/account';
import { NAMES_OF_ALGORITHMS } from '../../enrol/algorithms.ts';
import { badInput } from '../../enrol/enrolment.ts';
import { hex } from './cells.ts';
import { checkOrdinary } from './ordinary.ts';
import type { Token } from './token.ts';

/** Custom TOTP factors of Okta, in the newer product Custom OTP authenticators: no file, one request for each user. */

/** @throws FobError `bad-input` for an account that no profile of Okta describes */
export function checkOkta({ user, enrolment }: Token): void {
  checkOrdinary(enrolment, 'Okta');
  const { kind, digits, period } = enrolment;
  const isTaken = kind === KIND_TOTP && (digits === 6 || digits === 8) && [15, 30, 60].includes(period);
  if (!isTaken) {
    throw badInput(
      'Okta takes TOTP accounts of 6 or 8 digits with a period of 15, 30 or 60 seconds.',
      'Make the account with these settings.',
    );
  }
  if (user.name === '') throw badInput('Okta wants a user.', 'Fill in the column user, upn or label.');
}

/** A profile of Okta holds one set of settings. @throws FobError `bad-input` for several */
export function checkOneProfile(tokens: readonly Token[]): void {
  const settings = new Set(tokens.map(token => JSON.stringify(settingsOf(token))));
  if (settings.size <= 1) return;
  throw badInput(
    'A factor profile of Okta has one algorithm, number of digits and period, and these accounts have several.',
    'Write one file for each profile: split the plan.',
  );
}

/**
 * Writes the settings that the profile must have, and for each user the body of
 * `POST /api/v1/users/{id}/factors?activate=true`, "Enroll Custom HOTP Factor" of Okta's Factors API.
 */
export function writeOkta(tokens: readonly Token[], factorProfileId: string): string {
  const [first] = tokens;
  const enrolments = tokens.map(({ serial, user, enrolment }) => ({
    serial,
    login: user.name,
    body: {
      factorType: 'token:hotp',
      provider: 'CUSTOM',
      factorProfileId,
      profile: { sharedSecret: hex(enrolment.secret) },
    },
  }));
  const factorProfile = first && { id: factorProfileId, ...settingsOf(first) };
  return `${JSON.stringify({ factorProfile, enrolments }, undefined, 2)}\n`;
}

function settingsOf({ enrolment: { algorithm, digits, period } }: Token) {
  return {
    otpLength: digits,
    hmacAlgorithm: `HMac${NAMES_OF_ALGORITHMS[algorithm]}`,
    timeStep: period,
    sharedSecretEncoding: 'hexadecimal',
  };
}
