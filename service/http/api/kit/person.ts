import { challengeLimits } from '../../../base/limits/challenges.ts';
import { credentialLimits } from '../../../base/limits/credentials.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import { object, text } from '../../../base/shapes.ts';

/** Fields that applications send about an end user. */
export const person = {
  user: text(userLimits.userNameMax, { minLength: 1 }),
  passcode: text(validationLimits.passcodeFieldMax),
  password: text(credentialLimits.passwordFieldMax),
  pin: text(validationLimits.passcodeFieldMax),
  source: text(validationLimits.sourceMax),
} as const;

/** A secret identifier of one browser or connection. */
export const session = text(challengeLimits.challengeSessionMax, {
  minLength: challengeLimits.challengeSessionMin,
});

/** Addresses of questions and requests to approve. */
export const askedParams = object({ id: text(challengeLimits.challengeIdMax) });
