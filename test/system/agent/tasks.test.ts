import { AGENT_TOLD_MAX } from 'passfob/agent/base/limits';
import { askAgent, holdControl } from 'passfob/cli/agent/control';
import { eventDocument, eventText } from 'passfob/cli/agent/event-format';
import { NOTIFY_INTERVAL_MS } from 'passfob/cli/agent/limits';
import { notifier } from 'passfob/cli/agent/notify';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { AgentRig, settingsOf } from './kit/agent.ts';
import { Cable } from './kit/cable.ts';
import { Peer } from './kit/peer.ts';
import { until } from './kit/time.ts';

const SERIAL = 'PF-AAAA-AAAA';

/** An agent with one fob, and its connection to a service that owns the fob. */
async function withFob(peer: Peer) {
  const rig = new AgentRig([settingsOf(peer)]);
  rig.desk.plug(new Cable(SERIAL));
  const connection = await peer.connection(0, 'fob');
  connection.say({ type: 'standing', fob: 0, is: 'own' });
  return { rig, connection };
}

it('an agent reports the tasks of a fob in its status, and a wanted hold as an event', async () => {
  await using peer = await Peer.start();
  const { rig, connection } = await withFob(peer);
  await using _ = rig;
  connection.say({ type: 'tasks', fob: 0, waiting: ['Set the clock.'], done: ['Renew the push key.'] });
  connection.say({
    type: 'step',
    fob: 0,
    step: 'press',
    text: 'Hold the button.',
    why: 'The clock is wrong.',
  });
  await until(() => rig.events.some(({ event }) => event === 'step'), 'the step');
  expect(rig.service().fobs).toEqual([
    {
      serial: SERIAL,
      standing: 'own',
      tasks: { waiting: ['Set the clock.'], done: ['Renew the push key.'] },
    },
  ]);
  const told = rig.events.filter(({ event }) => event === 'tasks' || event === 'step');
  expect(told.map(event => eventText(event, 0))).toEqual([
    `${peer.origin} has tasks for the fob ${SERIAL}: 1 waiting, 1 done.`,
    `Tokens, fob ${SERIAL}: Hold the button. The clock is wrong.`,
  ]);
  expect(told.map(event => eventDocument(event, 0))).toMatchObject([
    { event: 'tasks', serial: SERIAL, waiting: ['Set the clock.'], done: ['Renew the push key.'] },
    { event: 'step', serial: SERIAL, step: 'press', text: 'Hold the button.', why: 'The clock is wrong.' },
  ]);
});

it('an agent puts the tasks of a fob off at the services that carry it, and of no other fob', async () => {
  await using peer = await Peer.start();
  const { rig, connection } = await withFob(peer);
  await using _ = rig;
  expect([rig.agent.later('PF-ZZZZ-ZZZZ'), rig.agent.later(SERIAL)]).toEqual([[], [peer.origin]]);
  await until(() => connection.of('later').length === 1);
  expect(connection.of('later')).toEqual([{ type: 'later', fob: 0 }]);
});

it('a service from before the carrier protocol is not told to put tasks off', async () => {
  await using peer = await Peer.start({ isEarlier: true });
  const { rig, connection } = await withFob(peer);
  await using _ = rig;
  expect([rig.agent.later(SERIAL), connection.odd]).toEqual([[], []]);
});

it('an agent leaves a service that floods it with tasks', async () => {
  await using peer = await Peer.start();
  const { rig, connection } = await withFob(peer);
  await using _ = rig;
  for (let at = 0; at <= AGENT_TOLD_MAX; at++)
    connection.say({ type: 'tasks', fob: 0, waiting: [String(at)], done: [] });
  await rig.untilService('waiting');
  expect(rig.service().problem).toMatchObject({ code: 'no-identity' });
});

it.each([
  ['a control character', { type: 'tasks', fob: 0, waiting: ['a\u0007b'], done: [] }],
  ['another direction of writing', { type: 'step', fob: 0, step: 'press', text: 'a\u202eb' }],
  ['more tasks than the protocol has', { type: 'tasks', fob: 0, waiting: [], done: Array(9).fill('x') }],
  ['the end of an activation', { type: 'done', fob: 0, text: 'Done.' }],
])('an agent ends the connection to a service that says %s', async (_, message) => {
  await using peer = await Peer.start();
  const { rig, connection } = await withFob(peer);
  await using __ = rig;
  connection.say(JSON.stringify(message));
  await rig.untilService('waiting');
  expect(rig.service().problem).toMatchObject({ code: 'no-identity' });
  expect(rig.events.filter(({ event }) => event === 'tasks' || event === 'step')).toEqual([]);
});

it('a notification of a wanted hold says what and why without markup, not often, and suppresses no log-in', () => {
  let nowMs = 0;
  const shown: string[][] = [];
  const notify = notifier(
    () => nowMs,
    (...texts) => void shown.push(texts),
  );
  const wanted = { text: 'Hold <b>the</b> button.', why: 'The clock & more.' };
  for (let at = 0; at < 9; at++) notify.hold('https://a.example', 'Tokens', wanted);
  notify.notice('https://a.example', 'Tokens', 'request');
  expect(shown).toEqual([
    ['Hold the button of your fob', 'Hold ?b?the?/b? button. The clock ? more. (Tokens)'],
    ['Look at your fob', 'A log-in waits to be approved on it: Tokens'],
  ]);
  nowMs = NOTIFY_INTERVAL_MS;
  notify.hold('https://a.example', 'Tokens', { text: 'Hold it.' });
  expect(shown[2]).toEqual(['Hold the button of your fob', 'Hold it. (Tokens)']);
});

it('a running agent answers requests to put tasks off, and closes on any other text', async () => {
  const directory = temporaryFolder();
  const asked: string[] = [];
  const held = await holdControl(directory, async request => {
    asked.push(request);
    return { told: [] };
  });
  try {
    expect(await askAgent(directory, `later ${SERIAL}`)).toEqual({ told: [] });
    for (const wrong of ['later', 'later ', 'later a b', `later ${'x'.repeat(40)}`, 'stop'])
      await expect(askAgent(directory, wrong as 'status')).rejects.toMatchObject({ kind: 'agent' });
    expect(asked).toEqual([`later ${SERIAL}`]);
  } finally {
    await held.release();
  }
});

it('an agent speaks to a service from before the carrier protocol, by WebSocket and by polls', async () => {
  for (const webSocket of [true, false]) {
    await using peer = await Peer.start({ isEarlier: true, webSocket });
    const { rig, connection } = await withFob(peer);
    await using _ = rig;
    await until(() => rig.service().fobs[0]?.standing === 'own');
    expect(connection.by).toBe(webSocket ? 'websocket' : 'polling');
    expect(connection.odd).toEqual([]);
    connection.say({ type: 'bytes', fob: 0, text: 'hello' });
    await until(() => rig.agent.status().fobs[0]?.isInUse === true);
    const paths = webSocket
      ? ['upgrade /carrier', 'upgrade /agent']
      : ['upgrade /carrier', 'upgrade /agent', 'POST /carrier/poll', 'POST /agent/poll'];
    expect([...new Set(peer.asked)]).toEqual(paths);
  }
});

it('an agent asks for the paths of earlier versions only where the service has no other', async () => {
  await using peer = await Peer.start({ webSocket: false });
  const { rig } = await withFob(peer);
  await using _ = rig;
  expect([...new Set(peer.asked)]).toEqual(['upgrade /carrier', 'POST /carrier/poll']);
});
