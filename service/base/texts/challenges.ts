import { challengeLimits } from '../limits/challenges.ts';

/** Why a token that answers questions cannot be added. */
export const challengeRefusals = {
  bad_suite: `The OCRA suite must be one such as OCRA-1:HOTP-SHA256-8:QN08: ${challengeLimits.ocraDigitsMin} to 10 digits, a question of ${challengeLimits.ocraQuestionMin} to 64 characters, with counter (C) or time step (T) if need be, and neither PIN (P) nor session data (S).`,
} as const;

/** Outcomes of an answer, besides those of any log-in. */
export const challengeOutcomes = {
  no_challenge: 'No open challenge',
} as const;

/** Summaries of the operations in the API's description. */
export const challengeSummaries = {
  'challenges.ask':
    'Ask a question that the user’s fob answers. The answer is the same whether or not there is such a user with such a fob. A new question ends the user’s earlier one.',
  'challenges.answer':
    'Log in by the answer to a question, once: for the session and the application that asked, within a minute. Everything else is refused alike.',
} as const;
