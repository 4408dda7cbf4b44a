import { challengeLimits } from '../limits/challenges.ts';

/** Why a token that answers questions cannot be added. */
export const challengeRefusals = {
  bad_suite: [
    400,
    `Use an OCRA suite such as OCRA-1:HOTP-SHA256-8:QN08: ${challengeLimits.ocraDigitsMin} to 10 digits, a question of ${challengeLimits.ocraQuestionMin} to 64 characters, an optional counter (C) or time step (T), no PIN (P) and no session data (S).`,
  ],
} as const;

/** Outcomes of an answer, besides those of any log-in. */
export const challengeOutcomes = {
  no_challenge: 'No open challenge',
} as const;
