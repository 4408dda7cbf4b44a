import { readFileSync } from 'node:fs';
import { accessLimits } from '@passfob/service/base/limits/access';
import { administrationLimits } from '@passfob/service/base/limits/administration';
import { alertLimits } from '@passfob/service/base/limits/alerts';
import { tokenLimits } from '@passfob/service/base/limits/tokens';
import { userLimits } from '@passfob/service/base/limits/users';
import { webLimits } from '@passfob/service/base/limits/web';
import { texts } from '@passfob/service/base/texts/texts';
import { refusalJson } from '@passfob/service/http/api/kit/refusals';
import { apiRoutes } from '@passfob/service/http/api/routes';
import { actsOf } from '@passfob/service/subjects/kit/list';
import { acts, lists, pagedLists } from '@passfob/service/subjects/lists';
import { createUser } from '@passfob/service/subjects/users/acts';
import { sessionOf } from '@passfob/service/subjects/users/sessions';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeFiles } from '../../tools/tidy/files.ts';
import { openLink } from '../kit.ts';
import { testOfBureau as it, pathOf, type Shown } from './kit.ts';

it('invalid fields in bodies, paths and queries are refused with their names', async bureau => {
  const key = await bureau.key('admin');
  const cases: readonly [string, string, unknown, string][] = [
    ['POST', '/v1/users', { name: 'x'.repeat(userLimits.userNameMax + 1) }, 'body/name'],
    ['POST', '/v1/users', { name: 'ada', email: 7 }, 'body/email'],
    ['POST', '/v1/users', { name: 'ada', admin: true }, 'body/admin'],
    ['POST', '/v1/users', [], 'body'],
    ['POST', '/v1/tokens', { serial: 'A', seed: { utf8: 'x' } }, 'body/seed/utf8'],
    ['POST', '/v1/tokens', { serial: 'A', seed: { hex: '00' }, digits: '6' }, 'body/digits'],
    ['POST', '/v1/tokens', { serial: 'A', seed: {} }, 'body/seed'],
    ['POST', '/v1/tokens', { serial: 'A', seed: { hex: '00', base32: 'AA' } }, 'body/seed'],
    ['GET', '/v1/tokens?limit=0', undefined, 'query/limit'],
    ['GET', '/v1/tokens?limit=many', undefined, 'query/limit'],
    ['GET', '/v1/tokens?state=lost', undefined, 'query/state'],
    ['GET', '/v1/tokens?colour=red', undefined, 'query/colour'],
    ['GET', '/v1/settings?colour=red', undefined, 'query/colour'],
    ['GET', `/v1/tokens/${'x'.repeat(tokenLimits.serialMax + 1)}`, undefined, 'path/serial'],
    ['POST', '/v1/alerts/none/acknowledge', undefined, 'path/id'],
  ];
  for (const [method, path, body, field] of cases) {
    const { status, json } = await bureau.ask(method, path, key, body);
    expect([path, status, json.code]).toEqual([path, 400, 'malformed']);
    const [first] = json.fields as { field: string; detail: string }[];
    expect(first?.field).toBe(field);
    expect(first?.detail).not.toBe('');
  }
});

it('a value sent in the place of a field name is not returned', async bureau => {
  const key = await bureau.key('admin');
  const { text, json } = await bureau.ask('POST', '/v1/users', key, {
    name: 'ada',
    'otpauth://seed=GEZDGN': 1,
  });
  expect(text).not.toContain('GEZDGN');
  expect(json.fields).toEqual([{ field: 'body', detail: 'must NOT have additional properties' }]);
});

it('bodies are limited in size and must be JSON', async bureau => {
  const key = await bureau.key('admin');
  const long = { name: 'x'.repeat(administrationLimits.administrationBodyMaxBytes) };
  expect((await bureau.ask('POST', '/v1/users', key, long)).status).toBe(413);
  expect((await bureau.ask('POST', '/v1/users', key, '{')).status).toBe(400);
  expect((await bureau.ask('POST', '/v1/users', key, '{"name":"a","__proto__":{}}')).status).toBe(400);
  const form = { ...key, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(`${bureau.service.url}/v1/users`, {
    method: 'POST',
    headers: form,
    body: 'name=a',
  });
  expect(answer.status).toBe(415);
  const file = { name: 'a', content: 'A'.repeat(administrationLimits.administrationBodyMaxBytes * 2) };
  const plan = await bureau.ask('POST', '/v1/imports/plan', key, { files: [file], userFrom: 'nobody' });
  expect([plan.status, plan.json.code]).toEqual([422, 'bad_import']);
  // Unauthenticated requests are refused before their body is read.
  expect((await bureau.ask('POST', '/v1/users', {}, long)).status).toBe(401);
});

it('no response may be cached, and every response carries its request id', async bureau => {
  const key = await bureau.key('admin');
  for (const [path, shown] of [
    ['/v1/users', key],
    ['/v1/users', {}],
    ['/v1/users/nobody', key],
    ['/v1/openapi.json', {}],
    ['/metrics', key],
  ] as const) {
    const { headers } = await bureau.ask('GET', path, shown);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

it('HEAD is GET without a body, OPTIONS lists the methods, and other methods are refused with that list', async bureau => {
  const key = await bureau.key('admin');
  const head = await bureau.ask('HEAD', '/v1/users', key);
  expect([head.status, head.text]).toEqual([200, '']);
  expect((await bureau.ask('HEAD', '/v1/users')).status).toBe(401);
  for (const path of new Set(apiRoutes.map(route => route.path))) {
    const own = apiRoutes.filter(route => route.path === path).map(({ method }) => method as string);
    const allowed = [...own, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
    const place = pathOf(path, {});
    const options = await bureau.ask('OPTIONS', place);
    expect([path, options.status, options.headers.get('allow')]).toEqual([path, 204, allowed]);
    const other = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].find(method => !own.includes(method)) ?? '';
    const answer = await bureau.ask(other, place, key);
    expect([path, answer.status, answer.json.code, answer.headers.get('allow')]).toEqual([
      path,
      405,
      'wrong_method',
      allowed,
    ]);
  }
  expect((await bureau.ask('GET', '/v1/nothing', key)).json).toMatchObject({
    code: 'not_found',
    status: 404,
  });
});

it('an address that guesses keys is slowed down, and a valid key is not', async bureau => {
  const key = await bureau.key('auditor');
  const guess = async () =>
    (await bureau.ask('GET', '/v1/users', { authorization: 'Bearer pfa_guess' })).status;
  for (let turn = 0; turn < webLimits.sourceBucket.burst; turn++) expect(await guess()).toBe(401);
  expect(await guess()).toBe(429);
  expect((await bureau.ask('GET', '/v1/users', key)).status).toBe(200);
  bureau.rig.clock.nowMs += 1000;
  expect(await guess()).toBe(401);
});

it('one key cannot keep the service busy', async bureau => {
  const key = await bureau.key('auditor');
  const ask = async () => (await bureau.ask('GET', '/v1/session', key)).status;
  for (let turn = 0; turn < administrationLimits.administrationBucket.burst; turn++)
    expect(await ask()).toBe(200);
  expect(await ask()).toBe(429);
  expect((await bureau.ask('GET', '/v1/session', await bureau.key('admin'))).status).toBe(200);
});

it('lists continue where they ended, by key, also by names with any characters', async bureau => {
  const key = await bureau.key('admin');
  const names = ['a/b', 'a?b', 'a%2f', 'ada', 'bob', 'ö€', '😀'];
  for (const name of names) await bureau.office.do(createUser, { name });
  const seen: string[] = [];
  let after = '';
  for (;;) {
    const { json } = await bureau.ask('GET', `/v1/users?limit=2${after}`, key);
    seen.push(...(json.users as { name: string }[]).map(({ name }) => name));
    if (json.next === null) break;
    after = `&after=${encodeURIComponent(String(json.next))}`;
  }
  expect([...seen].sort()).toEqual([...names].sort());
  for (const name of names)
    expect((await bureau.ask('GET', `/v1/users/${encodeURIComponent(name)}`, key)).json.name).toBe(name);
  const longest = '😀'.repeat(userLimits.userNameMax / 2);
  await bureau.office.do(createUser, { name: longest });
  expect((await bureau.ask('GET', `/v1/users/${encodeURIComponent(longest)}`, key)).json.name).toBe(longest);
});

it('every registered route of the API declares who may use it', async bureau => {
  const served = bureau.routes.filter(({ path }) => path.startsWith('/v1/') || path === '/metrics');
  const where = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
  // Only the descriptions and the responses to unsupported methods are open to anybody.
  const open = served.filter(({ who }) => who === 'anybody').map(where);
  const administered = new Set(apiRoutes.map(where));
  expect(open.filter(one => administered.has(one))).toEqual([]);
  expect(served.filter(({ who }) => who === 'application').map(where)).toEqual([
    ...['POST /v1/validate', 'POST /v1/pins', 'POST /v1/challenges', 'POST /v1/challenges/:id/answer'],
    ...['POST /v1/pushes', 'POST /v1/pushes/:id/take', 'POST /v1/pushes/:id/withdraw'],
  ]);
  const kinds = served.map(({ who }) => who);
  expect([...new Set(kinds)].sort()).toEqual(['administration', 'anybody', 'application']);
  const described = served.flatMap(({ who, operation }) =>
    who === 'anybody' && operation !== undefined ? [operation.name] : [],
  );
  expect(new Set(described)).toEqual(new Set(['description.get', 'documentation.get']));
});

it('every operation has a name of its own', async bureau => {
  const names = bureau.routes.flatMap(({ method, operation }) =>
    operation === undefined || method === 'HEAD' ? [] : [operation.name],
  );
  expect([...new Set(names)]).toEqual(names);
});

test('every act is in a list, from which its routes and its form are made', () => {
  const stated = codeFiles
    .filter(({ path }) => /^service\/subjects\/(?!kit\/)/.test(path))
    .flatMap(({ text }) => [...text.matchAll(/= act(?:ByItself)?\(\{/g)]);
  const listed = [...acts, ...[...lists, ...pagedLists].flatMap(actsOf)];
  expect(stated.length).toBeGreaterThan(10);
  expect(new Set(listed).size).toBe(stated.length);
});

test('reading methods change nothing, and every change has its own permission', () => {
  for (const { method, permission, name } of apiRoutes) {
    const reads = ['read', 'audit.read'].includes(permission);
    expect([name, reads], name).toEqual([name, method === 'GET']);
  }
});

test('no route lists a refusal twice', () => {
  for (const { name, refusals } of apiRoutes)
    expect([name, new Set(refusals).size]).toEqual([name, refusals.length]);
});

test('a refusal is a problem whose type is a stable name', () => {
  expect(JSON.parse(refusalJson('account_locked', 'request-1'))).toEqual({
    type: 'urn:passfob:problem:account_locked',
    title: 'Locked',
    status: 423,
    detail: texts.refusals.account_locked,
    code: 'account_locked',
    accepted: false,
    requestId: 'request-1',
  });
});

it('a wrong key fails despite a valid session, and a revoked or demoted operator is out at once', async bureau => {
  const { cookie } = await bureau.session('admin');
  const ask = (shown: Shown) => bureau.ask('GET', '/v1/session', shown);
  expect((await ask({ ...cookie, authorization: 'Bearer pfa_guess' })).status).toBe(401);
  expect((await ask(cookie)).json).toMatchObject({ name: 'operator-admin', role: 'admin' });
  const key = await bureau.key('admin');
  const given = { method: 'PATCH', path: '/v1/operators/operator-admin' };
  expect((await bureau.ask(given.method, given.path, key, { role: 'auditor' })).status).toBe(200);
  expect((await ask(cookie)).status).toBe(401);
  const keys = (await bureau.ask('GET', '/v1/api-keys', key)).json.apiKeys as { id: string }[];
  const id = keys[0]?.id ?? '';
  expect((await bureau.ask('POST', `/v1/api-keys/${id}/revoke`, key)).status).toBe(200);
  expect((await ask(key)).status).toBe(401);
});

it('a session by one-time link has the administrator’s role during the set-up only', async bureau => {
  const entered = await openLink(bureau.service.operatorLink);
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const session = await sessionOf(bureau.office.management, secret(cookie.split('=')[1] ?? ''));
  const csrf = { 'x-csrf-token': secret(session?.csrf ?? ''), origin: new URL(bureau.service.url).origin };
  const make = (name: string) =>
    bureau.ask('POST', '/v1/api-keys', { cookie, ...csrf }, { name, role: 'auditor' });
  const made = await make('first');
  secret(String(made.json.value));
  expect(made.status).toBe(201);
  const rows = await bureau.office.store.db.selectFrom('audit').select(['actor', 'action']).execute();
  expect(rows).toContainEqual({ actor: 'link', action: 'api-key.change' });
  // The session is used now and then, so that it does not expire as idle.
  bureau.rig.clock.nowMs += accessLimits.linkFreshMs / 2;
  expect((await make('second')).status).toBe(201);
  bureau.rig.clock.nowMs += accessLimits.linkFreshMs / 2;
  expect((await make('third')).json.code).toBe('proof_needed');
});

const document = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');

test('the numbers in docs/api.md match the limits', () => {
  const { sourceBucket } = webLimits;
  const { administrationBucket } = administrationLimits;
  for (const stated of [
    `within ${accessLimits.reauthenticationMs / 60_000} minutes (${accessLimits.linkFreshMs / 60_000} minutes for`,
    `(${sourceBucket.burst} at once, ${sourceBucket.perSecond} a second`,
    `more than ${administrationBucket.burst} times at once or ${administrationBucket.perSecond} times a second`,
    `up to ${administrationLimits.pageRowsMax}, ${alertLimits.alertsListed} of alerts`,
    `up to ${administrationLimits.importBodyMaxBytes / 1_048_576} MiB`,
  ])
    expect(document.replaceAll('\n', ' ')).toContain(stated);
});
