import { challengeLimits } from '../../base/limits/challenges.ts';
import { validationLimits } from '../../base/limits/validation.ts';

/** What applications say of whom a question or request is for, as schemas have it. */
export const session = {
  type: 'string',
  minLength: challengeLimits.challengeSessionMin,
  maxLength: challengeLimits.challengeSessionMax,
} as const;
export const source = { type: 'string', maxLength: validationLimits.sourceMax } as const;
