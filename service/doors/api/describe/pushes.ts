import type { ProblemCode } from '../../web/problems.ts';
import { described, object, time, words } from '../kit/shapes.ts';
import { askSchema, takeSchema, withdrawSchema } from '../push-schemas.ts';
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

/** Requests to approve on the user's fob. */
export const pushOperations: readonly Described[] = [
  {
    ...common,
    name: 'pushes.ask',
    path: '/v1/pushes',
    body: askSchema.body,
    example: { user: 'ada', session, source: '192.0.2.7' },
    answers: {
      200: {
        type: 'application/json',
        schema: object({ id: words, number: described(words, 'Two digits.'), expiresMs: time }).schema,
      },
    },
    problems,
  },
  {
    ...common,
    name: 'pushes.take',
    path: '/v1/pushes/:id/take',
    params: takeSchema.params,
    body: takeSchema.body,
    example: { session, waitMs: 20_000, source: '192.0.2.7' },
    answers: {
      200: accepted,
      202: {
        type: 'application/json',
        schema: {
          type: 'object',
          additionalProperties: false,
          required: ['state'],
          properties: { state: { const: 'waiting' } },
        },
      },
    },
    problems: [...problems, 'refused'],
  },
  {
    ...common,
    name: 'pushes.withdraw',
    path: '/v1/pushes/:id/withdraw',
    params: withdrawSchema.params,
    body: withdrawSchema.body,
    example: { session },
    answers: { 204: null },
    problems,
  },
];
