import { failedFactor } from '@passfob/service/base/outcomes';
import { expect, test } from 'vitest';
import { add, codeNow, NOON_MS, newToken, wrongCode } from '../kit.ts';
import { invitation, queue } from '../mail/kit.ts';
import { Bureau, type Shown } from './kit.ts';

/** Returns every row of a list, page by page, by a field that identifies it. */
async function walk(bureau: Bureau, key: Shown, path: string, rows: string, name: string): Promise<string[]> {
  const seen: string[] = [];
  let after = '';
  for (let turn = 0; turn < 50; turn++) {
    const { status, json } = await bureau.ask('GET', `${path}limit=2${after}`, key);
    expect(status).toBe(200);
    const page = json[rows] as Record<string, unknown>[];
    expect(page.length).toBeLessThanOrEqual(2);
    seen.push(...page.map(row => String(row[name])));
    if (json.next === null) return seen;
    after = `&after=${encodeURIComponent(String(json.next))}`;
  }
  throw new Error('the list does not end');
}

test('every list is paged to its end without a gap or a repeat', async () => {
  await using bureau = await Bureau.open();
  const key = await bureau.key('admin');
  const made = async (path: string, body: unknown) =>
    expect((await bureau.ask('POST', path, key, body)).status).toBe(201);
  for (let nth = 1; nth <= 5; nth++) {
    const token = await add(bureau.service, newToken({ serial: `FOB-${nth}`, user: `user ${nth}` }));
    // Two alerts with the same time, in any order: each user's passcode is used again.
    for (const _ of [1, 2])
      await bureau.service.validate({ user: token.user, passcode: codeNow(token, NOON_MS), source: '::1' });
    await made('/v1/policies', { name: `policy ${nth}`, kind: 'totp' });
    await made('/v1/applications', { name: `app ${nth}`, factors: 'otp' });
    await made('/v1/api-keys', { name: `key ${nth}`, role: 'auditor' });
    await made('/v1/operators', { user: `user ${nth}`, role: 'auditor' });
    await made('/v1/jobs', { kind: 'suspend', serials: ['FOB-1', 'FOB-2', 'FOB-3'] });
    const target = { kind: 'syslog', host: '127.0.0.1', port: 9, transport: 'udp' };
    await queue(bureau.office.management, await invitation(bureau.office.management));
    await made('/v1/channels', { name: `channel ${nth}`, enabled: false, target });
  }
  const { db } = bureau.office.store;
  const applications = await db.selectFrom('applications').select('id').execute();
  const lists: readonly [string, string, string, number][] = [
    ['/v1/tokens?', 'tokens', 'serial', 5],
    ['/v1/tokens?by=user&text=user&', 'tokens', 'serial', 5],
    ['/v1/policies?', 'policies', 'name', 5],
    // Includes the applications that the service creates itself.
    ['/v1/applications?', 'applications', 'name', applications.length],
    ['/v1/api-keys?', 'apiKeys', 'name', 6],
    ['/v1/operators?', 'operators', 'user', 5],
    ['/v1/jobs?', 'jobs', 'id', 5],
    ['/v1/channels?', 'channels', 'id', 5],
    ['/v1/alerts?', 'alerts', 'id', 5],
    ['/v1/alerts?standing=open&', 'alerts', 'id', 5],
    ['/v1/alerts?standing=acknowledged&', 'alerts', 'id', 0],
    ['/v1/events?', 'events', 'id', 10],
    ['/v1/fobs?', 'fobs', 'serial', 0],
    ['/v1/mails?', 'mails', 'id', 5],
    ['/v1/mails?user=ada&state=local&', 'mails', 'id', 5],
    ['/v1/mails?state=sent&', 'mails', 'id', 0],
  ];
  for (const [path, rows, name, length] of lists) {
    const seen = await walk(bureau, key, path, rows, name);
    expect([path, seen.length, new Set(seen).size]).toEqual([path, length, length]);
  }
  const [job] = await walk(bureau, key, '/v1/jobs?', 'jobs', 'id');
  expect(await walk(bureau, key, `/v1/jobs/${job}/items?`, 'items', 'number')).toEqual(['0', '1', '2']);
  const audit = await walk(bureau, key, '/v1/audit?', 'rows', 'id');
  expect(audit).toEqual([...audit].sort((a, b) => Number(b) - Number(a)));
  expect(audit.at(-1)).toBe('1');
});

test('help desk sees the last outcomes of a user with the real reasons', async () => {
  await using bureau = await Bureau.open();
  const key = await bureau.key('helpdesk');
  const token = await add(bureau.service, newToken());
  await add(bureau.service, newToken({ user: 'bob', serial: 'FOB-2' }));
  const attempt = (user: string, passcode: string) =>
    bureau.service.validate({ user, passcode, source: '192.0.2.9' });
  await attempt('ada', codeNow(token, NOON_MS));
  await attempt('ada', codeNow(token, NOON_MS));
  await attempt('bob', wrongCode(token, NOON_MS));
  const outcomes = async (query: string) =>
    ((await bureau.ask('GET', `/v1/events?${query}`, key)).json.events as { outcome: string }[]).map(
      ({ outcome }) => outcome,
    );
  expect(await outcomes('user=ADA')).toEqual(['replay', 'accepted']);
  expect(await outcomes('serial=FOB-1&outcome=replay')).toEqual(['replay']);
  expect(await outcomes('user=nobody')).toEqual([]);
  expect((await outcomes('limit=1')).length).toBe(1);
  // Every stored outcome is a valid filter.
  for (const outcome of Object.keys(failedFactor))
    expect([outcome, (await bureau.ask('GET', `/v1/events?outcome=${outcome}`, key)).status]).toEqual([
      outcome,
      200,
    ]);
});
