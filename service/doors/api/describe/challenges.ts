import type { ProblemCode } from '../../web/problems.ts';
import { answerSchema, askSchema } from '../challenge-routes.ts';
import { described, object, time, words } from '../kit/shapes.ts';
import { accepted, type Described } from './described.ts';

const problems: readonly ProblemCode[] = [
  'malformed',
  'unauthorised',
  'too_large',
  'wrong_media_type',
  'too_many',
  'failed',
  'unavailable',
];
const common = { method: 'POST', permission: 'application', security: [{ applicationKey: [] }] } as const;
const session = 'what-the-browser-is-known-by';

/** Questions that the user's fob answers (OCRA, RFC 6287). */
export const challengeOperations: readonly Described[] = [
  {
    ...common,
    name: 'challenges.ask',
    path: '/v1/challenges',
    body: askSchema.body,
    example: { user: 'ada', session, source: '192.0.2.7' },
    answers: {
      200: {
        type: 'application/json',
        schema: object({
          id: words,
          question: described(words, 'Decimal digits, to be shown to the user.'),
          expiresMs: time,
        }).schema,
      },
    },
    problems,
  },
  {
    ...common,
    name: 'challenges.answer',
    path: '/v1/challenges/:id/answer',
    params: answerSchema.params,
    body: answerSchema.body,
    example: { session, passcode: '237653', source: '192.0.2.7' },
    answers: { 200: accepted },
    problems: [...problems, 'refused'],
  },
];
