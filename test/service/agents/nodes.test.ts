import { expect, it } from 'vitest';
import { until } from './kit.ts';
import { TwoNodes } from './scene.ts';

it('a push works with the agent on one node and the log-in on another, and survives the death of the agent’s node', async () => {
  await using scene = await TwoNodes.open();
  const [first, second] = scene.nodes;
  const { agent, ...ada } = await scene.ready('ada');
  const asked = await scene.ask('ada', second);
  await scene.becomes(asked, 'shown');
  const taking = scene.take(asked, 10_000, second);
  ada.fob.approve();
  expect(await taking).toBe('accepted');

  const cut = await scene.ask('ada', second);
  await until(() => ada.fob.screen.includes(cut.number), 'the request');
  await first.kill();
  await until(() => agent.isClosed, 'the end of the connection');
  // Nobody polls the fob, so this answer is lost.
  ada.fob.approve();
  expect(await scene.take(cut, 0, second)).toBe('waiting');
  const again = await scene.agent({}, second);
  await again.stands(again.plug(ada.fob), 'own');
  await until(() => again.notices.includes('request'), 'the notice');
  ada.fob.approve();
  expect(await scene.take(cut, 10_000, second)).toBe('accepted');
});
