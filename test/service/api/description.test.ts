import { openApiOf } from '@passfob/service/http/api/describe/openapi';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, expect, test } from 'vitest';
import { Bureau } from './kit.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly Record<string, unknown>[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>;
  };
  readonly responses: Readonly<Record<string, { readonly content?: Record<string, { schema: object }> }>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

const bureau = await Bureau.open();
afterAll(() => bureau[Symbol.asyncDispose]());

const made = openApiOf(bureau.routes, { version: '0.1.0', cookie: 'session' });
const document = JSON.parse(JSON.stringify(made)) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Returns every `$ref` in a value. */
function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(refsIn)];
}

test('the OpenAPI description contains every registered operation once', () => {
  expect(document.openapi).toBe('3.1.0');
  const described = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort();
  const there = bureau.routes
    .filter(({ operation, method }) => operation !== undefined && method !== 'HEAD')
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    .sort();
  expect(described).toEqual(there);
  expect(there.length).toBeGreaterThan(90);
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('every route under /v1 is in the OpenAPI description or answers the unsupported methods of a described path', () => {
  const missing = bureau.routes
    .filter(({ path, operation }) => path.startsWith('/v1') && operation === undefined)
    .filter(({ path, unlimited }) => {
      const described = document.paths[path.replace(/:(\w+)/g, '{$1}')];
      return unlimited === undefined || described === undefined;
    });
  expect(missing).toEqual([]);
});

test('every reference in the OpenAPI description resolves, and every named schema is referenced', () => {
  const refs = new Set(refsIn(document));
  const named = Object.keys(document.components.schemas).map(name => `#/components/schemas/${name}`);
  expect([...refs].sort()).toEqual(named.sort());
});

test('every operation has a summary, its roles, its parameters and its responses', () => {
  const schemes = new Set(Object.keys(document.components.securitySchemes));
  for (const { path, operation } of operations) {
    expect(operation.summary, path).toMatch(/\.$/);
    expect(Array.isArray(operation.security), path).toBe(true);
    for (const scheme of operation.security.flatMap(Object.keys)) expect(schemes, path).toContain(scheme);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]);
    const stated = (operation.parameters ?? []).filter(parameter => parameter.in === 'path');
    expect(stated.map(({ name, required }) => [name, required])).toEqual(inPath.map(name => [name, true]));
    const statuses = Object.keys(operation.responses);
    // Redeeming a push has two successful statuses: decided, and still waiting.
    expect(
      statuses.filter(status => status.startsWith('2')),
      path,
    ).toHaveLength(path.endsWith('/take') ? 2 : 1);
    expect(
      statuses.some(status => status.startsWith('5')),
      path,
    ).toBe(true);
  }
});

test('every schema compiles in strict mode, and every example matches its schema', () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  ajv.addVocabulary(['openapi', 'info', 'servers', 'tags', 'paths', 'components']);
  ajv.addSchema(document, 'api');
  let examples = 0;
  const compiled = new Map<string, ReturnType<typeof ajv.compile>>();
  const compile = (schema: object) => {
    const absolute = JSON.stringify(schema).replaceAll('"#/components', '"api#/components');
    const known = compiled.get(absolute) ?? ajv.compile(JSON.parse(absolute) as object);
    compiled.set(absolute, known);
    return known;
  };
  for (const schema of Object.values(document.components.schemas)) compile(schema);
  for (const { path, operation } of operations) {
    for (const { content = {} } of Object.values(operation.responses))
      for (const { schema } of Object.values(content)) compile(schema);
    for (const { schema, example } of Object.values(operation.requestBody?.content ?? {})) {
      const fits = compile(schema);
      expect([path, fits(example), fits.errors]).toEqual([path, true, null]);
      expect(fits({ ...(example as object), unknown: 1 })).toBe(false);
      examples += 1;
    }
  }
  expect(examples).toBeGreaterThan(15);
});

test('the service serves its OpenAPI description and a page of it to anybody, without inline code', async () => {
  const described = await bureau.ask('GET', '/v1/openapi.json');
  expect(described.status).toBe(200);
  const { port } = new URL(bureau.service.url);
  const expected = openApiOf(bureau.routes, { version: '0.1.0', cookie: `passfob-operator-${port}` });
  expect(described.json).toEqual(JSON.parse(JSON.stringify(expected)));
  const page = await bureau.ask('GET', '/v1/docs');
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.text).not.toMatch(/<style|style=|<script| on\w+=/);
  for (const { method, path, operation } of operations) {
    expect(page.text).toContain(`id="${operation.operationId}"`);
    expect(page.text).toContain(`${method.toUpperCase()} ${path}`);
  }
});
