import { openedSocket } from 'passfob/activation/socket';
import { type RelayCareEvent, relayCare } from 'passfob/agent/care';
import { FobError } from 'passfob/errors';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { failure } from '../../unit/host/kit/failure.ts';
import { Cable } from './kit/cable.ts';
import { fromFob, toFob } from './kit/frames.ts';
import { Peer } from './kit/peer.ts';
import { until } from './kit/time.ts';

/** A relay for care of these fobs, and a person who may give up. */
function caring(peer: Peer, cables: readonly Cable[], fingerprint = peer.fingerprint) {
  const ending = new AbortController();
  const events: RelayCareEvent[] = [];
  const result = relayCare({
    service: peer.origin,
    fingerprint,
    openSocket: (url, signal) => openedSocket(new WebSocket(url), signal),
    fobs: cables.map(({ found }) => found),
    report: event => void events.push(event),
    signal: ending.signal,
  });
  // A test may fail before it looks.
  result.catch(() => undefined);
  const steps = () => events.filter(event => event.event === 'step');
  return { result, events, steps, stop: () => ending.abort() };
}

const serials = ['PF-AAAA-AAAA', 'PF-BBBB-BBBB', 'PF-CCCC-CCCC'] as const;

it('a relay for care announces its fobs, carries their bytes, and ends when each is done, another’s or gone', async () => {
  await using peer = await Peer.start();
  const cables = serials.map(serial => new Cable(serial));
  const care = caring(peer, cables);
  const connection = await peer.connection(0, 'fob');
  await until(() => connection.of('fob').length === 3);
  expect(connection.messages[0]).toMatchObject({ type: 'open', for: 'care' });
  expect(connection.of('fob').map(({ fob, serial }) => [fob, serial])).toEqual(
    serials.map((serial, at) => [at, serial]),
  );
  connection.say({ type: 'bytes', fob: 0, text: toFob('hello') });
  await until(() => cables[0]?.written === toFob('hello'));
  cables[0]?.says(fromFob('answer'));
  await until(() => connection.text(0) === fromFob('answer'));
  connection.say({ type: 'standing', fob: 0, is: 'own' });
  connection.say({ type: 'tasks', fob: 0, waiting: ['Set the clock.'], done: [] });
  connection.say({ type: 'step', fob: 0, step: 'press', text: 'Hold the button.', why: 'The clock.' });
  connection.say({ type: 'tasks', fob: 0, waiting: [], done: ['Set the clock.'] });
  connection.say({ type: 'done', fob: 0, text: 'The fob needs nothing more.' });
  connection.say({ type: 'standing', fob: 1, is: 'other' });
  connection.say({ type: 'bytes', fob: 2, text: '~' });
  await until(() => cables[2]?.isOpen === true);
  cables[2]?.unplug();
  expect(await care.result).toEqual([
    {
      serial: serials[0],
      outcome: 'done',
      text: 'The fob needs nothing more.',
      tasks: { waiting: [], done: ['Set the clock.'] },
    },
    { serial: serials[1], outcome: 'other', text: '', tasks: { waiting: [], done: [] } },
    { serial: serials[2], outcome: 'gone', text: '', tasks: { waiting: [], done: [] } },
  ]);
  expect(care.steps()).toMatchObject([
    { serial: serials[0], step: 'press', text: 'Hold the button.', why: 'The clock.' },
  ]);
  expect(cables.map(({ isOpen }) => isOpen)).toEqual([false, false, false]);
  expect(peer.asked).toEqual(['upgrade /carrier']);
});

it('the person puts a hold off, or stops: the service is told which', async () => {
  await using peer = await Peer.start();
  const care = caring(peer, [new Cable(serials[0])]);
  const connection = await peer.connection(0, 'fob');
  connection.say({ type: 'standing', fob: 0, is: 'own' });
  connection.say({ type: 'step', fob: 0, step: 'press', text: 'Hold the button.' });
  await until(() => care.steps().length === 1);
  care.steps()[0]?.later();
  await until(() => connection.of('later').length === 1);
  expect(connection.of('later')).toEqual([{ type: 'later', fob: 0 }]);
  care.stop();
  expect((await failure(care.result)).kind).toBe('cancelled');
  await until(() => connection.of('stop').length === 1 && connection.isClosed);
});

it('a relay for care reconnects after a lost connection, with the fobs that are not done yet', async () => {
  await using peer = await Peer.start();
  const care = caring(peer, [new Cable(serials[0]), new Cable(serials[1])]);
  const first = await peer.connection(0, 'fob');
  await until(() => first.of('fob').length === 2);
  first.say({ type: 'done', fob: 0, text: 'Done.' });
  await until(() => first.of('gone').length === 1);
  first.say({ type: 'tasks', fob: 1, waiting: ['Reset the PIN.'], done: ['Set the clock.'] });
  await until(() => care.events.some(({ event }) => event === 'tasks'));
  peer.cutAll();
  const second = await peer.connection(1, 'fob');
  expect(second.of('fob').map(({ serial }) => serial)).toEqual([serials[1]]);
  second.say({ type: 'tasks', fob: 0, waiting: [], done: ['Reset the PIN.'] });
  second.say({ type: 'done', fob: 0, text: 'Done.' });
  const [, cared] = await care.result;
  expect((await care.result).map(({ outcome }) => outcome)).toEqual(['done', 'done']);
  // The service tells what was done on the present connection.
  expect(cared?.tasks).toEqual({ waiting: [], done: ['Set the clock.', 'Reset the PIN.'] });
  expect(care.events.filter(({ event }) => event !== 'tasks').map(({ event }) => event)).toEqual([
    'connecting',
    'connected',
    'lost',
    'connecting',
    'connected',
  ]);
});

it('a relay for care names no fob to another service, nor to one that is too old', async () => {
  await using peer = await Peer.start();
  const other = caring(peer, [new Cable(serials[0])], 'ab'.repeat(16));
  expect((await failure(other.result)).kind).toBe('activation');
  expect(peer.connections.flatMap(one => one.messages.map(({ type }) => type))).toEqual(['open']);
  const old = relayCare({
    service: peer.origin,
    fingerprint: peer.fingerprint,
    openSocket: async () => {
      throw new FobError('activation', { details: { status: 404 } });
    },
    fobs: [new Cable(serials[0]).found],
    report: () => undefined,
    signal: new AbortController().signal,
  });
  expect(await failure(old)).toMatchObject({
    kind: 'agent',
    message: 'The service is of an earlier version, which does not look after fobs.',
  });
});

it.each([
  ['a notice, which only agents get', { type: 'notice', fob: 0, kind: 'request' }],
  ['tasks with an escape sequence', { type: 'tasks', fob: 0, waiting: ['\u001b[31mred'], done: [] }],
  ['tasks with a line break', { type: 'tasks', fob: 0, waiting: [], done: ['one\ntwo'] }],
  ['a list of tasks that is too long', { type: 'tasks', fob: 0, waiting: Array(9).fill('x'), done: [] }],
  ['a step that it does not know', { type: 'step', fob: 0, step: 'dance', text: 'Dance.' }],
])('a relay for care ends a connection with %s', async (_, message) => {
  await using peer = await Peer.start();
  const care = caring(peer, [new Cable(serials[0])]);
  const connection = await peer.connection(0, 'fob');
  connection.say({ type: 'standing', fob: 0, is: 'own' });
  connection.say(JSON.stringify(message));
  await until(() => connection.isClosed);
  expect(care.events.filter(({ event }) => event === 'tasks' || event === 'step')).toEqual([]);
  care.stop();
  await failure(care.result);
});

it('a service asks for a hold only on a fob that it has proved to own', async () => {
  await using peer = await Peer.start();
  const care = caring(peer, [new Cable(serials[0])]);
  const connection = await peer.connection(0, 'fob');
  const press = { type: 'step', fob: 0, step: 'press', text: 'Hold the button.' } as const;
  connection.say(press);
  connection.say({ type: 'standing', fob: 0, is: 'unproved' });
  connection.say(press);
  connection.say({ type: 'step', fob: 7, step: 'press', text: 'Hold the button.' });
  connection.say({ type: 'standing', fob: 0, is: 'own' });
  connection.say({ ...press, text: 'Hold it now.' });
  connection.say({ type: 'done', fob: 0, text: '' });
  await care.result;
  expect(care.steps().map(step => step.event === 'step' && step.text)).toEqual(['Hold it now.']);
});
