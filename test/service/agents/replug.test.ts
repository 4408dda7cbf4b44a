import { agentLimits } from '@passfob/service/base/limits/agents';
import { expect, it } from 'vitest';
import { CoreFob } from '../../host/kit/core-fob.ts';
import { Bench } from './bench.ts';
import { type Tamper, until } from './kit.ts';

/** Opens a fob that shows a request. @param toService how its agent changes messages to the service */
async function shown(bench: Bench, toService: Tamper = text => text) {
  const own = await bench.fobOf('ada');
  const agent = await bench.agent({ toService });
  const number = await bench.plugged(agent, own);
  const asked = await bench.ask('ada');
  await bench.becomes(asked, 'shown');
  return { own, agent, number, asked };
}

it('a fob that is replugged at the same agent shows its open request again', async () => {
  await using bench = await Bench.open();
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
  await using bench = await Bench.open();
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
  await using bench = await Bench.open();
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
