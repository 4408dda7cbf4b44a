import { APPROVE_HOLD_MS } from '@passfob/firmware/core/base/limits';
import { PRESS_DEAF_MS } from '@passfob/protocol/limits';
import { pushLimits } from '@passfob/service/base/limits/push';
import { pollPauseMs } from '@passfob/service/subjects/agents/dispatcher/deliver';
import { createApiKey } from '@passfob/service/subjects/api-keys/acts';
import { describe, expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { asOwner, fill, lockByPin, PIN } from '../kit/fob.ts';
import { accepted, grace } from '../users/kit.ts';
import { byPolls, byWebSocket, type TestAgent, until } from './kit.ts';
import { db, management, office, openEachScene, scene, url } from './scene.ts';

openEachScene();

describe.each([
  ['a WebSocket', byWebSocket],
  ['polls', byPolls()],
] as const)('pushes over %s', (_way, dial) => {
  it('a push shows service, user and number on the fob, and a hold lets the session in once', async () => {
    const ada = await scene.ready('ada', { dial });
    const asked = await scene.ask('ada');
    await scene.becomes(asked, 'shown');
    const shown = ada.fob.screen.join(' ');
    expect(shown).toContain('ada');
    expect(shown).toContain(ada.agent.name.slice(0, 7));
    expect(ada.fob.screen).toContain(asked.number);
    ada.fob.approve();
    expect(await scene.take(asked)).toBe('accepted');
    expect(await scene.take(asked)).toBe('refused');
    await until(() => ada.agent.notices.includes('over'), 'the end');
    expect(ada.agent.notices).toEqual(['request', 'over']);
    await until(() => !ada.agent.isOpen(ada.number), 'the release');
  });
});

it('metrics count agents, their fobs and open requests', async () => {
  const { value } = accepted(await createApiKey(management, grace, { name: 'gauges', role: 'auditor' }));
  const headers = { authorization: `Bearer ${secret(value)}` };
  const measured = async () => {
    const text = await (await fetch(`${url}/metrics`, { headers })).text();
    const gauges = /^passfob_(?:agents_connected|agent_fobs|pushes_open) (\d+)$/gm;
    return [...text.matchAll(gauges)].map(([, value]) => Number(value));
  };
  expect(await measured()).toEqual([0, 0, 0]);
  const ada = await scene.ready();
  await scene.agent();
  const asked = await scene.ask('ada');
  await scene.ask('nobody');
  expect(await measured()).toEqual([2, 1, 2]);
  await scene.becomes(asked, 'shown');
  ada.fob.approve();
  expect(await scene.take(asked)).toBe('accepted');
  expect(await measured()).toEqual([2, 1, 1]);
});

it('a short press declines a request, and another one reports it', async () => {
  const [ada, bob] = [await scene.ready(), await scene.ready('bob')];
  const [declined, reported] = [await scene.ask('ada'), await scene.ask('bob')];
  await scene.becomes(declined, 'shown');
  ada.fob.deny();
  // The first short press asks whether to report the request; the second one says no.
  ada.fob.deny();
  await scene.becomes(reported, 'shown');
  bob.fob.deny();
  bob.fob.approve();
  await scene.becomes(declined, 'denied');
  await scene.becomes(reported, 'reported');
  expect(await scene.take(declined)).toBe('refused');
  expect(await scene.take(reported)).toBe('refused');
  const alerts = await scene.service.alerts();
  expect(alerts.filter(({ kind }) => kind === 'report')).toHaveLength(1);
});

it('a locked fob asks for its PIN before it shows the request', async () => {
  const ada = await scene.ready();
  await lockByPin(ada);
  const asked = await scene.ask('ada');
  await until(() => ada.agent.notices.includes('locked'), 'the notice');
  expect(await scene.state(asked)).toBe('sent');
  ada.fob.press();
  ada.fob.enter(PIN);
  await scene.becomes(asked, 'shown');
  ada.fob.approve();
  expect(await scene.take(asked)).toBe('accepted');
  expect(ada.agent.notices.slice(0, 2)).toEqual(['locked', 'request']);
});

it('the fob stops showing a request that was withdrawn or superseded', async () => {
  const ada = await scene.ready();
  const first = await scene.ask('ada');
  await scene.becomes(first, 'shown');
  const second = await scene.ask('ada');
  await scene.becomes(second, 'shown');
  expect(await scene.state(first)).toBe('superseded');
  expect(ada.fob.screen).toContain(second.number);
  await scene.withdraw(second);
  await until(() => !ada.agent.isOpen(ada.number), 'the release');
  // This press is too late.
  ada.fob.approve();
  expect(await scene.take(second, 0)).toBe('refused');
  expect(await scene.take(first, 0)).toBe('waiting');
  // Nobody polls any more, so the question disappears by itself.
  ada.fob.run(6_000);
  expect(ada.fob.screen).not.toContain(second.number);
});

it('the fob shows a request no longer than it is open', async () => {
  const ada = await scene.ready();
  const asked = await scene.ask('ada');
  await scene.becomes(asked, 'shown');
  office.nowMs += pushLimits.pushMs;
  await until(() => ada.agent.notices.includes('over'), 'the end');
  await until(() => !ada.agent.isOpen(ada.number), 'the release');
  ada.fob.approve();
  expect(await scene.take(asked, 0)).toBe('refused');
});

it('a request is shown again if nobody pressed in time', async () => {
  const ada = await scene.ready();
  const asked = await scene.ask('ada');
  await scene.becomes(asked, 'shown');
  for (let seconds = 0; seconds < 31; seconds++) {
    ada.fob.run(1_000);
    // The fob's clock runs fast, and the fob expects polls in its own time.
    if (seconds % 4 === 3) await nextPoll(ada.agent);
  }
  await until(() => ada.fob.screen.includes(asked.number), 'the request');
  ada.fob.approve();
  expect(await scene.take(asked)).toBe('accepted');
});

/** Waits until the service has polled the fob once more. */
async function nextPoll({ log }: TestAgent): Promise<void> {
  const before = log.length;
  await until(() => log.length >= before + 2, 'the next poll');
}

it('the fob is polled often enough that the earliest possible hold is noticed within a tenth of a second', () => {
  const polls: number[] = [0];
  for (let ms = 0; ms < pushLimits.pushMs; ms += pollPauseMs(ms)) polls.push(ms);
  const isHeld = (ms: number) =>
    ms >= PRESS_DEAF_MS + APPROVE_HOLD_MS && ms < PRESS_DEAF_MS + 3 * APPROVE_HOLD_MS;
  const next = (ms: number) => polls.find(poll => poll >= ms) ?? Number.POSITIVE_INFINITY;
  for (let ms = 0; ms < pushLimits.pushMs - 1_000; ms += 7)
    expect(next(ms) - ms).toBeLessThanOrEqual(isHeld(ms) ? 100 : 250);
  // An unanswered request costs little more than polling at a constant rate.
  expect(polls.length).toBeLessThan((pushLimits.pushMs / 250) * 1.1);
});

it('a fob without its push key cannot answer, and gets a new key for the next request', async () => {
  const ada = await scene.ready();
  const { account } = await office.row('push_keys');
  const id = new Uint8Array(Buffer.from(account, 'hex'));
  await asOwner(ada, client => client.call('remove', { id }));
  const lost = await scene.ask('ada');
  await scene.becomes(lost, 'failed');
  await scene.keyed(ada);
  const asked = await scene.ask('ada');
  await scene.becomes(asked, 'shown');
  ada.fob.approve();
  expect(await scene.take(asked)).toBe('accepted');
});

it('a press during the connection failure is answered once after the reconnection', async () => {
  let isDead = false;
  const held: string[] = [];
  const toService = (text: string) => {
    if (!isDead || !text.includes('"bytes"')) return text;
    held.push(text);
    return '';
  };
  const ada = await scene.ready('ada', { toService });
  const asked = await scene.ask('ada');
  await scene.becomes(asked, 'shown');
  isDead = true;
  ada.fob.approve();
  await until(() => held.length > 0, 'what the fob says');
  const again = await scene.agent();
  await again.stands(again.plug(ada.fob), 'own');
  await until(() => again.notices.includes('request'), 'the notice');
  // These messages are late and belong to a session that is over.
  for (const text of held) ada.agent.sayText(text);
  expect(await scene.take(asked, 0)).toBe('waiting');
  ada.fob.approve();
  expect(await scene.take(asked)).toBe('accepted');
  expect(await scene.take(asked)).toBe('refused');
});

it('fobs with old firmware and full fobs are proved without a push key', async () => {
  const old = await scene.fobOf('ada', new CoreFob());
  old.fob.without(['putOcra']);
  const full = await scene.fobOf('bob');
  await fill(full);
  const agent = await scene.agent();
  for (const { fob } of [old, full]) {
    const number = agent.plug(fob);
    await agent.stands(number, 'own');
    await until(() => !agent.isOpen(number), 'the release');
  }
  const keys = await db.selectFrom('push_keys').select('proved_ms').execute();
  expect(keys.filter(({ proved_ms }) => proved_ms !== null)).toEqual([]);
  const asked = await scene.ask('bob');
  expect(await scene.take(asked, 0)).toBe('waiting');
});
