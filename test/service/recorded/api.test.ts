import { expect, test } from 'vitest';
import { MailReceiver } from '../alerts/receivers.ts';
import { type Answer, type Bureau, pathOf, type Shown } from '../api/kit.ts';
import { madeId, onMail, prepare, refusals, steps } from '../api/steps.ts';
import { ocraToken, rightAnswer } from '../challenges/http-kit.ts';
import { SESSION } from '../challenges/kit.ts';
import { add, apiKeyOf, codeNow, NOON_MS } from '../kit.ts';
import { PushFob } from '../push/kit.ts';
import { ascendingIds, jsonLines, Recording } from './kit.ts';

/** An operation of the OpenAPI document. */
interface Operation {
  readonly operationId: string;
  readonly method: string;
  /** With parameters as `:name`. */
  readonly path: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: { readonly properties?: object }; readonly example?: unknown }>
    >;
  };
}

/** Lists whose answers tell of all earlier acts: the last entries are enough. */
const LONG: Readonly<Record<string, string>> = { 'audit.list': '?limit=2', 'events.list': '?limit=2' };

async function operationsOf(bureau: Bureau): Promise<Operation[]> {
  const { json } = await bureau.ask('GET', '/v1/openapi.json');
  const paths = json.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({
      ...one,
      method: method.toUpperCase(),
      path: path.replace(/\{(\w+)\}/g, ':$1'),
    })),
  );
}

const bodyOf = ({ requestBody }: Operation) => Object.values(requestBody?.content ?? {})[0];

/** Returns the names of metrics with those of their labels: their values can be times. */
const metricNames = (text: string) => [
  ...new Set(text.split('\n').map(line => line.replace(/="[^"]*"/g, '').replace(/^([^#\s]\S*) .*/, '$1'))),
];

/** Returns an answer as lines. */
function answerLines({ status, text, json }: Answer, name: string): string[] {
  if (name === 'metrics.read') return metricNames(text);
  if (name.startsWith('description') || name.startsWith('documentation')) return [`${status}`];
  return [`${status}${jsonLines(json)}`];
}

/** Returns a refusal on one line: its status, its code, and the fields at fault. */
function refusalOf({ status, json }: Answer): string {
  const { code = '', fields } = json;
  const named = Array.isArray(fields)
    ? ` ${fields.map(one => Object.values(one as object).join(' ')).join('; ')}`
    : '';
  return status < 400 ? `${status}` : `${status} ${code}${named}`;
}

test('each route for administration answers and records in the audit what the record says', async () => {
  using _ = ascendingIds();
  const { bureau, key } = await prepare();
  await using scope = bureau;
  const operations = await operationsOf(scope);
  const record = new Recording(scope.office);
  await record.audited();
  await using server = await new MailReceiver().listen();
  let id = '';
  let at: Readonly<Record<string, string>> = {};
  const ask = async (name: string, given?: unknown) => {
    const operation = operations.find(({ operationId }) => operationId === name) ?? expect.fail(name);
    const { method, path } = operation;
    const body = method === 'GET' ? undefined : (given ?? bodyOf(operation)?.example);
    const answer = await scope.ask(method, pathOf(path, { id, ...at }) + (LONG[name] ?? ''), key, body);
    record.asked.add(name);
    record.add(`${name}: ${method} ${path}`, [...answerLines(answer, name), ...(await record.audited())]);
    return answer;
  };
  const reads = operations.filter(({ method }) => method === 'GET').map(({ operationId }) => operationId);
  for (const step of [...steps, ...onMail(server.port)]) {
    at = step.at ?? {};
    id = madeId(await ask(step.name, step.body)) ?? id;
    const [object] = step.name.split('.');
    for (const name of reads) if (name.startsWith(`${object}.`) && !record.asked.has(name)) await ask(name);
  }
  at = {};
  for (const name of reads) if (!record.asked.has(name)) await ask(name);
  const forApplications = /^(?:validate|pins|challenges|pushes)\b/;
  expect(
    operations.filter(
      ({ operationId }) => !record.asked.has(operationId) && !forApplications.test(operationId),
    ),
  ).toEqual([]);
  record.compare('api.txt');
});

interface Attempt {
  readonly name: string;
  readonly path: string;
  readonly body?: unknown;
}

/** Subjects that exist, but for identifiers. */
const SUBJECTS = { user: 'ada', account: '00c0ffee', name: 'staff', id: 'none' };

/** Returns wrong requests of an operation. */
function attemptsOf(operation: Operation): Attempt[] {
  const { schema, example } = bodyOf(operation) ?? {};
  const serial = operation.path.includes('fobs') ? 'PF-7' : 'FOB-1';
  const path = pathOf(operation.path, { ...SUBJECTS, serial });
  const unknown = { name: 'unknown subject', path: pathOf(operation.path, {}), body: example };
  const query = (operation.parameters ?? []).filter(one => one.in === 'query');
  const nulls = Object.fromEntries(Object.keys(schema?.properties ?? {}).map(name => [name, null]));
  const wrong = [
    { name: 'body empty', path, body: {} },
    { name: 'body a list', path, body: [] },
    // The types of the fields are in the OpenAPI document.
    { name: 'every field null', path, body: nulls },
  ];
  return [
    ...(operation.path.includes(':') ? [unknown] : []),
    ...query.map(({ name }) => ({ name: `${name} wrong`, path: `${path}?${name}=%00` })),
    ...(example === undefined ? [] : wrong),
  ];
}

test('each route of the API refuses what the record says', async () => {
  using _ = ascendingIds();
  const { bureau, key } = await prepare();
  await using scope = bureau;
  const record = new Recording(scope.office);
  const application = { authorization: `Bearer ${apiKeyOf(scope.service)}` };
  // No rate limit is reached.
  const ask = (method: string, path: string, shown: Shown, body?: unknown) => {
    scope.rig.clock.nowMs += 2000;
    return scope.ask(method, path, shown, body);
  };
  for (const operation of await operationsOf(scope)) {
    const { operationId, method, path } = operation;
    if (/^(?:description|documentation)\./.test(operationId)) continue;
    const isForApplications = /^(?:validate|pins|challenges|pushes)\b/.test(operationId);
    const own = isForApplications ? application : key;
    const said = new Map<string, string[]>();
    const keep = (name: string, line: string) => said.set(line, [...(said.get(line) ?? []), name]);
    // Whom the other operations let in is in `api/roles.test.ts`.
    const strangers: Record<string, Shown> = isForApplications ? { 'no key': {}, 'other key': key } : {};
    for (const [name, shown] of Object.entries(strangers))
      keep(name, refusalOf(await ask(method, pathOf(path, {}), shown, bodyOf(operation)?.example)));
    for (const one of attemptsOf(operation))
      keep(one.name, refusalOf(await ask(method, one.path, own, one.body)));
    const lines = [...said].map(([line, names]) => `${line}: ${names.join(', ')}`);
    if (lines.length > 0) record.add(operationId, lines);
  }
  record.compare('api-refusals.txt');
});

test('refusals of acts have the recorded texts, and leave nothing in the audit', async () => {
  using _ = ascendingIds();
  const { bureau, key } = await prepare();
  await using scope = bureau;
  const record = new Recording(scope.office);
  await record.audited();
  for (const [method, path, body] of refusals) {
    const { json } = await scope.ask(method, path, key, body);
    const { requestId: _id, ...problem } = json;
    record.add(`${method} ${path}`, [JSON.stringify(problem), ...(await record.audited())]);
  }
  record.compare('api-problems.txt');
});

test('an application gets the recorded answers', async () => {
  using _ = ascendingIds();
  const { bureau } = await prepare();
  await using scope = bureau;
  const { service, office, rig } = scope;
  const record = new Recording(office);
  const key = { authorization: `Bearer ${apiKeyOf(service)}` };
  const ask = async (path: string, body: object) => {
    const answer = await scope.ask('POST', `/v1/${path}`, key, body);
    const { requestId: _id, ...shown } = answer.json;
    record.add(`POST /v1/${path}`, [
      `${answer.status} ${JSON.stringify(shown)}`,
      ...(await record.audited()),
    ]);
    return answer.json;
  };
  await record.audited();
  const token = await add(service, ocraToken({ user: 'olga', serial: 'OCRA-1' }));
  const plain = await office.token('vera', { serial: 'VERA-1' });
  const passcode = codeNow(plain, NOON_MS);
  await ask('validate', { user: 'vera', passcode: 'wrong' });
  await ask('validate', { user: 'vera', passcode });
  await ask('validate', { user: 'vera', passcode });
  await ask('validate', { user: 'nobody', passcode });
  await ask('pins', { user: 'vera', passcode, newPin: '1' });
  const { id, question } = await ask('challenges', { user: 'olga', session: SESSION });
  const asked = { id: String(id), question: String(question) } as Parameters<typeof rightAnswer>[1];
  const { path, body } = rightAnswer(token, asked);
  await ask(`challenges${path}`, { session: SESSION, passcode: '000000' });
  await ask(`challenges${path}`, body);
  await office.users('rosa');
  const fob = await PushFob.of(office, 'rosa');
  const push = await ask('pushes', { user: 'rosa', session: SESSION });
  await ask(`pushes/${push.id}/take`, { session: SESSION, waitMs: 0 });
  await fob.approve();
  await ask(`pushes/${push.id}/take`, { session: SESSION, waitMs: 0 });
  rig.clock.nowMs += 3_600_000;
  await ask(`pushes/${push.id}/withdraw`, { session: SESSION });
  record.compare('api-applications.txt');
});
