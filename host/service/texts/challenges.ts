import { limits } from '../limits.ts';

/** Why a token that answers questions cannot be added. */
export const challengeRefusals = {
  bad_suite: `The OCRA suite must be one such as OCRA-1:HOTP-SHA256-8:QN08: ${limits.ocraDigitsMin} to 10 digits, a question of ${limits.ocraQuestionMin} to 64 characters, with counter (C) or time step (T) if need be, and neither PIN (P) nor session data (S).`,
} as const;

/** What became of an answer, besides what becomes of any log-in. */
export const challengeOutcomes = {
  no_challenge: 'No open challenge',
} as const;

/** What the API's description says of the routes. */
export const challengeTexts = {
  ask: {
    summary: 'Ask a question that the user’s fob answers',
    description:
      'The answer looks the same whether or not there is such a user with such a fob. A new question ends the user’s earlier one.',
  },
  answer: {
    summary: 'Check the answer to a question, once',
    description:
      'Accepted for the session and the application that asked, once, and within a minute; everything else is refused alike.',
  },
} as const;
