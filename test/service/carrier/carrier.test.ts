import { once } from 'node:events';
import { agentLimits } from '@passfob/service/base/limits/agents';
import { relayLimits } from '@passfob/service/base/limits/relay';
import { ByPurpose, Unopened } from '@passfob/service/http/sockets/by-purpose';
import { fingerprintOfKey } from '@passfob/service/storage/encryption-at-rest/identity';
import type { AgentFob } from '@passfob/service/subjects/agents/fob';
import type { TextConnection } from '@passfob/service/subjects/connections/connection';
import type { Dialect } from '@passfob/service/subjects/connections/dialect';
import { earlierAgentDialect } from '@passfob/service/subjects/connections/earlier';
import { relayActivation } from 'passfob/activation/relay';
import { openedSocket } from 'passfob/activation/socket';
import { type RelayCareEvent, relayCare } from 'passfob/agent/care';
import type { ServiceSays } from 'passfob/carrier/messages';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { AgentsNode, ORIGIN } from '../agents/agents-node.ts';
import { until } from '../agents/kit.ts';
import { Scene } from '../agents/scene.ts';
import { keyOfService } from '../agents/world.ts';
import { makeActivation } from '../enrolment/kit.ts';
import { makeAssigned } from '../kit/fob.ts';
import { Rig } from '../kit.ts';
import { Office, startedService } from '../users/kit.ts';

const open = (purpose: unknown) =>
  JSON.stringify({ type: 'open', version: 1, for: purpose, nonce: 'A'.repeat(43) });
const FOB = '{"type":"fob","fob":0,"serial":"PF-AAAA-AAAA","port":"serial"}';

async function dial(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/carrier`);
  await once(socket, 'open');
  return socket;
}

/** Says texts, the second one after the answer to the first. @returns the code with which the service closes */
async function endAfter(url: string, [first, ...more]: readonly (string | Buffer)[]): Promise<number> {
  const socket = await dial(url);
  const ended = once(socket, 'close');
  const answer = once(socket, 'message');
  if (first !== undefined) socket.send(first);
  if (more.length > 0) await Promise.race([answer, ended]);
  for (const one of more) socket.send(one);
  const [code] = await ended;
  return code as number;
}

it('a malformed or out-of-turn message, or one of another purpose, ends the connection', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  const enter = JSON.stringify({ type: 'enter', code: 'A'.repeat(22), relay: 'A'.repeat(22) });
  const wrong: (readonly (string | Buffer)[])[] = [
    ['{'],
    ['[]'],
    ['{"type":"constructor"}'],
    [Buffer.from(open('agent'))],
    // Nothing comes before the opening, which names one purpose that the service knows.
    ['{"type":"beat"}'],
    [FOB],
    [enter],
    [open('everything')],
    [open('agent care')],
    [open(undefined)],
    [open(['agent'])],
    [JSON.stringify({ type: 'open', version: 2, for: 'agent', nonce: 'A'.repeat(43) })],
    [JSON.stringify({ type: 'open', version: 1, nonce: 'A'.repeat(43) })],
    ...['agent', 'care', 'activation'].flatMap(purpose => [
      [open(purpose), open(purpose)],
      [open(purpose), open('agent')],
      [open(purpose), '{"type":"done","fob":0,"text":""}'],
      [open(purpose), '{"type":"bytes","fob":0,"text":"\u0100"}'],
      [open(purpose), '{"type":"bytes","fob":65536,"text":""}'],
      [open(purpose), `{"type":"bytes","fob":0,"text":"${'x'.repeat(2_049)}"}`],
      [open(purpose), ' '.repeat(4_097)],
    ]),
    [open('agent'), enter],
    [open('care'), enter],
    [open('agent'), '{"type":"stop"}'],
    [open('agent'), '{"type":"pairing-code","fob":0,"code":"x"}'],
    [open('care'), '{"type":"show-code","fob":0}'],
    // Only an activation's fob has no serial, and only after the code was taken.
    [open('agent'), '{"type":"fob","fob":0,"port":"serial"}'],
    [open('agent'), FOB, FOB],
    [open('activation'), FOB],
    [open('activation'), '{"type":"later","fob":0}'],
    [open('activation'), '{"type":"unreached","fob":0,"why":"busy"}'],
  ];
  const ends = await Promise.all(wrong.map(said => endAfter(url, said)));
  expect(ends.map((code, at) => [wrong[at], code])).toEqual(wrong.map(said => [said, 1008]));
  expect(await endAfter(url, ['x'.repeat(100_000)])).toBe(1009);
});

it('a connection that never says what it is for is closed', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  // Time stands still until the test moves it.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const socket = await dial(url);
  const ended = once(socket, 'close');
  vi.advanceTimersByTime(agentLimits.agentOpeningMs - 1);
  expect(socket.readyState).toBe(WebSocket.OPEN);
  vi.advanceTimersByTime(1);
  expect((await ended)[0]).toBe(1008);
});

it('a source with as many relays without an accepted code as it may have loses the oldest, and gets agents in', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  const sockets = await Promise.all(
    Array.from({ length: relayLimits.relaysUnopenedPerSource + 1 }, () => dial(url)),
  );
  const ends = sockets.map(async socket => (await once(socket, 'close'))[0] as number);
  for (const socket of sockets) {
    const answer = once(socket, 'message');
    socket.send(open('activation'));
    await answer;
  }
  expect(await ends[0]).toBe(1013);
  const agent = await dial(url);
  agent.send(open('agent'));
  const [said] = await once(agent, 'message');
  expect(JSON.parse(String(said))).toMatchObject({ type: 'identity', name: 'Passfob' });
  const agentEnd = once(agent, 'close');
  for (const socket of [...sockets, agent]) socket.close();
  await Promise.all([...ends, agentEnd]);
});

it('connections of every kind end when the service closes', async () => {
  await using service = await startedService();
  const sockets = await Promise.all(Array.from({ length: 4 }, () => dial(service.url)));
  const ends = sockets.map(socket => once(socket, 'close'));
  for (const [at, purpose] of ['agent', 'care', 'activation'].entries()) {
    const answer = once(sockets[at] as WebSocket, 'message');
    sockets[at]?.send(open(purpose));
    await answer;
  }
  await service.close();
  expect((await Promise.all(ends)).map(([code]) => code)).toEqual([1001, 1001, 1001, 1001]);
});

it('a page of another origin may neither connect nor poll', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  const headers = { origin: 'https://elsewhere.example', 'content-type': 'application/json' };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/carrier`, { headers });
  const [, { statusCode }] = await once(socket, 'unexpected-response');
  expect(statusCode).toBe(403);
  socket.on('error', () => undefined).terminate();
  const body = JSON.stringify({ key: '', from: 0, taken: 0, messages: [] });
  expect((await fetch(`${url}/carrier/poll`, { method: 'POST', headers, body })).status).toBe(403);
  expect((await fetch(`${url}/carrier`)).status).toBe(404);
});

it('polls carry no activation', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  const poll = async (messages: readonly unknown[]) => {
    const body = JSON.stringify({ key: '', from: 0, taken: 0, messages });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/carrier/poll`, { method: 'POST', headers, body });
    return ((await answer.json()) as { messages: { type: string }[] }).messages;
  };
  expect(await poll([JSON.parse(open('activation'))])).toEqual([]);
  for (const purpose of ['agent', 'care'])
    expect(await poll([JSON.parse(open(purpose))])).toMatchObject([{ type: 'identity' }]);
});

it('an activation is enrolled over the path of the carrier protocol', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  await using office = await Office.beside(rig);
  const fob = new CoreFob();
  const urls: string[] = [];
  const done = await relayActivation({
    activation: await makeActivation(office, url),
    openSocket: (address, signal) => {
      urls.push(address);
      return openedSocket(new WebSocket(address), signal);
    },
    openFob: async () => ({ transport: fob.plugIn().transport, port: 'tcp' }),
    askCode: async () => fob.code,
    report: event => {
      if (event.event === 'step' && event.step === 'press') fob.approve();
    },
    signal: new AbortController().signal,
  });
  secret(done.ticket);
  expect(urls).toEqual([`${url.replace('http', 'ws')}/carrier`]);
  expect(done.text).toContain('is active');
});

it('a fob announced as another one is never proved, and the bytes of one fob never count for another', async () => {
  await using scene = await Scene.open();
  const [ada, bob] = [await scene.fobOf('ada'), await scene.fobOf('bob')];
  // Announces the fob of ada, and carries the bytes of the fob of bob.
  const liar = await scene.agent({ purpose: 'care' });
  const number = liar.plug(bob.fob, ada.serial);
  await liar.stands(number, 'unproved');
  expect(await scene.linkOf(ada)).toBeUndefined();
  expect(await scene.linkOf(bob)).toBeUndefined();
  // Says the bytes of one of its fobs as those of the other.
  const swapping = await scene.agent({
    purpose: 'care',
    toService: text =>
      text.replace(/("type":"bytes","fob":)(\d)/, (_, head, fob) => `${head}${1 - Number(fob)}`),
  });
  const [first, second] = [swapping.plug(ada.fob), swapping.plug(bob.fob)];
  await until(() => swapping.log.some(text => text.includes('"release"')), 'the end of an attempt');
  expect([swapping.standings.get(first), swapping.standings.get(second)]).not.toContain('own');
  const honest = await scene.agent({ purpose: 'care' });
  await honest.stands(honest.plug(ada.fob), 'own');
  expect(honest.notices).toEqual([]);
});

it('a relay for care carries no notice of a log-in, and the fob still shows the request', async () => {
  await using scene = await Scene.open();
  const { agent: relay, ...ada } = await scene.ready('ada', { purpose: 'care' });
  const asked = await scene.ask('ada');
  await until(() => ada.fob.screen.includes(asked.number), 'the request on the fob');
  ada.fob.approve();
  expect(await scene.take(asked)).toBe('accepted');
  expect(relay.notices).toEqual([]);
  expect(relay.isClosed).toBe(false);
});

const OPEN = JSON.stringify({ type: 'open', version: 1, for: 'agent', nonce: 'A'.repeat(43) });

/** Connections that have said nothing yet, and the codes with which they were closed. */
function crowd(most: number, mostPerSource: number) {
  const unopened = new Unopened(most, mostPerSource);
  const codes: (number | undefined)[] = [];
  const connect = (from: string) => {
    const at = codes.push(undefined) - 1;
    const line: TextConnection = {
      send: () => undefined,
      close: code => {
        codes[at] = code;
      },
    };
    const talker = { receive: () => undefined, lost: () => undefined, shutDown: () => undefined };
    const connection = new ByPurpose(from, line, unopened, () => talker);
    onTestFinished(() => connection.lost());
    return connection;
  };
  return { connect, codes };
}

it('a source that opens nothing loses its own oldest connection, and displaces no other source', () => {
  const { connect, codes } = crowd(4, 3);
  connect('honest');
  for (let at = 0; at < 3; at++) connect('crowd');
  // The fourth of the source, then one more than the node may have.
  connect('crowd');
  expect(codes).toEqual([undefined, 1013, undefined, undefined, undefined]);
  connect('another');
  expect(codes).toEqual([undefined, 1013, 1013, undefined, undefined, undefined]);
});

it('a connection that has opened, or has ended, takes no place among those that have said nothing', () => {
  const { connect, codes } = crowd(2, 2);
  const first = connect('a');
  first.receive(OPEN);
  const second = connect('a');
  second.lost();
  second.lost();
  connect('a');
  connect('a');
  expect(codes).toEqual([undefined, undefined, undefined, undefined]);
  connect('a');
  expect(codes).toEqual([undefined, undefined, 1013, undefined, undefined]);
});

/** A node, and what happens to its fobs. */
async function nodeWithFobs() {
  const node = await AgentsNode.open();
  const putOff: AgentFob[] = [];
  const proved: AgentFob[] = [];
  node.agents.onLater(fob => void putOff.push(fob));
  node.agents.onFobs(fob => void (fob.fobId !== undefined && proved.push(fob)));
  return Object.assign(node, { putOff, proved });
}

it('a relay for care proves its fob, hears of its tasks and steps, and ends when the service says that it is done', async () => {
  await using bench = await nodeWithFobs();
  const owned = await makeAssigned(bench.office);
  const fingerprint = fingerprintOfKey(await keyOfService(bench.office)).replaceAll(' ', '');
  const events: RelayCareEvent[] = [];
  // Said while the fob proves itself, before the service cares for it and ends the relay by itself.
  let isTold = false;
  bench.agents.onFobs(({ fobId, number, carrier }) => {
    if (fobId === undefined || isTold) return;
    isTold = true;
    expect([fobId, carrier.isForeground]).toEqual([owned.id, true]);
    carrier.say({ type: 'tasks', fob: number, waiting: ['Set the clock.'], done: [] });
    carrier.say({
      type: 'step',
      fob: number,
      step: 'press',
      text: 'Hold the button.',
      why: 'The clock is unset.',
    });
    carrier.say({ type: 'notice', fob: number, kind: 'request' });
  });
  const caring = relayCare({
    service: ORIGIN,
    fingerprint,
    openSocket: async () => bench.connect().socket,
    fobs: [{ serial: owned.serial, port: 'serial', open: async () => owned.fob.plugIn().transport }],
    report: event => {
      events.push(event);
      if (event.event === 'step' && event.text === 'Hold the button.') event.later();
    },
    signal: new AbortController().signal,
  });
  expect(await caring).toEqual([
    {
      serial: owned.serial,
      outcome: 'done',
      text: expect.stringMatching(/^The fob /),
      tasks: { waiting: ['Set the clock.'], done: [] },
    },
  ]);
  expect(events).toContainEqual(
    expect.objectContaining({ event: 'step', text: 'Hold the button.', why: 'The clock is unset.' }),
  );
  expect(bench.putOff.map(({ serial }) => serial)).toEqual([owned.serial]);
});

it('only a fob that has proved itself is put off: a serial that anybody announces has no tasks', async () => {
  await using bench = await nodeWithFobs();
  const owned = await makeAssigned(bench.office);
  const { connection, heard } = bench.connect();
  const say = (message: object) => connection.receive(JSON.stringify(message));
  say({ type: 'open', version: 1, for: 'care', nonce: 'A'.repeat(43) });
  await until(() => heard.length > 0, 'the identity');
  say({ type: 'fob', fob: 0, serial: owned.serial, port: 'serial' });
  say({ type: 'later', fob: 0 });
  say({ type: 'later', fob: 9 });
  expect(bench.putOff).toEqual([]);
  expect(bench.agents.count).toBe(1);
  say({ type: 'stop' });
  expect(bench.agents.count).toBe(0);
});

it('a relay that puts a fob off again and again is heard a limited number of times', async () => {
  await using bench = await nodeWithFobs();
  const owned = await makeAssigned(bench.office);
  const fob = { serial: owned.serial, port: 'serial', open: async () => owned.fob.plugIn().transport };
  const relay = bench.connect();
  const ending = new AbortController();
  const caring = relayCare({
    service: ORIGIN,
    fingerprint: '',
    openSocket: async () => relay.socket,
    fobs: [fob],
    report: () => undefined,
    signal: ending.signal,
  });
  await until(() => bench.proved.length > 0, 'the proof of the fob');
  for (let at = 0; at < 50; at++) relay.connection.receive('{"type":"later","fob":0}');
  expect(bench.putOff.length).toBe(agentLimits.agentLaterBucket.burst);
  expect(bench.agents.count).toBe(1);
  ending.abort();
  await expect(caring).rejects.toMatchObject({ kind: 'cancelled' });
});

it('an agent is in the background; one from before the carrier protocol hears neither tasks nor steps', async () => {
  await using bench = await nodeWithFobs();
  const tasks = { type: 'tasks', fob: 0, waiting: ['Set the clock.'], done: [] } as const;
  const more: ServiceSays<'agent' | 'care'>[] = [
    tasks,
    { type: 'step', fob: 0, step: 'press', text: 'Hold the button.' },
    { type: 'done', fob: 0, text: 'Done.' },
    { type: 'notice', fob: 0, kind: 'request' },
  ];
  const heardBy = async (dialect: Dialect | undefined, open: object) => {
    const { connection, heard: said } = bench.connect(undefined, dialect);
    connection.receive(JSON.stringify({ type: 'open', version: 1, nonce: 'A'.repeat(43), ...open }));
    await until(() => said.length > 0, 'the identity');
    expect(connection.isForeground).toBe(false);
    for (const message of more) connection.say(message);
    return said.map(text => (JSON.parse(text) as { type: string }).type);
  };
  expect(await heardBy(undefined, { for: 'agent' })).toEqual(['identity', 'tasks', 'step', 'notice']);
  expect(await heardBy(earlierAgentDialect, {})).toEqual(['identity', 'notice']);
});
