import type { ProblemCode } from '../../web/problems.ts';
import type { Method, OperationName, Permission } from '../route.ts';
import type { JsonSchema } from '../shapes.ts';
import { validateSchema } from '../validate.ts';

/** An operation that is no act of administration. */
export interface Described {
  readonly name: OperationName;
  readonly method: Method;
  readonly path: string;
  readonly permission: Permission;
  readonly security: readonly JsonSchema[];
  /** Schema of the headers it looks at. */
  readonly parameters?: JsonSchema;
  readonly body?: JsonSchema;
  readonly example?: unknown;
  readonly answer: { readonly type: string; readonly schema: JsonSchema };
  readonly problems: readonly ProblemCode[];
}

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
    answer: {
      type: 'application/json',
      schema: {
        type: 'object',
        additionalProperties: false,
        required: ['accepted'],
        properties: { accepted: { const: true } },
      },
    },
    problems: [
      'malformed',
      'unauthorised',
      'refused',
      'too_large',
      'wrong_media_type',
      'too_many',
      'failed',
      'unavailable',
    ],
  },
  {
    name: 'metrics.read',
    method: 'GET',
    path: '/metrics',
    permission: 'metrics.read',
    security: [{ administrationKey: [] }, { session: [] }],
    answer: { type: 'text/plain', schema: { type: 'string' } },
    problems: ['credentials_needed', 'not_allowed', 'too_many', 'failed', 'unavailable'],
  },
  {
    name: 'description.get',
    method: 'GET',
    path: '/v1/openapi.json',
    permission: 'public',
    security: [],
    answer: { type: 'application/json', schema: { type: 'object' } },
    problems: ['failed'],
  },
  {
    name: 'documentation.get',
    method: 'GET',
    path: '/v1/docs',
    permission: 'public',
    security: [],
    answer: { type: 'text/html', schema: { type: 'string' } },
    problems: ['failed'],
  },
];
