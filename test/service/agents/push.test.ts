import { describe, expect, it } from 'vitest';
import { byPolls, byWebSocket, Scene } from './kit.ts';

describe.each([
  ['a WebSocket', byWebSocket],
  ['polls', byPolls()],
] as const)('a push over %s', (_way, dial) => {
  it('shows service, user and number on the fob, and a hold lets the session in', async () => {
    await using scene = await Scene.open();
    const ada = await scene.fobOf('ada');
    const agent = await scene.agent({ dial });
    const number = agent.plug(ada.fob);
    await agent.stands(number, 'own');
    await scene.keyed(ada);
    const asked = await scene.ask('ada');
    await scene.becomes(asked, 'shown');
    expect(ada.fob.screen.join(' ')).toContain('ada');
    expect(ada.fob.screen).toContain(asked.number);
    ada.fob.approve();
    expect(await scene.take(asked)).toBe('accepted');
    expect(agent.notices).toEqual(['request', 'over']);
  });
});
