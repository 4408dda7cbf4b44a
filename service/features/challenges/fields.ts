import { limits } from '../../base/limits/limits.ts';

/** What applications say of whom a question or request is for, as schemas have it. */
export const session = {
  type: 'string',
  minLength: limits.challengeSessionMin,
  maxLength: limits.challengeSessionMax,
} as const;
export const source = { type: 'string', maxLength: limits.sourceMax } as const;
