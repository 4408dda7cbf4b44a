import { once } from 'node:events';
import { agentLimits } from '@passfob/service/base/limits/agents';
import fc from 'fast-check';
import { AGENT_FOBS_MAX, AGENT_SILENCE_MS } from 'passfob/agent/base/limits';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { countOf, LONG } from '../../kit/counts.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { makeAssigned } from '../kit/fob.ts';
import { Office } from '../users/kit.ts';
import { AgentsNode } from './agents-node.ts';
import { until } from './kit.ts';
import { openEachScene, scene, url } from './scene.ts';

openEachScene();

const OPEN = JSON.stringify({ type: 'open', version: 1, for: 'agent', nonce: 'A'.repeat(43) });
const fobNamed = (fob: number, serial = 'PF-AAAA-AAAA') =>
  JSON.stringify({ type: 'fob', fob, serial, port: 'serial' });

it('an announced fob counts as the service’s own once it has proved itself, and is then reached by this connection', async () => {
  const ada = await scene.fobOf('ada');
  const agent = await scene.agent();
  const number = agent.plug(ada.fob);
  await agent.stands(number, 'own');
  expect(await scene.linkOf(ada)).toBeDefined();
  // The port is open only while bytes flow.
  await until(() => !agent.isOpen(number), 'the release');
  agent.unplug(number);
  await until(async () => (await scene.linkOf(ada)) === undefined, 'the end of the link');
  await agent.stands(agent.plug(ada.fob), 'own');
  await agent.close();
  await until(async () => (await scene.linkOf(ada)) === undefined, 'the end of the link');
});

it('a fob announced under another serial number stays unproved and displaces no other fob', async () => {
  const ada = await scene.fobOf('ada');
  const agent = await scene.agent();
  await agent.stands(agent.plug(ada.fob), 'own');
  await scene.keyed(ada);
  const link = await scene.linkOf(ada);
  const impostor = await scene.agent();
  // A fob of another owner, a blank fob, and a fob that answers nothing.
  const stolen = await makeAssigned(await Office.open());
  const numbers = [stolen.fob, new CoreFob()].map(fob => impostor.plug(fob, ada.serial));
  for (const number of numbers) await impostor.stands(number, 'unproved');
  expect(await scene.linkOf(ada)).toBe(link);
  const asked = await scene.ask('ada');
  await scene.becomes(asked, 'shown');
  expect(impostor.notices).toEqual([]);
  ada.fob.approve();
  expect(await scene.take(asked)).toBe('accepted');
});

it('a malformed or out-of-turn message ends the agent’s connection', async () => {
  const wrong = [
    ['{'],
    ['{"type":"constructor"}'],
    [fobNamed(0)],
    ['{"type":"beat"}'],
    [OPEN, OPEN],
    [OPEN, fobNamed(0), fobNamed(0)],
    [OPEN, fobNamed(-1)],
    [OPEN, '{"type":"bytes","fob":0,"text":"\u0100"}'],
    [OPEN, ...Array.from({ length: AGENT_FOBS_MAX + 1 }, (_, n) => fobNamed(n))],
    [OPEN, ...Array.from({ length: agentLimits.agentMessageBucket.burst * 2 }, () => '{"type":"beat"}')],
  ];
  const ends = wrong.map(async said => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/carrier`);
    const closed = once(socket, 'close');
    await once(socket, 'open');
    const [first = '', ...more] = said;
    socket.send(first);
    if (first === OPEN && more[0] !== OPEN) await once(socket, 'message');
    for (const text of more) socket.send(text);
    const [code] = await closed;
    return code as number;
  });
  expect(await Promise.all(ends)).toEqual(wrong.map(() => 1008));
});

it('when the service closes, it tells its agents to come back and deletes the locations of their fobs', async () => {
  const ada = await scene.fobOf('ada');
  const agent = await scene.agent();
  await agent.stands(agent.plug(ada.fob), 'own');
  const socket = new WebSocket(`${url.replace('http', 'ws')}/carrier`);
  await once(socket, 'open');
  const ended = once(socket, 'close');
  await scene.service.close();
  expect((await ended)[0]).toBe(1001);
  expect(agent.isClosed).toBe(true);
  expect(await scene.linkOf(ada)).toBeUndefined();
});

/** Serialises a value as JSON; values that JSON cannot hold are left out. */
function asJson(value: unknown): string {
  return JSON.stringify(value, (_name, one) => (typeof one === 'bigint' ? String(one) : one)) ?? '';
}

async function opened(node: AgentsNode) {
  const agent = node.connect();
  agent.connection.receive(OPEN);
  await until(() => agent.heard.length > 0, 'the identity');
  return agent;
}

it('agents that stay silent too long or never open are disconnected', async () => {
  await using bench = await AgentsNode.open();
  const silent = await opened(bench);
  const alive = await opened(bench);
  bench.connect();
  bench.nowMs = agentLimits.agentOpeningMs + 1;
  bench.agents.sweep();
  expect(bench.closed).toEqual([0, 0, 1008]);
  alive.connection.receive('{"type":"beat"}');
  expect(alive.heard.at(-1)).toBe('{"type":"beat"}');
  bench.nowMs = AGENT_SILENCE_MS + 1;
  bench.agents.sweep();
  expect(bench.closed).toEqual([1000, 0, 1008]);
  expect(silent.heard).toHaveLength(1);
  expect(bench.agents.count).toBe(1);
});

it('agents are limited by source and in all; beyond the limit the oldest without a fob gives way', async () => {
  await using bench = await AgentsNode.open();
  const one = agentLimits.agentsPerSource;
  for (let count = 0; count < one; count++) bench.connect('192.0.2.1');
  expect(bench.agents.hasCapacityFor('192.0.2.1')).toBe(true);
  const newest = bench.connect('192.0.2.1');
  expect(bench.agents.count).toBe(one);
  expect(bench.closed.indexOf(1013)).toBe(0);
  for (let count = one; count < agentLimits.agentsMax; count++) bench.connect(`198.51.100.${count % 256}`);
  expect(bench.agents.count).toBe(agentLimits.agentsMax);
  bench.connect('203.0.113.1');
  expect(bench.agents.count).toBe(agentLimits.agentsMax);
  expect(bench.closed.filter(code => code === 1013)).toHaveLength(2);
  newest.connection.receive('{');
  expect(bench.agents.count).toBe(agentLimits.agentsMax - 1);
});

it('fobs are still proved after other agents used up the rate limit of their address and left', async () => {
  await using bench = await AgentsNode.open();
  const tries = agentLimits.agentProofBucket.burst + agentLimits.agentProofsPerSource;
  const flood = await Promise.all(Array.from({ length: tries / AGENT_FOBS_MAX + 1 }, () => opened(bench)));
  const [last, late] = [await opened(bench), await opened(bench)];
  for (const [at, { connection }] of [...flood, last, late].entries())
    for (let n = 0; n < AGENT_FOBS_MAX; n++) connection.receive(fobNamed(n, `PF-${at}-${n}`));
  await until(() => bench.agents.proofsUnderWay === 0, 'the end of the proofs');
  for (const { connection } of flood) connection.lost();
  bench.nowMs += 10_000;
  for (const { connection } of [last, late]) connection.receive('{"type":"beat"}');
  bench.agents.sweep();
  const standings = ({ heard }: Pick<typeof last, 'heard'>) =>
    heard.filter(text => text.includes('"standing"')).length;
  await until(() => standings(last) + standings(late) === 2 * AGENT_FOBS_MAX, 'the standings');
});

it('arbitrary messages of agents never make the service fail', LONG, async () => {
  await using bench = await AgentsNode.open();
  const fob = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.anything());
  const message = fc.oneof(
    fc.record({
      type: fc.constant('fob'),
      fob,
      serial: fc.string(),
      port: fc.constantFrom('tcp', 'hid', ''),
    }),
    fc.record(
      { type: fc.constantFrom('gone', 'beat', 'open', '__proto__'), fob },
      { requiredKeys: ['type'] },
    ),
    fc.record({ type: fc.constant('bytes'), fob, text: fc.string({ unit: 'binary' }) }),
    fc.record({
      type: fc.constant('unreached'),
      fob,
      why: fc.constantFrom('busy', 'silent', 'failed', ''),
    }),
    fc.anything(),
  );
  const said = fc.array(fc.oneof(message.map(asJson), fc.string(), fc.constant(undefined)), {
    maxLength: 20,
  });
  const property = fc.asyncProperty(said, async many => {
    const { connection } = await opened(bench);
    for (const text of many) connection.receive(text);
    connection.lost();
  });
  await fc.assert(property, { numRuns: countOf(100, 2_000) });
  expect(bench.agents.count).toBe(0);
});

it('agents may send arbitrary messages for weeks within their rate limit per second', async () => {
  await using bench = await AgentsNode.open();
  const { connection } = await opened(bench);
  const text = JSON.stringify({ type: 'bytes', fob: 0, text: 'x'.repeat(2_000) });
  // An hour at half of the permitted rate, which is many times the burst.
  const perSecond = Math.floor(agentLimits.agentCharBucket.perSecond / text.length / 2);
  for (let second = 0; second < 3_600; second++) {
    bench.nowMs += 1_000;
    for (let count = 0; count < perSecond; count++) connection.receive(text);
  }
  expect(bench.closed).toEqual([0]);
  const most = Math.ceil(agentLimits.agentCharBucket.burst / text.length) + 1;
  for (let count = 0; count < most; count++) connection.receive(text);
  expect(bench.closed).toEqual([1008]);
});
