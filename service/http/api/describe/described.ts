import { permissions } from '../../../base/permissions.ts';
import type { JsonSchema } from '../../../base/shapes.ts';
import type { ProblemCode } from '../../web/problems.ts';
import type { Operation } from '../../web/route.ts';
import type { ServedRoute } from '../../web/served.ts';

/** A registered operation with its description. */
export interface Described extends Omit<ServedRoute, 'schema' | 'operation'>, Operation {
  readonly params: JsonSchema | undefined;
  readonly query: JsonSchema | undefined;
  readonly headers: JsonSchema | undefined;
  readonly body: JsonSchema | undefined;
  /** By status. */
  readonly answers: Readonly<Record<string, JsonSchema>>;
}

/**
 * Returns the operations among the registered routes, in the order of their registration. HEAD is no operation of its
 * own.
 */
export function operationsOf(served: readonly ServedRoute[]): readonly Described[] {
  return served.flatMap(({ operation, schema = {}, ...route }) => {
    if (operation === undefined || route.method === 'HEAD') return [];
    const { params, querystring, headers, body, response } = schema as RegisteredSchema;
    return { ...route, ...operation, params, query: querystring, headers, body, answers: response ?? {} };
  });
}

/** The schema of a route, as `schemasOf` makes it. */
interface RegisteredSchema {
  readonly params?: JsonSchema;
  readonly querystring?: JsonSchema;
  readonly headers?: JsonSchema;
  readonly body?: JsonSchema;
  readonly response?: Readonly<Record<string, JsonSchema>>;
}

/** Returns its address as OpenAPI writes it: parameters as `{name}`. */
export function locationOf({ path }: Pick<Described, 'path'>): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

/** Returns the possible problems of an operation. They follow from its access, its inputs and its rate limits. */
export function problemsOf(operation: Described): ProblemCode[] {
  const { who, rates, body, params, query, problems = [] } = operation;
  const takes = [params, query, body].some(schema => fieldsOf(schema).length > 0);
  return [
    ...(takes ? (['malformed'] as const) : []),
    ...admissionProblems(operation),
    ...(body ? (['too_large', 'wrong_media_type'] as const) : []),
    ...(rates.length > 0 ? (['too_many'] as const) : []),
    'failed',
    // Authentication reads the database.
    ...(who === 'anybody' ? [] : (['unavailable'] as const)),
    ...problems,
  ];
}

function admissionProblems({ who, action, method }: Described): readonly ProblemCode[] {
  if (who === 'application') return ['unauthorised'];
  if (action === undefined) return [];
  return [
    'credentials_needed',
    'not_allowed',
    ...(permissions[action].dangerous ? (['proof_needed'] as const) : []),
    ...(method === 'GET' ? [] : (['forbidden'] as const)),
  ];
}

/** Returns the names of an object's fields. */
export function fieldsOf(schema: JsonSchema | undefined): string[] {
  return Object.keys((schema?.properties ?? {}) as Record<string, unknown>);
}
