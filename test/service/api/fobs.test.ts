import { careLimits } from '@passfob/service/base/limits/care';
import { failedFactor } from '@passfob/service/base/outcomes';
import { apiRoutes } from '@passfob/service/http/api/routes';
import type { Schema } from '@passfob/service/storage/schema/schema';
import { newestFirmwares } from '@passfob/service/subjects/care/boards';
import { startJobs } from '@passfob/service/subjects/jobs/worker';
import { makeMetrics } from '@passfob/service/subjects/metrics/metrics';
import { Ajv } from 'ajv';
import type { Updateable } from 'kysely';
import { expect, test } from 'vitest';
import { setIn } from '../kit/rows.ts';
import { add, apiKeyOf, codeNow, NOON_MS, newToken, post, wrongCode } from '../kit.ts';
import { invitation, queue } from '../mail/kit.ts';
import { type Bureau, testOfBureau as it, type Shown } from './kit.ts';

const DAY_MS = 86_400_000;

type Columns = Updateable<Schema['fobs']>;

/** Stores what a fob told when it was last seen. */
async function observe(bureau: Bureau, serial: string, columns: Columns): Promise<void> {
  const { db } = bureau.office.store;
  const seen = { clock_state: 'trusted', seen_error_ms: 0, last_seen_ms: NOON_MS, algorithms: 7 } as const;
  const told = { pin: 'none', is_locked: 0, went_back: 'no', can_reset_pin: 1, protocol: 2 } as const;
  await setIn(
    db,
    'fobs',
    { ...seen, ...told, last_relay: 'agent', last_relay_name: '192.0.2.7', ...columns },
    { serial },
  );
}

/** Fobs that each differ in one point from one with nothing to tell. */
async function furnished(bureau: Bureau): Promise<void> {
  const [{ newest } = { newest: '' }] = newestFirmwares().filter(({ board }) => board === 'pico');
  const differing: Record<string, Columns> = {
    good: {},
    unset: { clock_state: 'unset', seen_error_ms: null },
    low: { battery_percent: careLimits.batteryLowPercent },
    old: { firmware: '0.0.1' },
    away: { last_seen_ms: NOON_MS - 90 * DAY_MS - 1 },
    lost: { state: 'lost' },
    tasks: {},
  };
  for (const [serial, columns] of Object.entries(differing)) {
    await bureau.office.fob(serial);
    await observe(bureau, serial, { firmware: newest, battery_percent: 80, ...columns });
  }
}

it('fobs are selected by clock, battery, firmware, absence, state and waiting tasks', async bureau => {
  await furnished(bureau);
  const key = await bureau.key('helpdesk');
  expect((await bureau.ask('POST', '/v1/fobs/tasks/set-clock', key)).status).toBe(200);
  const serials = async (query: string) => {
    const { json } = await bureau.ask('GET', `/v1/fobs?${query}`, key);
    return (json.fobs as { serial: string }[]).map(({ serial }) => serial);
  };
  expect(await serials('')).toHaveLength(7);
  expect(await serials('clockUnset=true')).toEqual(['unset']);
  expect(await serials('batteryLow=true')).toEqual(['low']);
  expect(await serials('oldFirmware=true')).toEqual(['old']);
  expect(await serials('notSeenDays=90')).toEqual(['away']);
  expect(await serials('state=lost')).toEqual(['lost']);
  expect(await serials('hasTasks=true')).toEqual(['tasks']);
  expect(await serials('hasTasks=false&batteryLow=false')).toHaveLength(7);
  expect(await serials('clockUnset=true&batteryLow=true')).toEqual([]);
  const first = (await bureau.ask('GET', '/v1/fobs?limit=1', key)).json;
  expect(first.next).toBe('away');
  expect(first.fobs).toMatchObject([
    { serial: 'away', lastSeen: { relay: 'agent', name: '192.0.2.7' }, openTasks: 0 },
  ]);
});

it('a fob is shown with its health in words, its accounts and its tasks', async bureau => {
  await furnished(bureau);
  const { db } = bureau.office.store;
  const fob = await db.selectFrom('fobs').select('id').where('serial', '=', 'low').executeTakeFirstOrThrow();
  const account = { fob_id: fob.id, account: '00c0ffee', place: 0, kind: 2, is_damaged: 0 } as const;
  await db
    .insertInto('fob_accounts')
    .values({ ...account, issuer: 'ACME', label: 'old job', seen_ms: NOON_MS })
    .execute();
  const key = await bureau.key('admin');
  await bureau.ask('POST', '/v1/fobs/low/accounts/00c0ffee/remove', key);
  const { json } = await bureau.ask('GET', '/v1/fobs/low', key);
  expect(json).toMatchObject({
    fob: { serial: 'low', state: 'in_use', batteryPercent: careLimits.batteryLowPercent, openTasks: 1 },
    health: [
      {
        kind: 'battery-low',
        text: 'Its battery is at 20 %.',
        next: 'Have the battery charged or replaced.',
        needsAttention: true,
      },
    ],
    accounts: [{ account: '00c0ffee', label: 'old job', token: null, isForApprovals: false }],
    tasks: [
      {
        kind: 'remove-account',
        account: '00c0ffee',
        state: 'waiting',
        causeText: 'A person asked for it.',
        actor: 'api:admin key',
      },
    ],
  });
  const route = apiRoutes.find(({ name }) => name === 'fobs.get');
  const fits = new Ajv({ strict: true, allowUnionTypes: true }).compile(route?.answer.schema ?? false);
  expect([fits(json), fits.errors]).toEqual([true, null]);
});

it('a job asks for the clock of every fob that a filter selects, and of no other', async bureau => {
  await furnished(bureau);
  await observe(bureau, 'good', { clock_state: 'unset', state: 'returned' });
  const key = await bureau.key('admin');
  const start = (body: unknown) => bureau.ask('POST', '/v1/jobs', key, body);
  const started = await start({ kind: 'clock', filter: { clockUnset: true } });
  // A fob that was returned is nobody's to care for.
  expect(started.json).toMatchObject({ title: 'Set the clocks of fobs', total: 1 });
  expect((await start({ kind: 'require-pin', filter: {} })).json).toMatchObject({ total: 6 });
  expect((await start({ kind: 'clock', serials: ['low', 'none'] })).json).toMatchObject({ total: 2 });
  expect((await start({ kind: 'clock', filter: { hasTasks: true } })).json.code).toBe('nothing_to_do');
  const jobs = startJobs(bureau.office.management);
  await jobs.idle();
  await jobs.close();
  const { db } = bureau.office.store;
  const tasks = await db
    .selectFrom('fob_tasks')
    .innerJoin('fobs', 'fobs.id', 'fob_tasks.fob_id')
    .select(['fob_tasks.kind', 'fobs.serial', 'fob_tasks.actor'])
    .orderBy('fobs.serial')
    .execute();
  const clocks = tasks.filter(({ kind }) => kind === 'clock');
  expect(clocks.map(({ serial }) => serial)).toEqual(['low', 'unset']);
  expect(tasks.filter(({ kind }) => kind === 'require-pin')).toHaveLength(6);
  expect(new Set(tasks.map(({ actor }) => actor))).toEqual(new Set(['api:admin key']));
});

it('a waiting task is cancelled only by a role that may ask for one of its kind', async bureau => {
  await bureau.office.fob('PF-7');
  const [desk, admin] = [await bureau.key('helpdesk'), await bureau.key('admin')];
  const ask = async (verb: string, key: Shown) =>
    String((await bureau.ask('POST', `/v1/fobs/PF-7/${verb}`, key)).json.id);
  const cancel = async (id: string, key: Shown) => {
    const { status, json } = await bureau.ask('POST', `/v1/fobs/PF-7/tasks/${id}/cancel`, key);
    return status === 200 ? json.state : json.code;
  };
  const erase = await ask('erase', admin);
  const rows = (await bureau.office.audit()).acts.length;
  expect(await cancel(erase, desk)).toBe('not_allowed');
  expect((await bureau.office.audit()).acts).toHaveLength(rows);
  expect(await cancel(erase, admin)).toBe('cancelled');
  expect(await cancel(erase, admin)).toBe('task_over');
  expect(await cancel(await ask('reset-pin', desk), desk)).toBe('cancelled');
});

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

it('every list is paged to its end without a gap or a repeat', async bureau => {
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

it('help desk sees the last outcomes of a user with the real reasons', async bureau => {
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

test('a histogram counts into every bucket above, labels are escaped, and services have separate counters', async () => {
  const metrics = makeMetrics('1');
  for (const size of [1, 3, 64, 99]) metrics.decided(size);
  const text = await metrics.registry.getSingleMetricAsString('passfob_log_in_batch_size');
  expect(text.split('\n')).toEqual([
    '# HELP passfob_log_in_batch_size Log-ins decided in one transaction.',
    '# TYPE passfob_log_in_batch_size histogram',
    ...[1, 1, 2, 2, 2, 2, 3].map((count, at) => `passfob_log_in_batch_size_bucket{le="${2 ** at}"} ${count}`),
    'passfob_log_in_batch_size_bucket{le="+Inf"} 4',
    'passfob_log_in_batch_size_sum 167',
    'passfob_log_in_batch_size_count 4',
  ]);
  metrics.radius.inc({ fate: 'x"y\\z\n' });
  expect(await metrics.registry.metrics()).toContain(
    '\npassfob_radius_packets_total{fate="x\\"y\\\\z\\n"} 1\n',
  );
  metrics.took('accepted');
  expect(await metrics.registry.metrics()).toContain('\npassfob_log_ins_total{outcome="accepted"} 1\n');
  expect(await makeMetrics('1').registry.metrics()).not.toContain('\npassfob_log_ins_total{');
});

it('metrics report log-ins, requests, alerts and jobs in the text format, and name nobody', async bureau => {
  const token = await add(bureau.service, newToken({ user: 'countess', serial: 'FOB-17' }));
  const ask = () =>
    post(bureau.service, apiKeyOf(bureau.service), { user: 'countess', passcode: codeNow(token, NOON_MS) });
  expect([(await ask()).status, (await ask()).status]).toEqual([200, 403]);
  const admin = await bureau.key('admin');
  await bureau.ask('GET', '/v1/users/countess', admin);
  await bureau.ask('GET', '/no/such/countess', admin);
  await bureau.office.fob('PF-17');
  await bureau.ask('POST', '/v1/fobs/PF-17/set-clock', admin);
  await bureau.ask('POST', '/v1/jobs', admin, { kind: 'suspend', serials: ['FOB-17'] });
  const { text, headers, status } = await bureau.ask('GET', '/metrics', await bureau.key('auditor'));
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  for (const line of [
    ...[`passfob_build_info{version="0.1.0",node="${process.version}"} 1`],
    ...['passfob_log_ins_total{outcome="accepted"} 1', 'passfob_log_ins_total{outcome="replay"} 1'],
    ...['passfob_log_ins_waiting 0', 'passfob_log_in_batch_size_count 2'],
    ...['passfob_http_request_seconds_count{method="POST",route="/v1/validate",status="4xx"} 1'],
    ...['passfob_http_request_seconds_count{method="GET",route="/v1/users/:user",status="2xx"} 1'],
    ...['passfob_http_request_seconds_count{method="-",route="-",status="4xx"} 1', 'passfob_alerts_open 1'],
    ...['passfob_jobs{state="queued"} 1', 'passfob_fob_tasks_open{kind="clock"} 1'],
    ...['passfob_fobs{health="all"} 1', 'passfob_fobs{health="battery_low"} 0'],
    ...['passfob_fobs{health="not_seen"} 1', 'passfob_fobs{health="tasks_open"} 1'],
  ])
    expect(text.split('\n')).toContain(line);
  expect(text).toMatch(/^passfob_audit_unsealed_rows [1-9]\d*$/m);
  expect(text).not.toMatch(/countess|FOB-17|PF-17|127\.0\.0\.1/);
  for (const line of text.trimEnd().split(/\n+/))
    expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="[^"]*",?)+\})? [\d.e+-]+)$/);
  const families = [...text.matchAll(/^# TYPE (\w+)/gm)].map(match => match[1]);
  expect(new Set(families).size).toBe(families.length);
});
