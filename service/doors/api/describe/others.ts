import type { ProblemCode } from '../../web/problems.ts';
import { pinSchema } from '../pins.ts';
import { validateSchema } from '../validate.ts';
import { challengeOperations } from './challenges.ts';
import { accepted, type Described } from './described.ts';
import { pushOperations } from './pushes.ts';

const applicationProblems: readonly ProblemCode[] = [
  'malformed',
  'unauthorised',
  'too_large',
  'wrong_media_type',
  'too_many',
  'failed',
  'unavailable',
];

/** The operations beside administration. */
export const otherOperations: readonly Described[] = [
  {
    name: 'validate',
    method: 'POST',
    path: '/v1/validate',
    permission: 'application',
    security: [{ applicationKey: [] }],
    parameters: validateSchema.headers,
    body: validateSchema.body,
    example: { user: 'ada', passcode: '755224', source: '192.0.2.7' },
    answers: { 200: accepted },
    problems: [...applicationProblems, 'refused', 'new_pin'],
  },
  {
    name: 'pins.change',
    method: 'POST',
    path: '/v1/pins',
    permission: 'application',
    security: [{ applicationKey: [] }],
    parameters: pinSchema.headers,
    body: pinSchema.body,
    example: { user: 'ada', passcode: '755224', pin: '407183', newPin: '730519', source: '192.0.2.7' },
    answers: {
      200: {
        type: 'application/json',
        schema: {
          type: 'object',
          additionalProperties: false,
          required: ['changed', 'user'],
          properties: { changed: { const: true }, user: { type: 'string' } },
        },
      },
    },
    problems: [...applicationProblems, 'refused', 'pin_unfit'],
  },
  ...challengeOperations,
  ...pushOperations,
  {
    name: 'metrics.read',
    method: 'GET',
    path: '/metrics',
    permission: 'metrics.read',
    security: [{ administrationKey: [] }, { session: [] }],
    answers: { 200: { type: 'text/plain', schema: { type: 'string' } } },
    problems: ['credentials_needed', 'not_allowed', 'too_many', 'failed', 'unavailable'],
  },
  {
    name: 'description.get',
    method: 'GET',
    path: '/v1/openapi.json',
    permission: 'public',
    security: [],
    answers: { 200: { type: 'application/json', schema: { type: 'object' } } },
    problems: ['failed'],
  },
  {
    name: 'documentation.get',
    method: 'GET',
    path: '/v1/docs',
    permission: 'public',
    security: [],
    answers: { 200: { type: 'text/html', schema: { type: 'string' } } },
    problems: ['failed'],
  },
];
