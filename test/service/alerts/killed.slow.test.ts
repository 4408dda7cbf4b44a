import { serviceActor } from '@passfob/service/base/actor';
import { recordLimits } from '@passfob/service/base/limits/records';
import { writing } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import { raiseAlert } from '@passfob/service/subjects/alerts/alerts';
import type { ChannelTarget } from '@passfob/service/subjects/notify/channels';
import { addChannel } from '@passfob/service/subjects/notify/manage';
import { expect } from 'vitest';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { secret } from '../../kit/secrets.ts';
import { locationOf, testOfRecords as test } from '../audit/kit.ts';
import { startNode } from '../nodes/node.ts';
import { accepted } from '../users/kit.ts';
import { mailOn } from './notices.ts';
import { HookReceiver, MailReceiver, SyslogReceiver } from './receivers.ts';

const ALERTS = 10;
/** The deliveries that one node takes at once for three channels, and so may have sent without recording it. */
const AT_ONCE = 3 * recordLimits.deliveriesAtOnce;
/** More than a lease (`recordLimits.deliveryLeaseMs`). */
const LEASE_OVER_MS = 61_000;

async function raiseAll(management: Management, targets: readonly ChannelTarget[]): Promise<void> {
  for (const target of targets) {
    const saved = await addChannel(management, serviceActor, { name: target.kind, enabled: true, target });
    secret(accepted(saved).madeKey ?? '');
  }
  const alert = { kind: 'report', userId: null, tokenId: null, atMs: Date.now(), source: 'test' } as const;
  await writing(management.db, async db => {
    for (let number = 0; number < ALERTS; number++) await raiseAlert(db, { ...alert, dedupe: `${number}` });
  });
}

test('after a node is killed while it sends, each alert still leaves by each channel and none is lost', async rig => {
  await using hook = await new HookReceiver().listen();
  await using mail = await new MailReceiver().listen();
  await using syslog = await new SyslogReceiver().listen();
  rig.clock.nowMs = Date.now();
  const management = await rig.open();
  await raiseAll(management, [
    { kind: 'webhook', url: `http://127.0.0.1:${hook.port}/` },
    mailOn(mail.port),
    { kind: 'syslog', host: '127.0.0.1', port: syslog.port, transport: 'tcp' },
  ]);
  const order = { kind: 'background', ...(await locationOf(rig)) } as const;
  const arrived = () => [
    ...hook.received.map(({ headers }) => String(headers['passfob-delivery'])),
    ...mail.messages.map(({ raw }) => /^Message-ID: <(.+)@passfob>/m.exec(raw)?.[1] ?? 'none'),
    ...syslog.messages.map(message => / id="([^"]+)"/.exec(message)?.[1] ?? 'none'),
  ];

  // The receiver holds back its response, so that the node ends without knowing that the delivery arrived.
  let release = () => {};
  hook.held = new Promise(resolve => {
    release = resolve;
  });
  const first = await startNode({ ...order, aheadMs: 0 });
  await expect.poll(() => hook.received.length).toBeGreaterThan(0);
  await first.kill();
  release();
  const second = await startNode({ ...order, aheadMs: LEASE_OVER_MS });
  await expect
    .poll(async () => (await management.db.selectFrom('deliveries').selectAll().execute()).every(isDone), {
      timeout: PATIENCE_MS,
    })
    .toBe(true);
  await second.kill();

  const rows = await management.db.selectFrom('deliveries').selectAll().execute();
  const channels = new Set(rows.map(({ alert_id, channel }) => `${alert_id} ${channel}`));
  expect([rows.length, channels.size]).toEqual([3 * ALERTS, 3 * ALERTS]);
  const all = arrived();
  expect([...new Set(all)].sort()).toEqual(rows.map(({ id }) => id).sort());
  const twice = all.filter((id, index) => all.indexOf(id) !== index);
  expect(twice.length).toBeGreaterThan(0);
  expect(twice.length).toBeLessThanOrEqual(AT_ONCE);
});

function isDone({ done_ms, error }: { done_ms: number | null; error: string | null }): boolean {
  return done_ms !== null && error === null;
}
