import { serviceActor } from '@passfob/service/base/actor';
import { recordLimits } from '@passfob/service/base/limits/records';
import { raiseAlert } from '@passfob/service/features/alerts/alerts';
import { verifyWatched, watchAudit } from '@passfob/service/features/alerts/audit-watch';
import { watchClock } from '@passfob/service/features/alerts/clock';
import { deliverDue, leaseDue, makeDelivering } from '@passfob/service/features/alerts/deliver';
import { acknowledgeAlert, pageAlerts } from '@passfob/service/features/alerts/manage';
import { saveChannel } from '@passfob/service/features/notify/manage';
import { verifySignature } from '@passfob/service/features/notify/webhook';
import { type Db, writing } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import { expect, test, vi } from 'vitest';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { secret } from '../../kit/secrets.ts';
import { act, RecordsRig } from '../audit/kit.ts';
import { NOON_MS } from '../kit.ts';
import { HookReceiver } from './receivers.ts';

/** Long enough for any computer; the awaited results come at once. */
const WAIT = { timeout: PATIENCE_MS, interval: 20 };

const key = secret('a key of the webhook');

function raise(db: Db, dedupe: string, atMs = NOON_MS): Promise<void> {
  return writing(db, transaction =>
    raiseAlert(transaction, {
      kind: 'clock',
      dedupe,
      userId: null,
      tokenId: null,
      atMs,
      source: '192.0.2.7',
    }),
  );
}

async function addHook(management: Management, port: number, enabled = true): Promise<string> {
  const saved = await saveChannel(management, serviceActor, {
    name: 'hook',
    enabled,
    target: { kind: 'webhook', url: `http://127.0.0.1:${port}/alerts` },
    secret: key,
  });
  if (!saved.ok) throw new Error(saved.refusal.code);
  return saved.value.channel.id;
}

test('100 repeats are one alert with count 100, sent at 1, 10 and 100, with a signature that the receiver can check', async () => {
  await using rig = new RecordsRig();
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

test('a failed delivery is stored with its reason, retried at growing intervals and finally given up', async () => {
  await using rig = new RecordsRig();
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

test('two nodes send each delivery once; deliveries leased by a dead node are sent after the lease', async () => {
  await using rig = new RecordsRig();
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

test('a channel whose receiver hangs delays no other channel, however many deliveries are due', async () => {
  await using rig = new RecordsRig();
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

test('a disabled channel gets nothing; an alert is rolled back with the transaction that raised it', async () => {
  await using rig = new RecordsRig();
  const management = await rig.open();
  const { db } = management;
  await addHook(management, 9, false);
  await raise(db, 'one');
  const failing = writing(db, async transaction => {
    await raiseAlert(transaction, {
      kind: 'clock',
      dedupe: 'two',
      userId: null,
      tokenId: null,
      atMs: NOON_MS,
      source: '-',
    });
    throw new Error('undone');
  });
  await expect(failing).rejects.toThrow('undone');
  expect(await db.selectFrom('deliveries').selectAll().execute()).toEqual([]);
  expect((await pageAlerts(db)).alerts).toHaveLength(1);
});

test('an alert is acknowledged once, leaves an audit row, and a repeat opens it again', async () => {
  await using rig = new RecordsRig();
  const management = await rig.open();
  const { db } = management;
  for (let index = 1; index <= 5; index++) await raise(db, `alert ${index}`, NOON_MS + Math.min(index, 3));
  const actor = { ...serviceActor, name: 'grace', role: 'helpdesk' as const };
  expect(await acknowledgeAlert(management, actor, { id: 2 })).toMatchObject({
    ok: true,
    value: { acknowledgedBy: 'grace', acknowledgedMs: NOON_MS },
  });
  expect(await acknowledgeAlert(management, actor, { id: 2 })).toMatchObject({
    refusal: { code: 'alert_acknowledged' },
  });
  expect(await acknowledgeAlert(management, actor, { id: 99 })).toMatchObject({
    refusal: { code: 'unknown_alert' },
  });
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

test('a clock that goes back raises one alert; small steps and forward steps raise none', async () => {
  await using rig = new RecordsRig();
  const { db } = await rig.open();
  for (const ms of [0, 30_000, 28_000, 90_000, 88_000, 400_000]) await watchClock(db, () => NOON_MS + ms);
  expect((await pageAlerts(db)).alerts).toEqual([]);
  expect(await watchClock(db, () => NOON_MS - 3_600_000 + 400_000)).toBe(3_600_000);
  expect(await watchClock(db, () => NOON_MS - 3_600_000 + 401_000)).toBe(0);
  expect((await pageAlerts(db)).alerts).toMatchObject([{ kind: 'clock', lastSource: '3600 s', count: 1 }]);
});

test('the clock is read after the wait for the database, where another node may have stored a later time', async () => {
  await using rig = new RecordsRig();
  const { db } = await rig.open();
  let nowMs = NOON_MS;
  const clock = () => nowMs;
  await watchClock(db, clock);
  let watching: Promise<number> | undefined;
  await writing(db, async transaction => {
    nowMs += 70_000;
    watching = watchClock(db, clock);
    nowMs += 10_000;
    await transaction
      .updateTable('settings')
      .set({ value: JSON.stringify(nowMs) })
      .where('name', '=', 'clock-seen')
      .execute();
  });
  expect(await watching).toBe(0);
  expect((await pageAlerts(db)).alerts).toEqual([]);
});

test('a tampered audit raises one alert for the same damage', async () => {
  await using rig = new RecordsRig();
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
