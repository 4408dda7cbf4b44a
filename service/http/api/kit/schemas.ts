import type { FastifySchema } from 'fastify';
import type { FieldShape } from '../../../base/shapes.ts';

/** Returns the shapes of a route in Fastify's form. */
export function schemasOf(shapes: {
  readonly params?: FieldShape<unknown> | undefined;
  readonly query?: FieldShape<unknown> | undefined;
  readonly headers?: FieldShape<unknown> | undefined;
  readonly body?: FieldShape<unknown> | undefined;
  /** By status. */
  readonly answers: Readonly<Record<number, FieldShape<unknown>>>;
}): FastifySchema {
  const { params, query, headers, body, answers } = shapes;
  const response = Object.entries(answers).map(([status, { schema }]) => [status, schema] as const);
  return {
    ...(params && { params: params.schema }),
    ...(query && { querystring: query.schema }),
    ...(headers && { headers: headers.schema }),
    ...(body && { body: body.schema }),
    // Fields that a schema does not name are left out of the response.
    response: Object.fromEntries(response),
  };
}
