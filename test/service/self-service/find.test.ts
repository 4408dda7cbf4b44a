import { selfServiceLimits } from '@passfob/service/base/limits/self-service';
import { disableUser } from '@passfob/service/features/users/user-changes';
import { expect, test } from 'vitest';
import { codeAt, Rig, wrongCode } from '../kit.ts';
import { accepted, grace, Office } from '../users/kit.ts';
import { Person } from './kit.ts';

/** Starts a service with users, and finds fobs without signing in. */
async function begun(rig: Rig, ...names: string[]) {
  const service = await rig.start();
  const office = await Office.beside(rig);
  await office.users(...names);
  const find = (user: string, first: string, second: string) =>
    new Person(service).post('/me/find', new URLSearchParams({ user, first, second }));
  return { service, office, find };
}

test('a fob out of step is found without signing in, and its next passcode opens the page', async () => {
  await using rig = new Rig();
  const { service, office, find } = await begun(rig, 'ada');
  await using _ = office;
  const token = await office.token('ada', { kind: 'hotp' });
  const signIn = async (step: number) =>
    new Person(service).post(
      '/me/sign-in',
      new URLSearchParams({ user: 'ada', passcode: codeAt(token, step) }),
    );
  const refused = await signIn(500);
  expect(refused.text).toContain('<a href="/me/find">Find my fob again</a>');
  const page = await new Person(service).get('/me/find');
  expect([page.status, page.text.includes('<script')]).toEqual([200, false]);
  const found = await find('ada', codeAt(token, 501), codeAt(token, 502));
  expect([
    found.status,
    found.headers.get('set-cookie'),
    /Found\. Your fob works again/.test(found.text),
    found.text.includes('<a href="/login">To the log-in page</a>'),
  ]).toEqual([200, null, true, true]);
  // Never below the last accepted counter.
  expect((await find('ada', codeAt(token, 400), codeAt(token, 401))).status).toBe(403);
  expect(await signIn(503)).toMatchObject({ status: 303, location: '/me' });
  const rows = await office.store.db
    .selectFrom('audit')
    .selectAll()
    .where('action', '=', 'token.resync')
    .execute();
  expect(
    rows.map(({ actor, role, source, detail }) => [actor, role, source, JSON.parse(detail).found]),
  ).toEqual([
    ['ada', 'user', '127.0.0.1', true],
    ['ada', 'user', '127.0.0.1', false],
  ]);
});

test('failed searches show the same page after the same time for every user name; misses lock the account', async () => {
  await using rig = new Rig();
  const { office, find } = await begun(rig, 'ada', 'bob', 'eve', 'mallory');
  await using _ = office;
  const token = await office.token('ada', { kind: 'hotp' });
  const eves = await office.token('eve', { kind: 'hotp' });
  accepted(await disableUser(office.management, grace, 'eve'));
  const wrong = wrongCode(token, 15_000_000, 0, 500);
  const sinceMs = performance.now();
  const ask = async (...given: readonly (readonly [string, string, string])[]) =>
    (await Promise.all(given.map(one => find(...one)))).map(
      ({ status, text }) => `${status} ${text.replace(/value="[^"]*"/g, '')}`,
    );
  const misses = await ask(['ada', wrong, wrong], ['bob', wrong, wrong], ['nobody', wrong, wrong]);
  const more = await ask(
    ['ada', codeAt(token, 3), wrong],
    ['eve', codeAt(eves, 3), codeAt(eves, 4)],
    ['', '', ''],
  );
  const last = await ask(['ada', wrong, codeAt(token, 4)]);
  const locked = await ask(['ada', codeAt(token, 3), codeAt(token, 4)]);
  expect(performance.now() - sinceMs).toBeGreaterThan(4 * selfServiceLimits.findFloorMs);
  expect(new Set([...misses, ...more, ...last, ...locked]).size).toBe(1);
  expect(misses[0]).toMatch(/^403 .*Your fob was not found/s);
  const rows = await office.store.db
    .selectFrom('users')
    .select(['name', 'failures'])
    .orderBy('name')
    .execute();
  expect(rows.map(({ failures }) => failures)).toEqual([3, 0, 0, 0]);
  expect(
    (await office.store.db.selectFrom('tokens').select('last_step').execute()).map(row => row.last_step),
  ).toEqual([-1, -1]);
});

test('searches for one name are rate-limited across all addresses, and forms of other sites find nothing', async () => {
  await using rig = new Rig();
  const { service, find } = await begun(rig);
  const statuses: number[] = [];
  for (let nth = 0; nth < selfServiceLimits.findBucket.burst; nth += 2)
    statuses.push(
      ...(await Promise.all([find('Ada', '1', '2'), find('ada', '1', '2')])).map(({ status }) => status),
    );
  expect(statuses).toEqual(Array(selfServiceLimits.findBucket.burst).fill(403));
  expect((await find('ADA ', '1', '2')).status).toBe(429);
  const foreign = { 'sec-fetch-site': 'cross-site' };
  expect(
    (await new Person(service).post('/me/find', new URLSearchParams({ user: 'eve' }), foreign)).status,
  ).toBe(403);
});
