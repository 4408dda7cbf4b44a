import { challengeLimits } from '../../base/limits/challenges.ts';
import { credentialLimits } from '../../base/limits/credentials.ts';
import { pushLimits } from '../../base/limits/push.ts';
import { userLimits } from '../../base/limits/users.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { session, source } from '../../features/challenges/fields.ts';
import { validateSchema } from './validate.ts';

/** What `POST /v1/pushes` takes. */
export interface AskBody {
  readonly user: string;
  readonly session: string;
  readonly password?: string;
  readonly pin?: string;
  readonly source?: string;
}

/** What `POST /v1/pushes/{id}/take` takes. */
export interface TakeBody {
  readonly session: string;
  readonly waitMs?: number;
  readonly source?: string;
}

const params = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', maxLength: challengeLimits.challengeIdMax } },
} as const;

export const askSchema = {
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['user', 'session'],
    properties: {
      user: { type: 'string', minLength: 1, maxLength: userLimits.userNameMax },
      session,
      password: { type: 'string', maxLength: credentialLimits.passwordFieldMax },
      pin: { type: 'string', maxLength: validationLimits.passcodeFieldMax },
      source,
    },
  },
} as const;

export const takeSchema = {
  params,
  headers: validateSchema.headers,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['session'],
    properties: {
      session,
      waitMs: { type: 'integer', minimum: 0, maximum: pushLimits.pushWaitMaxMs },
      source,
    },
  },
} as const;

export const withdrawSchema = {
  params,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['session'],
    properties: { session },
  },
} as const;
