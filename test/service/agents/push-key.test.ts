import { agentLimits } from '@passfob/service/base/limits/agents';
import { changeTokenState } from '@passfob/service/features/tokens/moves';
import { changeSettings } from '@passfob/service/features/users/settings';
import { describe, expect, it } from 'vitest';
import { accepted, grace } from '../users/kit.ts';
import { Bench } from './bench.ts';
import { accountsOf, fill, lockByPin, PIN } from './held.ts';
import { until } from './kit.ts';
import type { UsersFob } from './world.ts';

/** Unlocks a fob by its PIN. */
function unlock({ fob }: UsersFob): void {
  fob.press();
  fob.enter(PIN);
}

describe('push keys of fobs', () => {
  it('a fob gets its push key once it is unlocked', async () => {
    await using bench = await Bench.open();
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
    expect(await bench.db.selectFrom('push_keys').select('proved_ms').execute()).toEqual([
      { proved_ms: null },
    ]);
    unlock(ada);
    await again(agentLimits.agentAgainMinMs * 4);
    await bench.keyed(ada);
    expect(await accountsOf(ada)).toEqual(['3 Passfob push']);
  });

  it('a locked fob that proved its push key is left alone until it is used', async () => {
    await using bench = await Bench.open();
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
    await using bench = await Bench.open();
    const ada = await bench.fobOf('ada');
    const agent = await bench.agent();
    const number = await bench.plugged(agent, ada);
    const first = await bench.db.selectFrom('push_keys').selectAll().execute();
    const { serial } = await bench.db.selectFrom('tokens').select('serial').executeTakeFirstOrThrow();
    accepted(await changeTokenState(bench.office.management, grace, serial, 'revoked'));
    expect(await bench.db.selectFrom('push_keys').selectAll().execute()).toEqual([]);
    agent.unplug(number);
    const next = agent.plug(ada.fob);
    await agent.stands(next, 'own');
    await until(() => !agent.isOpen(next), 'the release');
    expect(await accountsOf(ada)).toEqual([]);
    const token = await bench.office.token('bob');
    await bench.db.updateTable('tokens').set({ fob_id: ada.id }).where('serial', '=', token.serial).execute();
    agent.unplug(next);
    await bench.plugged(agent, ada);
    const second = await bench.db.selectFrom('push_keys').selectAll().execute();
    expect(second[0]?.sealed_secret === first[0]?.sealed_secret).toBe(false);
  });

  it('the push key carries the service’s name, also after the name changes', async () => {
    await using bench = await Bench.open();
    const ada = await bench.fobOf('ada');
    const agent = await bench.agent();
    const number = await bench.plugged(agent, ada);
    const serviceName = 'Ein Dienst mit Ümläuten und langem Namen';
    accepted(await changeSettings(bench.office.management, grace, { serviceName }));
    agent.unplug(number);
    const next = agent.plug(ada.fob);
    await agent.stands(next, 'own');
    await until(() => !agent.isOpen(next), 'the release');
    // As many whole characters as fit into 24 bytes.
    expect(await accountsOf(ada)).toEqual(['3 Ein Dienst mit Ümläute push']);
    const asked = await bench.ask('ada');
    await bench.becomes(asked, 'shown');
    ada.fob.approve();
    expect(await bench.take(asked)).toBe('accepted');
  });

  it('the push key takes the last free record of a fob, and a full fob gets none', async () => {
    await using bench = await Bench.open();
    const [ada, bob] = [await bench.fobOf('ada'), await bench.fobOf('bob')];
    await fill(ada, 1);
    await fill(bob, 0);
    const agent = await bench.agent();
    await bench.plugged(agent, ada);
    const number = agent.plug(bob.fob);
    await agent.stands(number, 'own');
    await until(() => !agent.isOpen(number), 'the release');
    const keys = await bench.db.selectFrom('push_keys').select(['fob_id', 'proved_ms']).execute();
    expect(keys.filter(({ proved_ms }) => proved_ms !== null).map(({ fob_id }) => fob_id)).toEqual([ada.id]);
  });
});
