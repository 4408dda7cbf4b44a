import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once, setMaxListeners } from 'node:events';
import { serviceActor } from '@passfob/service/base/actor';
import { alertLimits } from '@passfob/service/base/limits/alerts';
import { recordLimits } from '@passfob/service/base/limits/records';
import { validationLimits } from '@passfob/service/base/limits/validation';
import type { Outcome } from '@passfob/service/base/outcomes';
import { type Db, writing } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import { listAlerts, raiseAlert, sweepAlerts } from '@passfob/service/subjects/alerts/alerts';
import { verifyWatched, watchAudit } from '@passfob/service/subjects/alerts/audit-watch';
import { watchClock } from '@passfob/service/subjects/alerts/clock';
import { deliverDue, leaseDue, makeDelivering } from '@passfob/service/subjects/alerts/deliver';
import { acknowledgeAlert, pageAlerts } from '@passfob/service/subjects/alerts/manage';
import { watchSpraying } from '@passfob/service/subjects/alerts/spraying';
import { ensureApplication } from '@passfob/service/subjects/applications/applications';
import { vetHost } from '@passfob/service/subjects/notify/address';
import { addressesOf } from '@passfob/service/subjects/notify/lookup';
import { addChannel } from '@passfob/service/subjects/notify/manage';
import { verifySignature } from '@passfob/service/subjects/notify/webhook';
import { resyncToken } from '@passfob/service/subjects/tokens/codes/resync';
import { changePin } from '@passfob/service/subjects/validation/change-pin';
import { makeEngine } from '@passfob/service/subjects/validation/engine';
import { recordEvents } from '@passfob/service/subjects/validation/events';
import { expect, test, vi } from 'vitest';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { secret } from '../../kit/secrets.ts';
import { act, testOfRecords as it } from '../audit/kit.ts';
import { fobAnswer, otherCode, Scene } from '../challenges/kit.ts';
import { setIn } from '../kit/rows.ts';
import { codeAt, codeNow, NOON_MS, wrongCode } from '../kit.ts';
import { accepted, codeOf, givePin, grace, Office } from '../users/kit.ts';
import { HookReceiver } from './receivers.ts';

/** Long enough for any computer; the awaited results come at once. */
const WAIT = { timeout: PATIENCE_MS, interval: 20 };

const key = secret('a key of the webhook');

const clockAlert = (dedupe: string, atMs = NOON_MS) =>
  ({ kind: 'clock', dedupe, userId: null, tokenId: null, atMs, source: '192.0.2.7' }) as const;

function raise(db: Db, dedupe: string, atMs?: number): Promise<void> {
  return writing(db, transaction => raiseAlert(transaction, clockAlert(dedupe, atMs)));
}

async function addHook(management: Management, port: number, enabled = true): Promise<string> {
  const target = { kind: 'webhook', url: `http://127.0.0.1:${port}/alerts` } as const;
  const hook = { name: 'hook', enabled, target, secret: key };
  return accepted(await addChannel(management, serviceActor, hook)).channel.id;
}

it('100 repeats are one alert with count 100, sent at 1, 10 and 100, with a signature that the receiver can check', async rig => {
  await using hook = await new HookReceiver().listen();
  const management = await rig.open();
  const { db } = management;
  await addHook(management, hook.port);
  for (let time = 0; time < 100; time++) await raise(db, 'same');
  await raise(db, 'other');
  expect((await pageAlerts(db)).alerts.map(({ count }) => count).sort()).toEqual([1, 100]);
  expect(await deliverDue(management, { allowLoopback: true })).toEqual({ sent: 4, failed: 0 });
  expect(await deliverDue(management, { allowLoopback: true })).toEqual({ sent: 0, failed: 0 });
  const bodies = hook.received.map(({ body }) => JSON.parse(body));
  expect(bodies.map(({ count }) => count).sort()).toEqual([1, 1, 10, 100]);
  expect(new Set(bodies.map(({ id }) => id)).size).toBe(4);
  const now = { nowSeconds: NOON_MS / 1000 + 100, toleranceSeconds: 300 };
  for (const { headers, body } of hook.received) {
    const received = { header: String(headers['passfob-signature']), body };
    expect(verifySignature(Buffer.from(key), received, now)).toBe(true);
    expect(verifySignature(Buffer.from(key), { ...received, body: `${body} ` }, now)).toBe(false);
    expect(verifySignature(Buffer.from('another key of it'), received, now)).toBe(false);
    expect(verifySignature(Buffer.from(key), received, { ...now, toleranceSeconds: 99 })).toBe(false);
    expect(headers['passfob-delivery']).toBe(JSON.parse(body).id);
  }
});

it('a failed delivery is stored with its reason, retried at growing intervals and finally given up', async rig => {
  await using hook = await new HookReceiver().listen();
  const management = await rig.open();
  const { db } = management;
  await addHook(management, hook.port);
  await raise(db, 'one');
  hook.answer = { status: 503, body: 'x'.repeat(100_000) };
  const waits: number[] = [];
  for (;;) {
    await deliverDue(management, { allowLoopback: true });
    const row = await db.selectFrom('deliveries').selectAll().executeTakeFirstOrThrow();
    expect(row.error).toMatch(/^HTTP /);
    if (row.done_ms !== null) break;
    expect(await deliverDue(management, { allowLoopback: true })).toEqual({ sent: 0, failed: 0 });
    waits.push(row.due_ms - rig.clock.nowMs);
    rig.clock.nowMs = row.due_ms;
  }
  expect(hook.received).toHaveLength(12);
  for (const [index, wait] of waits.entries()) {
    const most = Math.min(3_600_000, 5000 * 2 ** index);
    expect(wait).toBeGreaterThanOrEqual(most / 2);
    expect(wait).toBeLessThanOrEqual(most);
  }
});

it('two nodes send each delivery once; deliveries leased by a dead node are sent after the lease', async rig => {
  await using hook = await new HookReceiver().listen();
  const management = await rig.open();
  const { db } = management;
  const channel = await addHook(management, hook.port);
  for (let index = 0; index < 6; index++) await raise(db, `before ${index}`);
  const lost = await leaseDue(db, channel, rig.clock.nowMs);
  expect(lost).toHaveLength(6);
  expect(await deliverDue(management, { allowLoopback: true })).toEqual({ sent: 0, failed: 0 });
  rig.clock.nowMs += 60_000;
  const turns = await Promise.all([
    deliverDue(management, { allowLoopback: true }),
    deliverDue(management, { allowLoopback: true }),
  ]);
  expect(turns.reduce((sum, { sent }) => sum + sent, 0)).toBe(6);
  expect(new Set(hook.received.map(({ headers }) => headers['passfob-delivery'])).size).toBe(6);
  expect(hook.received).toHaveLength(6);
});

it('a channel whose receiver hangs delays no other channel, however many deliveries are due', async rig => {
  await using slow = await new HookReceiver().listen();
  await using quick = await new HookReceiver().listen();
  const management = await rig.open();
  const { db } = management;
  slow.isSilent = true;
  const slowId = await addHook(management, slow.port);
  for (let index = 0; index < 2 * recordLimits.deliveriesAtOnce; index++) await raise(db, `slow ${index}`);
  await addHook(management, quick.port);
  const errors: unknown[] = [];
  const failed = (error: unknown) => errors.push(error);
  const delivering = makeDelivering(management, { allowLoopback: true, failed });
  const left = async (id: string) =>
    (
      await db
        .selectFrom('deliveries')
        .select('id')
        .where('channel', id === slowId ? '=' : '<>', slowId)
        .where('done_ms', 'is', null)
        .execute()
    ).length;
  for (let turn = 1; turn <= 3; turn++) {
    await raise(db, `quick ${turn}`);
    await delivering.turn();
    await vi.waitFor(async () => expect(await left('quick')).toBe(0), WAIT);
    expect(quick.received).toHaveLength(turn);
  }
  await vi.waitFor(() => expect(slow.received).toHaveLength(recordLimits.deliveriesAtOnce), WAIT);
  expect(await left(slowId)).toBe(2 * recordLimits.deliveriesAtOnce + 3);
  slow.hangUp();
  await delivering.settled();
  expect(errors).toEqual([]);
  expect(await left(slowId)).toBe(2 * recordLimits.deliveriesAtOnce + 3);
});

it('a disabled channel gets nothing; an alert is rolled back with the transaction that raised it', async rig => {
  const management = await rig.open();
  const { db } = management;
  await addHook(management, 9, false);
  await raise(db, 'one');
  const failing = writing(db, async transaction => {
    await raiseAlert(transaction, clockAlert('two'));
    throw new Error('undone');
  });
  await expect(failing).rejects.toThrow('undone');
  expect(await db.selectFrom('deliveries').selectAll().execute()).toEqual([]);
  expect((await pageAlerts(db)).alerts).toHaveLength(1);
});

it('an alert is acknowledged once, leaves an audit row, and a repeat opens it again', async rig => {
  const management = await rig.open();
  const { db } = management;
  for (let index = 1; index <= 5; index++) await raise(db, `alert ${index}`, NOON_MS + Math.min(index, 3));
  const actor = { ...serviceActor, name: 'grace', role: 'helpdesk' as const };
  expect(await acknowledgeAlert(management, actor, { id: '2' })).toMatchObject({
    ok: true,
    value: { acknowledgedBy: 'grace', acknowledgedMs: NOON_MS },
  });
  expect(codeOf(await acknowledgeAlert(management, actor, { id: '2' }))).toBe('alert_acknowledged');
  expect(codeOf(await acknowledgeAlert(management, actor, { id: '99' }))).toBe('unknown_alert');
  expect(await db.selectFrom('audit').select(['actor', 'action', 'subject_id']).execute()).toEqual([
    { actor: 'grace', action: 'alert.acknowledge', subject_id: '2' },
  ]);
  expect((await pageAlerts(db, { standing: 'acknowledged' })).alerts.map(({ id }) => id)).toEqual([2]);
  const seen: number[] = [];
  let page = await pageAlerts(db, { standing: 'open', limit: 2 });
  for (;;) {
    seen.push(...page.alerts.map(({ id }) => id));
    if (page.next === null) break;
    page = await pageAlerts(db, { standing: 'open', limit: 2, after: page.next });
  }
  expect(seen).toEqual([5, 4, 3, 1]);
  await raise(db, 'alert 2');
  expect((await pageAlerts(db, { standing: 'acknowledged' })).alerts).toEqual([]);
});

it('a clock that goes back raises one alert; small steps and forward steps raise none', async rig => {
  const { db } = await rig.open();
  for (const ms of [0, 30_000, 28_000, 90_000, 88_000, 400_000]) await watchClock(db, () => NOON_MS + ms);
  expect((await pageAlerts(db)).alerts).toEqual([]);
  expect(await watchClock(db, () => NOON_MS - 3_600_000 + 400_000)).toBe(3_600_000);
  expect(await watchClock(db, () => NOON_MS - 3_600_000 + 401_000)).toBe(0);
  expect((await pageAlerts(db)).alerts).toMatchObject([{ kind: 'clock', lastSource: '3600 s', count: 1 }]);
});

it('the clock is read after the wait for the database, where another node may have stored a later time', async rig => {
  const { db } = await rig.open();
  let nowMs = NOON_MS;
  const clock = () => nowMs;
  await watchClock(db, clock);
  let watching: Promise<number> | undefined;
  await writing(db, async transaction => {
    nowMs += 70_000;
    watching = watchClock(db, clock);
    nowMs += 10_000;
    await setIn(transaction, 'settings', { value: JSON.stringify(nowMs) }, { name: 'clock-seen' });
  });
  expect(await watching).toBe(0);
  expect((await pageAlerts(db)).alerts).toEqual([]);
});

it('a tampered audit raises one alert for the same damage', async rig => {
  const management = await rig.open();
  const { db } = management;
  await act(rig, management, 1, 4);
  await db.updateTable('audit').set({ actor: 'mallory' }).where('id', '=', 2).execute();
  expect(await watchAudit(management)).toBe(4);
  for (let time = 0; time < 3; time++) expect((await verifyWatched(management)).intact).toBe(false);
  const { alerts } = await pageAlerts(db);
  expect(alerts).toMatchObject([
    { kind: 'audit', count: 4, lastSource: 'Row 2 was changed after it was written.' },
  ]);
});

const PIN = secret('730519');
const WRONG_PIN = secret('480627');
const DAY_MS = 24 * 3_600_000;

/** Opens an office with a validator, and lists the names and counts of its alerts. */
async function scene() {
  const office = await Office.open();
  const { db } = office.store;
  const { application } = await ensureApplication(db, office.nowMs);
  const engine = makeEngine(office.management);
  const attempt = (user: string, passcode: string, source = '192.0.2.1') =>
    engine.decide({ user, passcode, source, applicationId: application.id, requestId: 'r' });
  const alerts = async () =>
    (await listAlerts(db)).map(({ kind, user, count, lastSource }) => [kind, user, count, lastSource]);
  return { office, db, applicationId: application.id, attempt, alerts };
}

test('an account that becomes locked raises one alert a day with its count; attempts on a locked account raise none', async () => {
  const { office, attempt, alerts } = await scene();
  await using _ = office;
  const token = await office.token('ada');
  const lock = async () => {
    for (let nth = 0; nth < 5; nth++)
      await attempt('ada', wrongCode(token, office.nowMs, nth), `192.0.2.${nth}`);
  };
  await attempt('ada', wrongCode(token, office.nowMs));
  await attempt('ada', wrongCode(token, office.nowMs, 1));
  expect(await alerts()).toEqual([]);
  await lock();
  expect(await alerts()).toEqual([['locked', 'ada', 1, '192.0.2.0']]);
  office.nowMs += validationLimits.lockPeriodMs;
  await lock();
  expect(await alerts()).toEqual([['locked', 'ada', 2, '192.0.2.2']]);
  office.nowMs += DAY_MS;
  await lock();
  expect(await alerts()).toEqual([
    ['locked', 'ada', 1, '192.0.2.2'],
    ['locked', 'ada', 2, '192.0.2.2'],
  ]);
});

test('lockouts by question answers, by a resync and by wrong present PINs raise alerts, too', async () => {
  await using questions = await Scene.open();
  questions.threshold = 2;
  const { office } = questions;
  const { db } = office.store;
  for (let nth = 0; nth < 2; nth++) {
    const challenge = await questions.ask();
    await questions.answer(challenge, otherCode(fobAnswer(questions.token, challenge.question)));
  }
  expect(await listAlerts(db)).toMatchObject([{ kind: 'locked', user: 'ada', lastSource: '192.0.2.1' }]);
  await office.users('bob', 'carl');
  const token = await office.token('bob', { kind: 'hotp' });
  const miss = { serial: token.serial, first: codeAt(token, 5000), second: codeAt(token, 6000) };
  for (let nth = 0; nth < 3; nth++) await resyncToken(office.management, grace, miss);
  const carls = await office.token('carl');
  await givePin(office.management, 'carl', PIN);
  const { application } = await ensureApplication(db, office.nowMs);
  const { decide } = makeEngine(office.management);
  const choose = (pin: string) =>
    changePin(office.management, decide, {
      shown: {
        ...{ user: 'carl', passcode: codeNow(carls, office.nowMs), pin, source: '192.0.2.1' },
        ...{ applicationId: application.id, requestId: randomUUID() },
      },
      newPin: PIN,
    });
  for (let nth = 0; nth < 2; nth++) await choose(WRONG_PIN);
  // A right PIN does not lock, and resets the failures.
  expect(codeOf(await choose(PIN))).toBe('same_pin');
  const named = async () => (await listAlerts(db)).map(({ user }) => user).sort();
  expect(await named()).toEqual(['ada', 'bob']);
  for (let nth = 0; nth < 3; nth++) await choose(WRONG_PIN);
  expect(await named()).toEqual(['ada', 'bob', 'carl']);
});

test('of very many locked accounts the first are sent one by one, and all are listed', async () => {
  const { office, db, attempt } = await scene();
  await using _ = office;
  const target = { kind: 'syslog', host: '192.0.2.5', port: 514, transport: 'udp' } as const;
  await office.do(addChannel, { name: 'logs', enabled: true, target });
  const names = Array.from({ length: alertLimits.lockedTold + 5 }, (_, at) => `user${at}`);
  await office.users(...names);
  const tokens = [];
  for (const name of names) tokens.push({ name, token: await office.token(name) });
  for (let nth = 0; nth < validationLimits.lockThreshold; nth++)
    await Promise.all(tokens.map(({ name, token }) => attempt(name, wrongCode(token, office.nowMs, nth))));
  const count = async (table: 'alerts' | 'deliveries') =>
    (await db.selectFrom(table).select('id').execute()).length;
  expect([await count('alerts'), await count('deliveries')]).toEqual([names.length, alertLimits.lockedTold]);
});

test('alerts of one kind displace no alerts of another kind', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  await writing(db, async transaction => {
    const raise = (kind: 'replay' | 'locked', number: number) =>
      raiseAlert(transaction, {
        ...{ kind, dedupe: `${kind}:${number}`, userId: null, tokenId: null },
        ...{ atMs: number, source: '-' },
      });
    await raise('replay', 1);
    for (let number = 2; number < alertLimits.alertsKept + 12; number++) await raise('locked', number);
  });
  await sweepAlerts(db);
  const kept = await db.selectFrom('alerts').select(['kind', 'last_ms']).orderBy('last_ms').execute();
  expect(kept).toHaveLength(alertLimits.alertsKept + 1);
  expect(kept[0]?.kind).toBe('replay');
  expect(kept[1]?.last_ms).toBe(12);
});

/** Stores log-ins of users by number; null stands for an unknown name. */
function happen(db: Db, applicationId: string, ids: readonly string[], source: string, atMs: number) {
  return (users: readonly (number | null)[], outcome: Outcome) =>
    recordEvents(
      db,
      users.map(user => ({
        ...{ atMs, outcome, source, applicationId, tokenId: null, requestId: 'r' },
        userId: user === null ? null : (ids[user] ?? null),
      })),
    );
}

test('attempts on many users from one source raise an alert; one user’s attempts, an office and old attempts do not', async () => {
  const { office, db, applicationId, alerts } = await scene();
  await using _ = office;
  const most = alertLimits.sprayUsers;
  const everyone = Array.from({ length: 2 * most }, (_, at) => at);
  await office.users(...everyone.map(at => `user${at}`));
  const rows = await db.selectFrom('users').select('id').orderBy('name').execute();
  const from = (source: string, atMs = office.nowMs) =>
    happen(
      db,
      applicationId,
      rows.map(({ id }) => id),
      source,
      atMs,
    );
  await from('192.0.2.1')(everyone.slice(0, most - 1), 'wrong');
  await from('192.0.2.2')(Array(5 * most).fill(3), 'wrong_password');
  await from('192.0.2.3')(everyone.slice(0, most), 'wrong');
  await from('192.0.2.3')(everyone.slice(most), 'accepted');
  await from('192.0.2.4', office.nowMs - alertLimits.sprayPeriodMs)(everyone, 'wrong');
  await from('192.0.2.5')(everyone, 'locked');
  expect(await watchSpraying(db, office.nowMs)).toEqual([]);
  await from('192.0.2.1')(everyone.slice(most - 1, most), 'wrong_pin');
  // IPv6 addresses of one household or attacker are one source; unknown names count, too.
  for (const at of everyone)
    await from(`2001:db8:0:7::${at.toString(16)}`)(
      [at % 2 === 0 ? at : null],
      at % 2 === 0 ? 'wrong' : 'unknown_user',
    );
  expect((await watchSpraying(db, office.nowMs)).sort()).toEqual([
    '192.0.2.1',
    expect.stringMatching(/^2001:db8:0:7::/),
  ]);
  expect((await alerts()).map(([kind, user, count]) => [kind, user, count])).toEqual([
    ['spray', null, 1],
    ['spray', null, 1],
  ]);
});

test('continued password spraying is counted once in each period, by however many nodes', async () => {
  const { office, db, attempt, alerts } = await scene();
  await using _ = office;
  const spray = async () => {
    const names = Array.from({ length: alertLimits.sprayUsers }, (_, at) => `guess${at}`);
    await Promise.all(names.map(name => attempt(name, '123456')));
    await Promise.all([watchSpraying(db, office.nowMs), watchSpraying(db, office.nowMs)]);
  };
  await spray();
  await spray();
  expect(await alerts()).toEqual([['spray', null, 1, '192.0.2.1']]);
  office.nowMs += alertLimits.sprayPeriodMs;
  await spray();
  expect(await alerts()).toEqual([['spray', null, 2, '192.0.2.1']]);
});

/** Starts a name server on loopback that answers each question with addresses, or never. */
async function nameServer(answer: 'never' | { readonly a: number[]; readonly code?: number }) {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    const end = query.indexOf(0, 12);
    const isA = query.readUInt16BE(end + 1) === 1;
    asked.push(isA ? 'A' : 'AAAA');
    if (answer === 'never') return;
    const question = query.subarray(12, end + 5);
    const has = isA && answer.code === undefined;
    const header = Buffer.from([
      ...query.subarray(0, 2),
      0x81,
      0x80 | (answer.code ?? 0),
      0,
      1,
      0,
      has ? 1 : 0,
      0,
      0,
      0,
      0,
    ]);
    const record = has
      ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...answer.a])
      : Buffer.alloc(0);
    socket.send(Buffer.concat([header, question, record]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    asked,
    servers: [`127.0.0.1:${socket.address().port}`],
    socket,
    [Symbol.dispose]: () => {
      socket.close();
    },
  };
}

test('host names are resolved by the name server, and its addresses are checked', async () => {
  using open = await nameServer({ a: [93, 184, 215, 14] });
  const host = 'hooks.example.test';
  expect(await vetHost(host, { loopback: false, servers: open.servers })).toEqual({
    address: '93.184.215.14',
    family: 4,
  });
  expect(open.asked.sort()).toEqual(['A', 'AAAA']);
  using inside = await nameServer({ a: [10, 0, 0, 7] });
  await expect(vetHost(host, { loopback: true, servers: inside.servers })).rejects.toThrow(
    'address not allowed',
  );
  using failing = await nameServer({ a: [], code: 2 });
  await expect(addressesOf(host, { servers: failing.servers })).rejects.toThrow(/^DNS ESERVFAIL$/);
});

test('addresses and localhost are resolved without a name server', async () => {
  using never = await nameServer('never');
  const { servers } = never;
  expect(await addressesOf('2001:db8::7', { servers })).toEqual([{ address: '2001:db8::7', family: 6 }]);
  expect(await addressesOf('localhost', { servers })).toEqual([
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]);
  expect(never.asked).toEqual([]);
});

test('a silent name server blocks nobody: many lookups wait without a thread and can be cancelled', async () => {
  using never = await nameServer('never');
  const { servers } = never;
  const { signal, abort } = cancelling(16);
  const lookups = Array.from({ length: 16 }, (_, at) =>
    addressesOf(`slow${at}.example.test`, { servers, signal }),
  );
  const ended = Promise.allSettled(lookups);
  while (never.asked.length < 32) await once(never.socket, 'message');
  abort();
  for (const lookup of await ended) {
    expect(lookup.status).toBe('rejected');
    if (lookup.status === 'rejected') expect(String(lookup.reason.message)).toBe('DNS ECANCELLED');
  }
});

/** @param most how many lookups it ends at once */
function cancelling(most: number) {
  const controller = new AbortController();
  setMaxListeners(most, controller.signal);
  return { signal: controller.signal, abort: () => controller.abort() };
}
