import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { subjectOf } from '../navigation.ts';
import { writePage } from './pages.ts';
import { type DescribedType, fieldsTable, typeText } from './schema-text.ts';

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly security: readonly Record<string, unknown>[];
  readonly 'x-passfob-permission'?: string;
  readonly 'x-passfob-roles'?: readonly string[];
  readonly 'x-passfob-fresh-proof'?: boolean;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly description?: string;
    readonly schema: DescribedType;
  }[];
  readonly requestBody?: { readonly content: Contents };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Contents }>>;
}

type Contents = Readonly<Record<string, { readonly schema: DescribedType; readonly example?: unknown }>>;

/** The parts of an OpenAPI document that the reference shows. */
export interface OpenApi {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, DescribedType>> };
}

/** Writes the pages about the HTTP API, from the description that the service gives of itself. */
export async function writeHttpReference(root: string, pages: string): Promise<void> {
  const text = await describedByService(root);
  for (const [path, page] of httpPages(JSON.parse(text) as OpenApi)) writePage(pages, path, page);
  writePage(pages, 'public/openapi.json', text);
}

/** Starts the built service in a folder of its own on a free port, and returns its OpenAPI document. */
async function describedByService(root: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-site-'));
  const args = [join(root, 'host/bin/passfob.js'), 'serve', '--json', '--port', '0', '--dir', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise(resolve => child.once('close', resolve));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const { url } = JSON.parse(line) as { url?: string };
      if (url === undefined) continue;
      return await (await fetch(`${url}/v1/openapi.json`)).text();
    }
    throw new Error('The service did not start. Run: npm run build');
  } finally {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Named {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Returns the tags of a description, in its order. */
function byTag({ paths }: OpenApi): Map<string, Named[]> {
  const tags = new Map<string, Named[]>();
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0] ?? '';
      tags.set(tag, [...(tags.get(tag) ?? []), { method: method.toUpperCase(), path, operation }]);
    }
  return tags;
}

/** Returns the pages of the reference, each with its path: the list, the objects, and one for each tag. */
export function httpPages(document: OpenApi): [string, string][] {
  const tags = byTag(document);
  return [
    ['reference/http/index.md', listPage(document, tags)],
    ['reference/http/objects.md', objectsPage(document)],
    ...[...tags].map(([tag, operations]): [string, string] => [
      `reference/http/${tag}.md`,
      [`# HTTP: ${subjectOf(tag)}`, ...operations.map(operationText)].join('\n\n'),
    ]),
  ];
}

function listPage({ info }: OpenApi, tags: ReadonlyMap<string, readonly Named[]>): string {
  const groups = [...tags].map(([tag, operations]) => {
    const rows = operations.map(
      ({ method, path, operation }) =>
        `| [\`${method} ${path}\`](./${tag}.md#${anchorOf(operation)}) | ${operation.summary} |`,
    );
    return `## ${subjectOf(tag)}\n\n| operation | what it does |\n| --- | --- |\n${rows.join('\n')}`;
  });
  return [
    '# HTTP operations',
    `Made from the description that the service of version ${info.version} gives of itself, ` +
      '<a href="../../openapi.json" download>openapi.json</a>. [The HTTP API](../../api.md) says how to use it: keys, lists, ' +
      'factors and limits. [Errors](../../errors.md) lists every code of a refusal.',
    ...groups,
  ].join('\n\n');
}

function objectsPage({ components }: OpenApi): string {
  const objects = Object.entries(components.schemas).map(
    ([name, schema]) => `## ${name}\n\n${schema.description ?? ''}\n\n${fieldsTable(schema, '')}`,
  );
  return ['# HTTP: Objects', 'The objects of requests and answers.', ...objects].join('\n\n');
}

/** The anchor of an operation's heading, without the signs that anchors leave out. */
const anchorOf = ({ operationId }: Operation): string => operationId.replaceAll('.', '').toLowerCase();

function operationText({ method, path, operation }: Named): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content['application/json'];
  const parts = [
    `## ${operationId}`,
    `\`${method} ${path}\``,
    summary,
    accessText(operation),
    ...(parameters.length === 0 ? [] : [parametersText(parameters)]),
    ...(body === undefined ? [] : [`**Body.** ${bodyText(body.schema)}`]),
    ...(body?.example === undefined ? [] : [`\`\`\`json\n${JSON.stringify(body.example, null, 2)}\n\`\`\``]),
    answersText(responses),
  ];
  return parts.join('\n\n');
}

function accessText(operation: Operation): string {
  const roles = operation['x-passfob-roles'];
  if (roles === undefined)
    return operation.security.length === 0 ? 'For anybody.' : 'For an application, with its API key.';
  const fresh = operation['x-passfob-fresh-proof'] === true ? ' A session needs fresh proof.' : '';
  return `For the roles ${roles.join(', ')} (permission \`${operation['x-passfob-permission']}\`).${fresh}`;
}

function parametersText(parameters: NonNullable<Operation['parameters']>): string {
  const rows = parameters.map(
    ({ name, in: where, required, description = '', schema }) =>
      `| \`${name}\` | ${where}${required ? ', required' : ''} | ${typeText(schema)} | ${cell(description)} |`,
  );
  return `| parameter | in | type | description |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

const bodyText = (schema: DescribedType): string =>
  schema.properties === undefined ? typeText(schema) : `\n\n${fieldsTable(schema, './objects.md')}`;

function answersText(responses: Operation['responses']): string {
  const rows = Object.entries(responses).map(([status, { description, content = {} }]) => {
    const [kind, { schema } = { schema: {} }] = Object.entries(content)[0] ?? [];
    if (kind === undefined) return `| ${status} | no body |`;
    if (kind.startsWith('application/problem')) return `| ${status} | ${codeLinks(description)} |`;
    return `| ${status} | ${kind === 'application/json' ? typeText(schema) : `\`${kind}\``} |`;
  });
  return `| status | answer |\n| --- | --- |\n${rows.join('\n')}`;
}

/** Each code of a problem leads to its row of the errors. */
const codeLinks = (codes: string): string =>
  codes.replace(/`([a-z_]+)`/g, '[`$1`](../../errors.md#problem-$1)');
