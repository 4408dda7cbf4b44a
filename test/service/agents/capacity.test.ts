import { agentLimits } from '@passfob/service/base/limits/agents';
import { Agents } from '@passfob/service/features/agents/agents';
import { identityReader } from '@passfob/service/features/connections/opening';
import { expect, it } from 'vitest';
import { Office } from '../users/kit.ts';

it('connections give way by source: a crowd at three sources displaces only its own connections', async () => {
  await using office = await Office.open();
  const { management } = office;
  const agents = new Agents({ management, identity: identityReader(management), ticks: () => 0 });
  const connect = (from: string) => {
    const ends: number[] = [];
    const line = { send: () => undefined, close: (code: number) => void ends.push(code) };
    agents.connect({ from, origin: 'https://tokens.example.org' }, line);
    return ends;
  };
  const early = connect('203.0.113.1');
  const crowd = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];
  const most = agentLimits.agentsMax + 1_000;
  const ends = Array.from({ length: most }, (_one, count) => connect(crowd[count % crowd.length] ?? ''));
  expect(agents.count).toBe(agentLimits.agentsMax);
  expect(agents.hasCapacityFor('203.0.113.2')).toBe(true);
  expect(early).toEqual([]);
  expect(ends.filter(end => end.length > 0)).toHaveLength(1_001);
  await agents.close();
});
