import { agentLimits } from '@passfob/service/base/limits/agents';
import { changeTokenState } from '@passfob/service/subjects/tokens/moves';
import { changeSettings } from '@passfob/service/subjects/users/settings';
import { expect, it } from 'vitest';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { accountsOf, fill, lockByPin, PIN } from '../kit/fob.ts';
import { accepted, grace } from '../users/kit.ts';
import { Bench, bench, db, management, office, openEachBench } from './bench.ts';
import { type Tamper, until } from './kit.ts';
import type { UsersFob } from './world.ts';

openEachBench();

/** Opens a fob that shows a request. @param toService how its agent changes messages to the service */
async function shown(bench: Bench, toService: Tamper = text => text) {
  const { agent, number, ...own } = await bench.ready('ada', { toService });
  const asked = await bench.ask('ada');
  await bench.becomes(asked, 'shown');
  return { own, agent, number, asked };
}

it('a fob that is replugged at the same agent shows its open request again', async () => {
  const { own, agent, number, asked } = await shown(bench);
  agent.unplug(number);
  await bench.becomes(asked, 'waiting');
  agent.notices.length = 0;
  await agent.stands(agent.plug(own.fob), 'own');
  await until(() => agent.notices.includes('request'), 'the notice');
  expect(own.fob.screen).toContain(asked.number);
  own.fob.approve();
  expect(await bench.take(asked)).toBe('accepted');
  expect(await bench.take(asked)).toBe('refused');
});

it('a late answer to the first display of a replugged fob is ignored', async () => {
  let isHeld = false;
  const held: string[] = [];
  const { own, agent, number, asked } = await shown(bench, text => {
    if (!isHeld || !text.includes('"bytes"')) return text;
    held.push(text);
    return '';
  });
  isHeld = true;
  own.fob.approve();
  await until(() => held.length > 0, 'what the fob says');
  isHeld = false;
  agent.unplug(number);
  agent.notices.length = 0;
  const again = agent.plug(own.fob);
  await until(() => agent.notices.includes('request'), 'the notice');
  for (const text of held) {
    agent.sayText(text);
    // The answer is not accepted under the fob's new number either.
    agent.sayText(text.replace(`"fob":${number}`, `"fob":${again}`));
  }
  expect(await bench.take(asked, 0)).toBe('waiting');
  expect(own.fob.screen).toContain(asked.number);
  own.fob.approve();
  expect(await bench.take(asked)).toBe('accepted');
});

it('a fob that is enrolled while it is plugged in proves itself at the next look', async () => {
  const agent = await bench.agent();
  const fob = new CoreFob();
  const number = agent.plug(fob);
  await agent.stands(number, 'other');
  const ada = await bench.fobOf('ada', fob);
  bench.aheadMs += agentLimits.agentAgainMinMs;
  bench.node.sweep();
  await agent.stands(number, 'own');
  await bench.keyed(ada);
  // The agent was told before bytes came for the fob.
  expect(agent.log.filter(text => text.includes('"unreached"'))).toEqual([]);
});

it('a node that misses another node’s change notices still finds the requests created there', async () => {
  await using bench = await Bench.open(async ({ store }) => ({
    ...store,
    watch: () => () => undefined,
    close: async () => undefined,
  }));
  const { agent, ...own } = await bench.ready('ada');
  const asked = await bench.ask('ada');
  await until(() => own.fob.screen.includes(asked.number), 'the request');
  own.fob.approve();
  await bench.becomes(asked, 'approved');
  expect(await bench.take(asked, 0)).toBe('accepted');
});

/** Unlocks a fob by its PIN. */
function unlock({ fob }: UsersFob): void {
  fob.press();
  fob.enter(PIN);
}

it('a fob gets its push key once it is unlocked', async () => {
  const ada = await bench.fobOf('ada');
  await lockByPin(ada);
  const agent = await bench.agent();
  const number = agent.plug(ada.fob);
  await agent.stands(number, 'own');
  await until(() => !agent.isOpen(number), 'the release');
  const again = async (waitMs: number) => {
    const before = agent.log.length;
    bench.aheadMs += waitMs;
    bench.node.sweep();
    await until(() => agent.log.length > before, 'another session');
    await until(() => !agent.isOpen(number), 'the release');
  };
  await again(agentLimits.agentAgainMinMs);
  expect(await db.selectFrom('push_keys').select('proved_ms').execute()).toEqual([{ proved_ms: null }]);
  unlock(ada);
  await again(agentLimits.agentAgainMinMs * 4);
  await bench.keyed(ada);
  expect(await accountsOf(ada)).toEqual([{ kind: 3, issuer: 'Passfob', label: 'push' }]);
});

it('a locked fob that proved its push key is left alone until it is used', async () => {
  const [ada, bob] = [await bench.fobOf('ada'), await bench.fobOf('bob')];
  const agent = await bench.agent();
  agent.unplug(await bench.plugged(agent, ada));
  await lockByPin(ada);
  const number = agent.plug(ada.fob);
  await agent.stands(number, 'own');
  await until(() => !agent.isOpen(number), 'the release');
  const before = agent.log.length;
  bench.aheadMs += agentLimits.agentAgainMinMs * 4;
  bench.node.sweep();
  // Bob's fob is served after the sweep.
  await bench.plugged(agent, bob);
  const about = agent.log.slice(before).map(text => JSON.parse(text).fob);
  expect([about.includes(number), about.length > 0]).toEqual([false, true]);
  const asked = await bench.ask('ada');
  await until(() => agent.notices.includes('locked'), 'the notice');
  unlock(ada);
  await bench.becomes(asked, 'shown');
});

it('a push key is removed from a fob without assigned tokens, and created anew for the next user', async () => {
  const { agent, number, ...ada } = await bench.ready('ada');
  const first = await office.rows('push_keys');
  const { serial } = await office.row('tokens');
  accepted(await changeTokenState(management, grace, serial, 'revoked'));
  expect(await office.rows('push_keys')).toEqual([]);
  agent.unplug(number);
  const next = agent.plug(ada.fob);
  await agent.stands(next, 'own');
  await until(() => !agent.isOpen(next), 'the release');
  expect(await accountsOf(ada)).toEqual([]);
  const token = await office.token('bob');
  await office.set('tokens', { fob_id: ada.id }, { serial: token.serial });
  agent.unplug(next);
  await bench.plugged(agent, ada);
  const second = await office.rows('push_keys');
  expect(second[0]?.sealed_secret === first[0]?.sealed_secret).toBe(false);
});

it('the push key carries the service’s name, also after the name changes', async () => {
  const { agent, number, ...ada } = await bench.ready('ada');
  const serviceName = 'Ein Dienst mit Ümläuten und langem Namen';
  accepted(await changeSettings(management, grace, { serviceName }));
  agent.unplug(number);
  const next = agent.plug(ada.fob);
  await agent.stands(next, 'own');
  await until(() => !agent.isOpen(next), 'the release');
  // As many whole characters as fit into 24 bytes.
  expect(await accountsOf(ada)).toMatchObject([{ issuer: 'Ein Dienst mit Ümläute', label: 'push' }]);
  const asked = await bench.ask('ada');
  await bench.becomes(asked, 'shown');
  ada.fob.approve();
  expect(await bench.take(asked)).toBe('accepted');
});

it('the push key takes the last free record of a fob, and a full fob gets none', async () => {
  const [ada, bob] = [await bench.fobOf('ada'), await bench.fobOf('bob')];
  await fill(ada, 1);
  await fill(bob, 0);
  const agent = await bench.agent();
  await bench.plugged(agent, ada);
  const number = agent.plug(bob.fob);
  await agent.stands(number, 'own');
  await until(() => !agent.isOpen(number), 'the release');
  const keys = await db.selectFrom('push_keys').select(['fob_id', 'proved_ms']).execute();
  expect(keys.filter(({ proved_ms }) => proved_ms !== null).map(({ fob_id }) => fob_id)).toEqual([ada.id]);
});
