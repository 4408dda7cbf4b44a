import { apiRoutes } from '@passfob/service/http/api/routes';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { MailReceiver } from '../alerts/receivers.ts';
import { type Bureau, pathOf, type Shown } from './kit.ts';
import { madeId, onMail, prepare, refusals, type Step, steps } from './steps.ts';

const ajv = new Ajv({ strict: true, allowUnionTypes: true });

/** Does one act and checks its response against its route. @returns the identifier of the created object */
async function take(bureau: Bureau, key: Shown, step: Step, id: string): Promise<string> {
  const route = apiRoutes.find(({ name }) => name === step.name);
  if (route === undefined) throw new Error(`no route ${step.name}`);
  const before = await bureau.office.store.db.selectFrom('audit').select('id').execute();
  const place = pathOf(route.path, { id, ...step.at });
  const answer = await bureau.ask(route.method, place, key, step.body ?? route.example);
  expect([step.name, answer.status, answer.text]).toEqual([step.name, route.status ?? 200, answer.text]);
  const { content, ...schema } = route.answer.schema;
  if (content === undefined) {
    const fits = ajv.compile(schema);
    expect([step.name, fits(answer.json), fits.errors]).toEqual([step.name, true, null]);
  } else expect(Object.keys(content as object)).toContain(answer.headers.get('content-type')?.split(';')[0]);
  const rows = await bureau.office.store.db.selectFrom('audit').selectAll().orderBy('id').execute();
  const fresh = rows.filter(row => !before.some(({ id: known }) => known === row.id));
  expect([step.name, fresh.length]).toEqual([step.name, step.rows ?? 1]);
  for (const row of fresh)
    expect(row).toMatchObject({
      actor: 'api:admin key',
      role: 'admin',
      source: '127.0.0.1',
      request_id: answer.headers.get('x-request-id'),
      // An import runs as a job, whose rows record its acts.
      action: step.name === 'imports.start' ? 'job.run' : route.permission,
    });
  return madeId(answer) ?? id;
}

test('every act does what its route says and leaves one audit row that names the operator', async () => {
  const { bureau, key } = await prepare();
  await using scope = bureau;
  let id = '';
  await using server = await new MailReceiver().listen();
  const taken = [...steps, ...onMail(server.port)];
  for (const step of taken) id = await take(scope, key, step, id);
  expect(server.messages).toHaveLength(1);
  const changing = apiRoutes.filter(({ method }) => method !== 'GET').map(({ name }) => name);
  expect(taken.map(({ name }) => name).sort()).toEqual([...changing].sort());
  expect((await scope.ask('POST', '/v1/audit/verify', key)).json).toMatchObject({ intact: true });
});

/** Returns the refusals that a request's route declares. */
function refusalsOf(method: string, path: string): readonly string[] {
  const [place = ''] = path.split('?');
  const route = apiRoutes.find(
    one => one.method === method && new RegExp(`^${one.path.replace(/:\w+/g, '[^/]+')}$`).test(place),
  );
  return route?.refusals ?? [];
}

test('a refused act says why and leaves no audit row', async () => {
  const { bureau, key } = await prepare();
  await using scope = bureau;
  const rows = async () => (await scope.office.audit()).acts.length;
  const before = await rows();
  for (const [method, path, body, status, code] of refusals) {
    const answer = await scope.ask(method, path, key, body);
    expect([path, answer.status, answer.json.code]).toEqual([path, status, code]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.json.type).toBe(`urn:passfob:problem:${code}`);
    expect(answer.json.requestId).toBe(answer.headers.get('x-request-id'));
    expect(refusalsOf(method, path)).toContain(code);
  }
  expect(await rows()).toBe(before);
});
