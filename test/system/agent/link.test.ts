import { WIRE_CHARS_MAX } from 'passfob/activation/limits';
import {
  AGENT_BEAT_MS,
  AGENT_FOBS_MAX,
  AGENT_IDLE_MS,
  AGENT_PORT_QUEUE_CHARS_MAX,
  AGENT_SILENCE_MS,
  AGENT_TOLD_MAX,
  AGENT_TOLD_MS,
} from 'passfob/agent/base/limits';
import { NO_TASKS } from 'passfob/agent/service/link';
import { FobError } from 'passfob/errors';
import { expect, it } from 'vitest';
import { AgentRig, settingsOf } from './kit/agent.ts';
import { Cable } from './kit/cable.ts';
import { fromFob, toFob } from './kit/frames.ts';
import { Peer } from './kit/peer.ts';
import { until } from './kit/time.ts';

it('an agent reports fobs that are present, arrive and leave, only once the service has proved itself', async () => {
  await using peer = await Peer.start();
  let prove: () => void = () => undefined;
  peer.onMessage = (connection, message) => {
    if (message.type !== 'open') return true;
    prove = () => {
      peer.onMessage = () => true;
      // The message counts as one that came only now.
      connection.messages.pop();
      peer.hear(connection, JSON.stringify(message));
    };
    return false;
  };
  await using rig = new AgentRig([settingsOf(peer)]);
  const first = rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  const connection = await peer.connection(0, 'open');
  expect(connection.messages.map(({ type }) => type)).toEqual(['open']);
  prove();
  await until(() => connection.of('fob').length === 1);
  expect(connection.of('fob')).toEqual([{ type: 'fob', fob: 0, serial: 'PF-AAAA-AAAA', port: 'tcp' }]);
  const second = rig.desk.plug(new Cable('PF-BBBB-BBBB'));
  await until(() => connection.of('fob').length === 2);
  await rig.desk.unplug(second);
  await until(() => connection.of('gone').length === 1);
  expect(connection.of('gone')).toEqual([{ type: 'gone', fob: 1 }]);
  rig.desk.plug(second);
  await until(() => connection.of('fob').length === 3);
  // A number is never used twice.
  expect(connection.of('fob').at(-1)).toMatchObject({ fob: 2, serial: 'PF-BBBB-BBBB' });
  expect([first.opens + second.opens, connection.odd]).toEqual([0, []]);
});

it.each([
  ['another key', (peer: Peer) => ({ ...settingsOf(peer), fingerprint: 'ab'.repeat(32) })],
  [
    'a key whose first half alone is right',
    (peer: Peer) => ({
      ...settingsOf(peer),
      fingerprint: `${peer.fingerprint.slice(0, 32)}${'0'.repeat(32)}`,
    }),
  ],
])('an agent says nothing to %s', async (_, settings) => {
  await using peer = await Peer.start();
  await using rig = new AgentRig([settings(peer)]);
  rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  await rig.untilService('waiting');
  expect(rig.service().problem).toMatchObject({ code: 'other-identity' });
  expect(peer.connections.map(({ messages }) => messages.map(({ type }) => type))).toEqual([['open']]);
});

it('an agent takes half of a fingerprint, as activation strings have it', async () => {
  await using peer = await Peer.start();
  await using rig = new AgentRig([{ ...settingsOf(peer), fingerprint: peer.fingerprint.slice(0, 32) }]);
  await rig.untilService('connected');
});

it('an agent says nothing after a signature over another address, or by another key', async () => {
  await using peer = await Peer.start();
  // The identity has the right key but signs for another address, as an attacker in between would forward it.
  await using elsewhere = await Peer.start({ origin: 'https://elsewhere.example' });
  elsewhere.key = peer.key;
  const here = `http://localhost:${elsewhere.port}`;
  await using rig = new AgentRig([{ ...settingsOf(peer), url: here }]);
  rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  await rig.untilService('waiting');
  expect(rig.service().problem).toMatchObject({ code: 'other-identity' });
  expect(elsewhere.connections.flatMap(({ messages }) => messages.map(({ type }) => type))).toEqual(['open']);
});

it('an agent carries frames both ways, and closes the port when the service is done or the port is idle', async () => {
  await using peer = await Peer.start();
  await using rig = new AgentRig([settingsOf(peer)]);
  const cable = rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  const connection = await peer.connection(0, 'fob');
  const words = Array.from({ length: 50 }, (_, at) => `word ${at}`);
  const written = words.map(toFob).join('');
  connection.say({ type: 'bytes', fob: 0, text: written.slice(0, -3) });
  connection.say({ type: 'bytes', fob: 0, text: written.slice(-3) });
  await until(() => cable.written.length === written.length);
  expect(cable.written).toBe(written);
  expect(rig.agent.status().fobs).toEqual([{ serial: 'PF-AAAA-AAAA', port: 'tcp', isInUse: true }]);
  const answers = words.map(fromFob).join('');
  cable.says(answers);
  await until(() => connection.text().length === answers.length);
  expect(connection.text()).toBe(answers);
  connection.say({ type: 'release', fob: 0 });
  await until(() => !cable.isOpen);
  connection.say({ type: 'bytes', fob: 0, text: 'again' });
  await until(() => cable.opens === 2 && cable.isOpen);
  rig.time.advance(AGENT_IDLE_MS - 1);
  expect(cable.isOpen).toBe(true);
  rig.time.advance(1);
  await until(() => !cable.isOpen);
  expect([connection.of('unreached'), rig.service().state]).toEqual([[], 'connected']);
});

it('an agent reports why a fob cannot be reached, and searches for it again', async () => {
  await using peer = await Peer.start();
  await using rig = new AgentRig([settingsOf(peer)]);
  const cable = rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  const connection = await peer.connection(0, 'fob');
  const failures = [
    ['port-busy', 'busy'],
    ['port-hung', 'silent'],
    ['port-absent', 'failed'],
  ] as const;
  for (const [at, [kind, why]] of failures.entries()) {
    cable.failure = new FobError(kind);
    connection.say({ type: 'bytes', fob: 0, text: 'x' });
    await until(() => connection.of('unreached').length === at + 1);
    expect(connection.of('unreached').at(-1)).toEqual({ type: 'unreached', fob: 0, why });
  }
  cable.failure = undefined;
  connection.say({ type: 'bytes', fob: 0, text: 'y' });
  await until(() => cable.isOpen);
  cable.unplug();
  await until(() => connection.of('unreached').length === failures.length + 1);
  // A fob that another program uses is still there.
  expect(rig.desk.lost).toHaveLength(3);
});

it('an agent carries nothing to a fob that the service calls another’s, until it says otherwise', async () => {
  await using peer = await Peer.start();
  await using rig = new AgentRig([settingsOf(peer)]);
  const cable = rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  const connection = await peer.connection(0, 'fob');
  connection.say({ type: 'bytes', fob: 0, text: toFob('hello') });
  await until(() => cable.written === toFob('hello'));
  connection.say({ type: 'bytes', fob: 0, text: toFob('half').slice(0, -1) });
  connection.say({ type: 'standing', fob: 0, is: 'other' });
  await until(() => !cable.isOpen);
  connection.say({ type: 'bytes', fob: 0, text: `\n${toFob('more')}` });
  await until(() => connection.of('unreached').length === 1);
  expect(connection.of('unreached')).toEqual([{ type: 'unreached', fob: 0, why: 'failed' }]);
  expect([cable.opens, cable.written]).toEqual([1, toFob('hello')]);
  // It was enrolled meanwhile.
  connection.say({ type: 'standing', fob: 0, is: 'unproved' });
  connection.say({ type: 'bytes', fob: 0, text: toFob('again') });
  await until(() => cable.written === `${toFob('hello')}${toFob('again')}`);
});

it('an agent takes no more bytes for a fob than its port can queue, and no more fobs than are allowed', async () => {
  await using peer = await Peer.start();
  await using rig = new AgentRig([settingsOf(peer)]);
  // Its port neither opens nor fails.
  let fail: () => void = () => undefined;
  const open = () =>
    new Promise<never>((_, reject) => {
      fail = () => reject(new FobError('port-absent'));
    });
  rig.desk.plug({ serial: 'PF-AAAA-AAAA', port: 'tcp', open });
  rig.desk.plug(new Cable('PF-BBBB-BBBB'));
  const connection = await peer.connection(0, 'fob');
  await until(() => connection.of('fob').length === 2);
  const pieces = Math.floor(AGENT_PORT_QUEUE_CHARS_MAX / WIRE_CHARS_MAX);
  for (let at = 0; at < pieces; at++)
    connection.say({ type: 'bytes', fob: 0, text: 'x'.repeat(WIRE_CHARS_MAX) });
  connection.say({ type: 'bytes', fob: 0, text: 'one too many' });
  await until(() => connection.of('unreached').length > 0);
  expect(connection.of('unreached')).toEqual([{ type: 'unreached', fob: 0, why: 'failed' }]);
  fail();
  for (let at = 0; at < AGENT_FOBS_MAX; at++) rig.desk.plug(new Cable(`PF-CCCC-${1000 + at}`));
  await until(() => connection.of('fob').length === AGENT_FOBS_MAX);
  rig.time.advance(AGENT_BEAT_MS);
  await until(() => connection.of('beat').length === 1);
  expect(connection.of('fob')).toHaveLength(AGENT_FOBS_MAX);
});

it('an agent releases a port that accepts bytes more slowly than they arrive, before the queue grows long', async () => {
  await using peer = await Peer.start();
  await using rig = new AgentRig([settingsOf(peer)]);
  const cable = rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  const connection = await peer.connection(0, 'fob');
  connection.say({ type: 'bytes', fob: 0, text: toFob('hello') });
  await until(() => cable.written === toFob('hello'));
  cable.isStuck = true;
  const text = toFob('x'.repeat(100)).repeat(10);
  for (let chars = 0; chars <= AGENT_PORT_QUEUE_CHARS_MAX; chars += text.length)
    connection.say({ type: 'bytes', fob: 0, text });
  await until(() => connection.of('unreached').length > 0);
  expect(connection.of('unreached')).toEqual([{ type: 'unreached', fob: 0, why: 'failed' }]);
  await until(() => !cable.isOpen);
});

it('an agent leaves a service that floods users with notices or states, and comes back later', async () => {
  for (const kind of ['standing', 'notice'] as const) {
    await using peer = await Peer.start();
    await using rig = new AgentRig([settingsOf(peer)]);
    rig.desk.plug(new Cable('PF-AAAA-AAAA'));
    const connection = await peer.connection(0, 'fob');
    const say = (from: number, to: number) => {
      for (let at = from; at < to; at++)
        if (kind === 'notice') connection.say({ type: 'notice', fob: 0, kind: 'request' });
        else connection.say({ type: 'standing', fob: 0, is: at % 2 === 0 ? 'own' : 'other' });
    };
    const told = () => rig.events.filter(({ event }) => event === kind).length;
    say(0, AGENT_TOLD_MAX);
    await until(() => told() === AGENT_TOLD_MAX);
    await rig.pass(AGENT_TOLD_MS);
    say(0, AGENT_TOLD_MAX + 1);
    await rig.untilService('waiting');
    expect(told()).toBe(2 * AGENT_TOLD_MAX);
    expect(rig.service().problem).toMatchObject({ code: 'no-identity' });
  }
});

it('an agent sends a beat before proxies cut, and gives a silent connection up', async () => {
  await using peer = await Peer.start();
  await using rig = new AgentRig([settingsOf(peer)]);
  const connection = await peer.connection(0, 'open');
  await rig.untilService('connected');
  expect(AGENT_BEAT_MS).toBeLessThan(30_000);
  for (let beats = 1; beats <= 3; beats++) {
    rig.time.advance(AGENT_BEAT_MS);
    await until(() => connection.of('beat').length === beats);
    await rig.untilHeard();
  }
  expect(rig.service().state).toBe('connected');
  peer.onMessage = (_, { type }) => type !== 'beat';
  rig.time.advance(AGENT_SILENCE_MS);
  await rig.untilService('waiting');
  expect(rig.service().problem).toMatchObject({ code: 'quiet' });
});

it('an agent passes states and notices on, ends at an invalid message, and stays away after a permanent refusal', async () => {
  await using peer = await Peer.start();
  await using rig = new AgentRig([settingsOf(peer)]);
  rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  rig.desk.plug(new Cable('PF-BBBB-BBBB'));
  const connection = await peer.connection(0, 'fob');
  await until(() => connection.of('fob').length === 2);
  connection.say({ type: 'standing', fob: 0, is: 'own' });
  connection.say({ type: 'standing', fob: 1, is: 'other' });
  connection.say({ type: 'notice', fob: 0, kind: 'request' });
  connection.say({ type: 'notice', fob: 1, kind: 'request' });
  // This fob number never existed.
  connection.say({ type: 'bytes', fob: 99, text: 'x' });
  await until(() => rig.events.some(({ event }) => event === 'notice'));
  expect(rig.service().fobs).toEqual([
    { serial: 'PF-AAAA-AAAA', standing: 'own', tasks: NO_TASKS },
    { serial: 'PF-BBBB-BBBB', standing: 'other', tasks: NO_TASKS },
  ]);
  connection.say('{"type":"bytes","fob":0}');
  await rig.untilService('waiting');
  expect(rig.service().problem).toMatchObject({ code: 'no-identity' });
  rig.time.advance(1_000);
  const again = await peer.connection(1, 'fob');
  again.say({ type: 'refused', code: 'gone', text: 'No more agents.', next: 'Ask.', isFinal: true });
  await rig.untilService('waiting');
  expect(rig.service()).toMatchObject({
    problem: { code: 'service-refuses', message: 'No more agents.', next: 'Ask.' },
    again: null,
  });
  expect(rig.events.filter(({ event }) => event === 'notice')).toMatchObject([
    { serial: 'PF-AAAA-AAAA', kind: 'request', name: 'Tokens' },
  ]);
});
