import { createServer, type Socket } from 'node:net';
import {
  AGENT_AGAIN_MAX_MS,
  AGENT_AGAIN_MIN_MS,
  AGENT_ANSWER_MS,
  AGENT_CLOCK_JUMP_MS,
  AGENT_CLOCK_LOOK_MS,
  AGENT_GOOD_MS,
  AGENT_IDLE_MS,
  AGENT_UPGRADE_MIN_MS,
} from 'passfob/agent/base/limits';
import { expect, it } from 'vitest';
import { AgentRig, settingsOf } from './kit/agent.ts';
import { Cable } from './kit/cable.ts';
import { fromFob, toFob } from './kit/frames.ts';
import { Peer } from './kit/peer.ts';
import { until } from './kit/time.ts';

it('an agent reconnects after a cut at every message, and sends everything again', async () => {
  await using peer = await Peer.start({ polls: false });
  // The messages open, fob, bytes and unreached: the test cuts as each one arrives, then stops cutting.
  let cutAt = 0;
  let heard = 0;
  peer.onMessage = (connection, message) => {
    if (heard++ === cutAt) {
      heard = 0;
      cutAt += 1;
      connection.cut();
      return false;
    }
    if (message.type === 'fob') connection.say({ type: 'bytes', fob: message.fob, text: toFob('hello') });
    return true;
  };
  await using rig = new AgentRig([settingsOf(peer)]);
  const cable = rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  for (const cut of [1, 2]) {
    await until(() => cutAt === cut);
    await rig.untilService('waiting');
    rig.time.advance(AGENT_AGAIN_MAX_MS);
  }
  await until(() => cable.isOpen);
  cable.says(fromFob('there'));
  await until(() => cutAt === 3);
  await rig.untilService('waiting');
  // The agent releases the port with the connection.
  await until(() => !cable.isOpen);
  rig.time.advance(AGENT_AGAIN_MAX_MS);
  const last = await peer.connection(peer.connections.length, 'fob');
  await until(() => cable.isOpen);
  cable.says(fromFob('there'));
  await until(() => last.text() === fromFob('there'));
  expect(rig.service().state).toBe('connected');
});

it('the wait between connections grows to a bound, and is the shortest again after a good connection', async () => {
  await using peer = await Peer.start({ webSocket: false, polls: false });
  await using rig = new AgentRig([settingsOf(peer)]);
  const waits: number[] = [];
  for (let at = 0; at < 9; at++) {
    await rig.untilService('waiting');
    const waitMs = Date.parse(rig.service().again ?? '') - rig.time.now();
    waits.push(waitMs);
    const before = rig.events.length;
    rig.time.advance(waitMs);
    await until(() => rig.events.length > before);
  }
  expect(waits.slice(0, 4)).toEqual([1, 2, 4, 8].map(times => times * AGENT_AGAIN_MIN_MS));
  expect(waits.at(-1)).toBe(AGENT_AGAIN_MAX_MS);
  await rig.untilService('waiting');
  peer.webSocket = true;
  // A fob that is plugged in is a reason not to wait.
  rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  await rig.untilService('connected');
  rig.time.advance(AGENT_GOOD_MS / 2);
  await until(() => peer.connections[0]?.of('beat').length === 1);
  rig.time.advance(AGENT_GOOD_MS / 2);
  peer.cutAll();
  await rig.untilService('waiting');
  expect(Date.parse(rig.service().again ?? '') - rig.time.now()).toBe(AGENT_AGAIN_MIN_MS);
});

it('an agent polls where no WebSocket gets through, and uses a WebSocket once one does', async () => {
  await using peer = await Peer.start({ webSocket: false });
  await using rig = new AgentRig([settingsOf(peer)]);
  const cable = rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  const polled = await peer.connection(0, 'fob');
  expect([polled.by, rig.service().by]).toEqual(['polling', 'polling']);
  polled.say({ type: 'bytes', fob: 0, text: toFob('hello') });
  await until(() => cable.written === toFob('hello'));
  cable.says(fromFob('there'));
  await until(() => polled.text() === fromFob('there'));
  // The agent does not switch to a WebSocket while a fob is in use.
  peer.webSocket = true;
  await rig.pass(AGENT_UPGRADE_MIN_MS - AGENT_IDLE_MS / 2);
  expect(peer.asked.filter(one => one === 'upgrade /carrier')).toHaveLength(1);
  polled.say({ type: 'bytes', fob: 0, text: toFob('!') });
  await until(() => cable.written === `${toFob('hello')}${toFob('!')}`);
  rig.time.advance(AGENT_IDLE_MS / 2);
  expect(peer.asked.filter(one => one === 'upgrade /carrier')).toHaveLength(1);
  polled.say({ type: 'release', fob: 0 });
  await until(() => !cable.isOpen);
  rig.time.advance(AGENT_IDLE_MS);
  const upgraded = await peer.connection(1, 'fob');
  await rig.untilService('connected');
  expect([upgraded.by, rig.service().by]).toEqual(['websocket', 'websocket']);
});

it('an agent falls back to polls where WebSockets open and nothing comes through them', async () => {
  await using peer = await Peer.start();
  peer.onMessage = ({ by }) => by === 'polling';
  await using rig = new AgentRig([settingsOf(peer)]);
  await peer.connection(0, 'open');
  rig.time.advance(AGENT_ANSWER_MS);
  await rig.untilService('connected');
  expect(rig.service().by).toBe('polling');
});

it('an agent reconnects at once when the computer has slept', async () => {
  await using peer = await Peer.start();
  await using rig = new AgentRig([settingsOf(peer)]);
  await peer.connection(0, 'open');
  await rig.untilService('connected');
  rig.time.advance(AGENT_CLOCK_LOOK_MS * 2);
  expect(peer.connections).toHaveLength(1);
  rig.time.sleep(AGENT_CLOCK_LOOK_MS + AGENT_CLOCK_JUMP_MS);
  await until(() => rig.events.some(({ event }) => event === 'slept'));
  await rig.untilService('waiting');
  // Only the shortest wait stands in between.
  rig.time.advance(AGENT_AGAIN_MIN_MS);
  await peer.connection(1, 'open');
  await rig.untilService('connected');
});

it('after a sleep an agent does not continue an earlier wait', async () => {
  await using peer = await Peer.start({ webSocket: false, polls: false });
  await using rig = new AgentRig([settingsOf(peer)]);
  await rig.untilService('waiting');
  peer.webSocket = true;
  rig.time.sleep(AGENT_CLOCK_LOOK_MS + AGENT_CLOCK_JUMP_MS);
  await rig.untilService('connected');
});

it('an agent has one connection for each service, and one of them carries a fob at a time', async () => {
  await using one = await Peer.start({ name: 'One' });
  await using other = await Peer.start({ name: 'Other' });
  await using rig = new AgentRig([settingsOf(one), settingsOf(other)]);
  const [first, second] = [new Cable('PF-AAAA-AAAA'), new Cable('PF-BBBB-BBBB')];
  rig.desk.plug(first);
  rig.desk.plug(second);
  const [here, there] = [await one.connection(0, 'fob'), await other.connection(0, 'fob')];
  await until(() => here.of('fob').length === 2 && there.of('fob').length === 2);
  here.say({ type: 'bytes', fob: 0, text: toFob('one') });
  await until(() => first.written === toFob('one'));
  there.say({ type: 'bytes', fob: 0, text: toFob('other') });
  there.say({ type: 'bytes', fob: 1, text: toFob('other') });
  await until(() => second.written === toFob('other') && there.of('unreached').length === 1);
  expect(there.of('unreached')).toEqual([{ type: 'unreached', fob: 0, why: 'busy' }]);
  // Only the connection that opened the fob may receive the fob's answer.
  first.says(fromFob('one'));
  second.says(fromFob('other'));
  await until(() => here.text(0) === fromFob('one') && there.text(1) === fromFob('other'));
  expect([here.text(1), there.text(0)]).toEqual(['', '']);
  here.say({ type: 'release', fob: 0 });
  await until(() => !first.isOpen);
  there.say({ type: 'bytes', fob: 0, text: toFob('+other') });
  await until(() => first.written === `${toFob('one')}${toFob('+other')}`);
  // The loss of one connection does not affect the other.
  one.cutAll();
  await rig.untilService('waiting', 0);
  expect(rig.service(1).state).toBe('connected');
});

it('a connection closes when its service leaves the settings, and the others stay', async () => {
  await using one = await Peer.start();
  await using other = await Peer.start();
  await using rig = new AgentRig([settingsOf(one)]);
  await rig.untilService('connected');
  await rig.agent.reload({ services: [settingsOf(one), settingsOf(other)] });
  await rig.untilService('connected', 1);
  expect(one.connections).toHaveLength(1);
  await rig.agent.reload({ services: [settingsOf(other)] });
  await until(() => one.connections[0]?.isClosed === true);
  expect(rig.agent.status().services.map(({ url }) => url)).toEqual([other.origin]);
  expect(other.connections).toHaveLength(1);
});

it('an agent that ends leaves no port open and no timer behind', async () => {
  await using peer = await Peer.start();
  const rig = new AgentRig([settingsOf(peer)]);
  const cable = rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  const connection = await peer.connection(0, 'fob');
  connection.say({ type: 'bytes', fob: 0, text: 'x' });
  await until(() => cable.isOpen);
  await rig.end();
  expect([cable.isOpen, rig.time.pending]).toEqual([false, 0]);
  await until(() => connection.isClosed);
});

it.each(['websocket', 'polling'])(
  'an agent ends at once where a service never proves itself, by %s',
  async by => {
    await using peer = await Peer.start({ webSocket: by === 'websocket' });
    peer.onMessage = () => false;
    const rig = new AgentRig([settingsOf(peer)]);
    expect((await peer.connection(0, 'open')).by).toBe(by);
    await rig.end();
    expect(rig.time.pending).toBe(0);
  },
);

it('an agent ends at once where a proxy takes a connection and says nothing', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const settings = { url: 'https://tokens.example.org', name: '', fingerprint: '' };
  const rig = new AgentRig([settings], { HTTPS_PROXY: `http://127.0.0.1:${port}` });
  const taken = await new Promise<Socket>(resolve => silent.once('connection', resolve));
  const closed = new Promise(resolve => taken.resume().once('close', resolve));
  await rig.end();
  // Nothing keeps the process alive.
  await closed;
  await new Promise(resolve => silent.close(resolve));
});
