import type { ProblemCode } from '../../web/problems.ts';
import type { Method, OperationName, Permission } from '../kit/route.ts';
import type { JsonSchema } from '../kit/shapes.ts';

/** What comes back with a status; null where nothing does. */
export type Answered = { readonly type: string; readonly schema: JsonSchema } | null;

/** An operation that is no act of administration. */
export interface Described {
  readonly name: OperationName;
  readonly method: Method;
  readonly path: string;
  readonly permission: Permission;
  readonly security: readonly JsonSchema[];
  /** Schema of what the path names. */
  readonly params?: JsonSchema;
  /** Schema of the headers it looks at. */
  readonly parameters?: JsonSchema;
  readonly body?: JsonSchema;
  readonly example?: unknown;
  /** By status. */
  readonly answers: Readonly<Record<number, Answered>>;
  readonly problems: readonly ProblemCode[];
}

/** Somebody may be let in. */
export const accepted: Answered = {
  type: 'application/json',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['accepted', 'user'],
    properties: {
      accepted: { const: true },
      user: {
        type: 'string',
        description:
          'Who it is, by the name that the service has: not always as it was typed. Go by this one.',
      },
    },
  },
};
