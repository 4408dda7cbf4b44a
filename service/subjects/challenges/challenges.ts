import type { Outcome } from '../../base/outcomes.ts';
import { searchableId } from '../../storage/queries/ids.ts';
import type { ValidationContext } from '../validation/request.ts';
import { answerChallenge } from './answer.ts';
import { type AnswerRequest, nameOfAsked } from './answering.ts';
import { type Challenge, type ChallengeRequest, createChallenge } from './create.ts';

/** Creation and answering of challenges, for the routes. */
export interface Challenges {
  ask(request: ChallengeRequest): Promise<Challenge>;
  answer(request: AnswerRequest): Promise<Outcome>;
  /**
   * Returns the canonical name of the user a challenge is for; empty if it is for nobody. Must not be disclosed
   * before an accepted answer.
   */
  userOf(id: string): Promise<string>;
}

/** Returns both functions with their dependencies. @param announce tells all watchers that an answer was decided */
export function challengesOf(context: ValidationContext, announce: () => void): Challenges {
  return {
    ask: request => createChallenge(context, request),
    answer: async request => {
      const outcome = await answerChallenge(context, request);
      announce();
      return outcome;
    },
    userOf: id => nameOfAsked(context.db, searchableId(id)),
  };
}
