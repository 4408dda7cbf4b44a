import { permissions } from '../../../base/permissions.ts';
import type { RefusalCode } from '../../../base/results.ts';
import type { JsonSchema } from '../../../base/shapes.ts';
import { apiTexts } from '../../../base/texts/api.ts';
import { refusalStatuses } from '../../../base/texts/refusals.ts';
import { texts } from '../../../base/texts/texts.ts';
import { type ProblemCode, problemCodes, statusOf } from '../../web/problems.ts';
import type { ServedRoute } from '../../web/served.ts';
import { type Described, locationOf, operationsOf, problemsOf } from './described.ts';

/** Facts about the service for its description. */
export interface Site {
  readonly version: string;
  /** Name of the cookie of operators' sessions. */
  readonly cookie: string;
}

const PROBLEM = 'application/problem+json';
const PROBLEM_REF = { $ref: '#/components/schemas/Problem' };

/** Generates the description of the API as OpenAPI 3.1 from the registered routes. */
export function openApiOf(served: readonly ServedRoute[], { version, cookie }: Site): JsonSchema {
  const schemas: Record<string, unknown> = { Problem: problemSchema };
  const paths: Record<string, Record<string, unknown>> = {};
  const operations = operationsOf(served);
  for (const one of operations) {
    const place = locationOf(one);
    paths[place] = { ...paths[place], [one.method.toLowerCase()]: operationOf(one, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: { title: apiTexts.title, version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    tags: [...new Set(operations.map(({ name }) => tagOf(name)))].map(name => ({ name })),
    paths,
    components: { schemas, securitySchemes: securitySchemes(cookie) },
  };
}

function operationOf(operation: Described, schemas: Record<string, unknown>): JsonSchema {
  const { name, summary, action, params, query, headers, body, example, answers, refusals = [] } = operation;
  const parameters = [
    ...parametersOf('path', params),
    ...parametersOf('query', query),
    ...parametersOf('header', headers),
  ];
  return {
    operationId: name,
    tags: [tagOf(name)],
    summary,
    ...(action && {
      'x-passfob-permission': action,
      'x-passfob-roles': permissions[action].roles,
      'x-passfob-fresh-proof': permissions[action].dangerous,
    }),
    security: securityOf(operation),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: collected(body, schemas),
            ...(example !== undefined && { example }),
          },
        },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [status, answerOf(schema, schemas)]),
      ),
      ...problemResponses(problemsOf(operation), refusals),
    },
  };
}

function securityOf({ who, method }: Described): readonly JsonSchema[] {
  if (who === 'application') return [{ applicationKey: [] }];
  if (who === 'anybody') return [];
  return [{ administrationKey: [] }, method === 'GET' ? { session: [] } : { session: [], csrf: [] }];
}

function answerOf(schema: JsonSchema, schemas: Record<string, unknown>): JsonSchema {
  const description = 'Done.';
  if (schema.type === 'null') return { description };
  if (schema.content !== undefined) return { description, content: schema.content };
  return { description, content: { 'application/json': { schema: collected(schema, schemas) } } };
}

function problemResponses(problems: readonly ProblemCode[], refusals: readonly RefusalCode[]): JsonSchema {
  const byStatus = new Map<number, string[]>();
  const note = (status: number, code: string) =>
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\``]);
  for (const code of problems) note(statusOf(code), code);
  for (const code of refusals) note(refusalStatuses[code], code);
  const ordered = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    ordered.map(([status, codes]) => [
      status,
      { description: codes.join(', '), content: { [PROBLEM]: { schema: PROBLEM_REF } } },
    ]),
  );
}

function parametersOf(where: 'path' | 'query' | 'header', schema: JsonSchema | undefined): JsonSchema[] {
  const properties = (schema?.properties ?? {}) as Record<string, JsonSchema>;
  const required = new Set((schema?.required ?? []) as readonly string[]);
  return Object.entries(properties).map(([name, given]) => {
    const { description, ...rest } = given;
    return {
      name,
      in: where,
      required: required.has(name),
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

/** Moves named schemas into the components, and refers to them. */
function collected(schema: JsonSchema, schemas: Record<string, unknown>): JsonSchema {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, walk(inner)] as const);
    const { title, ...walked } = Object.fromEntries(entries) as Record<string, unknown>;
    if (typeof title !== 'string') return title === undefined ? walked : { ...walked, title };
    schemas[title] = walked;
    return { $ref: `#/components/schemas/${title}` };
  };
  return walk(schema) as JsonSchema;
}

function tagOf(name: string): string {
  return name.split('.')[0] ?? name;
}

const problemSchema: JsonSchema = {
  type: 'object',
  description: 'A problem (RFC 9457).',
  additionalProperties: false,
  required: ['type', 'title', 'status', 'detail', 'code', 'accepted', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: [...problemCodes, ...Object.keys(texts.refusals)] },
    accepted: { const: false },
    requestId: { type: 'string' },
    pin: {
      type: 'object',
      description: 'Proof for choosing a PIN (`POST /v1/pins`).',
      additionalProperties: false,
      required: ['proof', 'fewestDigits'],
      properties: { proof: { type: 'string' }, fewestDigits: { type: 'integer' } },
    },
    fields: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['field', 'detail'],
        properties: { field: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
};

function securitySchemes(cookie: string): JsonSchema {
  return {
    applicationKey: { type: 'http', scheme: 'bearer', description: 'The API key of an application.' },
    administrationKey: { type: 'http', scheme: 'bearer', description: 'An administration API key.' },
    session: { type: 'apiKey', in: 'cookie', name: cookie, description: 'An operator’s session.' },
    csrf: { type: 'apiKey', in: 'header', name: 'x-csrf-token', description: 'The session’s own token.' },
  };
}
