import { administrationLimits } from '@passfob/service/base/limits/administration';
import { tokenLimits } from '@passfob/service/base/limits/tokens';
import { userLimits } from '@passfob/service/base/limits/users';
import { webLimits } from '@passfob/service/base/limits/web';
import { apiRoutes } from '@passfob/service/doors/api/routes';
import { createUser } from '@passfob/service/features/users/user-changes';
import { expect, test } from 'vitest';
import { accepted, grace } from '../users/kit.ts';
import { Bureau, pathOf } from './kit.ts';

test('invalid fields in bodies, paths and queries are refused with their names', async () => {
  await using bureau = await Bureau.open();
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

test('a value sent in the place of a field name is not returned', async () => {
  await using bureau = await Bureau.open();
  const key = await bureau.key('admin');
  const { text, json } = await bureau.ask('POST', '/v1/users', key, {
    name: 'ada',
    'otpauth://seed=GEZDGN': 1,
  });
  expect(text).not.toContain('GEZDGN');
  expect(json.fields).toEqual([{ field: 'body', detail: 'must NOT have additional properties' }]);
});

test('bodies are limited in size and must be JSON', async () => {
  await using bureau = await Bureau.open();
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

test('no response may be cached, and every response carries its request id', async () => {
  await using bureau = await Bureau.open();
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

test('HEAD is GET without a body, OPTIONS lists the methods, and other methods are refused with that list', async () => {
  await using bureau = await Bureau.open();
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

test('an address that guesses keys is slowed down, and a valid key is not', async () => {
  await using bureau = await Bureau.open();
  const key = await bureau.key('auditor');
  const guess = async () =>
    (await bureau.ask('GET', '/v1/users', { authorization: 'Bearer pfa_guess' })).status;
  for (let turn = 0; turn < webLimits.sourceBucket.burst; turn++) expect(await guess()).toBe(401);
  expect(await guess()).toBe(429);
  expect((await bureau.ask('GET', '/v1/users', key)).status).toBe(200);
  bureau.rig.clock.nowMs += 1000;
  expect(await guess()).toBe(401);
});

test('one key cannot keep the service busy', async () => {
  await using bureau = await Bureau.open();
  const key = await bureau.key('auditor');
  const ask = async () => (await bureau.ask('GET', '/v1/session', key)).status;
  for (let turn = 0; turn < administrationLimits.administrationBucket.burst; turn++)
    expect(await ask()).toBe(200);
  expect(await ask()).toBe(429);
  expect((await bureau.ask('GET', '/v1/session', await bureau.key('admin'))).status).toBe(200);
});

test('lists continue where they ended, by key, also by names with any characters', async () => {
  await using bureau = await Bureau.open();
  const key = await bureau.key('admin');
  const names = ['a/b', 'a?b', 'a%2f', 'ada', 'bob', 'ö€', '😀'];
  for (const name of names) accepted(await createUser(bureau.office.management, grace, { name }));
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
  accepted(await createUser(bureau.office.management, grace, { name: longest }));
  expect((await bureau.ask('GET', `/v1/users/${encodeURIComponent(longest)}`, key)).json.name).toBe(longest);
});
