import { expect, it } from 'vitest';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { byPolls, until } from '../agents/kit.ts';
import { Scene as AgentScene } from '../agents/scene.ts';
import { Scene } from '../enrolment/kit.ts';
import { linesOf, recorded } from './recorded.ts';

it('an enrolment by an earlier relay has the conversation that was recorded from it', async () => {
  await using scene = await Scene.open();
  const fob = new CoreFob();
  await scene.relay(await scene.activation(), fob, { isEarlier: true });
  const lines = linesOf(scene.log);
  expect(lines).toEqual(recorded('relay-blank', lines));
});

it('an earlier relay that asks for the code again has the conversation that was recorded', async () => {
  await using scene = await Scene.open();
  const fob = new CoreFob();
  let shows = 0;
  await scene.relay(await scene.activation(), fob, {
    isEarlier: true,
    askCode: (_again, _signal, showAgain) =>
      new Promise(resolve => {
        if (shows++ > 0) return resolve(fob.code);
        showAgain();
        setTimeout(() => resolve(fob.code), 200);
      }),
  });
  const lines = linesOf(scene.log);
  expect(lines).toEqual(recorded('relay-show-code', lines));
});

it('an earlier relay is refused with the messages that were recorded', async () => {
  await using scene = await Scene.open();
  const activation = await scene.activation({ state: 'used' });
  await expect(scene.relay(activation, new CoreFob(), { isEarlier: true })).rejects.toThrow();
  const lines = linesOf(scene.log);
  expect(lines).toEqual(recorded('relay-refused', lines));
});

it('an earlier relay whose fob is unplugged and plugged in again has the conversation that was recorded', async () => {
  await using scene = await Scene.open();
  const fob = new CoreFob();
  const cables: ReturnType<CoreFob['plugIn']>[] = [];
  let cuts = 0;
  await scene.relay(await scene.activation(), fob, {
    isEarlier: true,
    openFob: async () => {
      const cable = fob.plugIn();
      cables.push(cable);
      return { transport: cable.transport, port: 'tcp' };
    },
    report(event) {
      if (event.event !== 'step' || event.step !== 'code' || cuts++ > 0) return;
      void cables[0]?.transport.close();
    },
  });
  const lines = linesOf(scene.log);
  expect(lines).toEqual(recorded('relay-replug', lines));
});

it.each([
  ['agent-websocket', undefined],
  ['agent-polls', byPolls()],
] as const)('an earlier agent has the conversation that was recorded: %s', async (name, dial) => {
  await using scene = await AgentScene.open();
  const { agent, number, ...ada } = await scene.ready('ada', {
    isEarlier: true,
    ...(dial !== undefined && { dial }),
  });
  await until(() => !agent.isOpen(number), 'the released port');
  agent.say({ type: 'beat' });
  const asked = await scene.ask('ada');
  await until(() => ada.fob.screen.includes(asked.number), 'the request on the fob');
  ada.fob.approve();
  expect(await scene.take(asked)).toBe('accepted');
  await until(() => agent.notices.includes('over'), 'the end of the request');
  await until(() => !agent.isOpen(number), 'the released port');
  agent.unplug(number);
  const stranger = agent.plug(new CoreFob());
  await agent.stands(stranger, 'other');
  const lines = linesOf(agent.log);
  expect(lines).toEqual(recorded(name, lines));
});
