import type { Outcome } from '../../base/outcomes.ts';
import { searchableId } from '../../storage/queries/ids.ts';
import type { ValidationContext } from '../validation/request.ts';
import { answerChallenge } from './answer.ts';
import { type AnswerRequest, nameOfAsked } from './answering.ts';
import { type Challenge, type ChallengeRequest, createChallenge } from './create.ts';

/** Both sides of a challenge, as the routes have them. */
export interface Challenges {
  ask(request: ChallengeRequest): Promise<Challenge>;
  answer(request: AnswerRequest): Promise<Outcome>;
  /** Whom it is for, by the name that the service has; empty where that is nobody. Nothing to be told before a yes. */
  userOf(id: string): Promise<string>;
}

/** Both sides with what they work with. @param announce tells whoever watches that something was decided */
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
