import { challengeLimits } from '../../../base/limits/challenges.ts';
import { credentialLimits } from '../../../base/limits/credentials.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import { object, text } from './shapes.ts';

/** What applications send about a person who logs in. */
export const person = {
  user: text(userLimits.userNameMax, { minLength: 1 }),
  passcode: text(validationLimits.passcodeFieldMax),
  password: text(credentialLimits.passwordFieldMax),
  pin: text(validationLimits.passcodeFieldMax),
  source: text(validationLimits.sourceMax),
} as const;

/** What only this browser or connection is known by. */
export const session = text(challengeLimits.challengeSessionMax, {
  minLength: challengeLimits.challengeSessionMin,
});

/** The question or request to approve that an address names. */
export const askedParams = object({ id: text(challengeLimits.challengeIdMax) });
