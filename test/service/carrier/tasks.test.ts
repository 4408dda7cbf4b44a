import { agentLimits } from '@passfob/service/base/limits/agents';
import { Agents } from '@passfob/service/features/agents/agents';
import type { AgentConnection } from '@passfob/service/features/agents/connection';
import type { AgentFob } from '@passfob/service/features/agents/fob';
import type { TextConnection } from '@passfob/service/features/connections/connection';
import type { Dialect } from '@passfob/service/features/connections/dialect';
import { earlierAgentDialect } from '@passfob/service/features/connections/earlier';
import { identityReader } from '@passfob/service/features/connections/opening';
import { fingerprintOfKey } from '@passfob/service/storage/encryption-at-rest/identity';
import type { ServiceSocket } from 'passfob/activation/socket';
import { type RelayCareEvent, relayCare } from 'passfob/agent/care';
import type { ServiceSays } from 'passfob/carrier/messages';
import { expect, it } from 'vitest';
import { until } from '../agents/kit.ts';
import { keyOfService } from '../agents/world.ts';
import { makeAssigned } from '../enrolment/assigned.ts';
import { Office } from '../users/kit.ts';

const ORIGIN = 'https://tokens.example.org';

/** The service's side of relays without a network, and what happens to its fobs. */
class Bench implements AsyncDisposable {
  readonly office: Office;
  readonly agents: Agents;
  readonly putOff: AgentFob[] = [];
  readonly proved: AgentFob[] = [];

  private constructor(office: Office) {
    this.office = office;
    const { management } = office;
    this.agents = new Agents({
      management,
      identity: identityReader(management),
      ticks: () => performance.now(),
    });
    this.agents.onLater(fob => void this.putOff.push(fob));
    this.agents.onFobs(fob => {
      if (fob.fobId !== undefined) this.proved.push(fob);
    });
  }

  static async open(): Promise<Bench> {
    return new Bench(await Office.open());
  }

  /** A relay's connection; its texts arrive in later turns of the event loop, as over a network. */
  socket(
    dialect?: Dialect,
  ): ServiceSocket & { readonly connection: AgentConnection; readonly said: string[] } {
    const said: string[] = [];
    const early: string[] = [];
    let hear = (text: string): unknown => early.push(text);
    let closed = () => undefined as unknown;
    const line: TextConnection = {
      send(text) {
        said.push(text);
        setImmediate(() => hear(text));
      },
      close: () => void setImmediate(() => closed()),
    };
    const caller = { from: '192.0.2.9', origin: ORIGIN, ...(dialect !== undefined && { dialect }) };
    const connection = this.agents.connect(caller, line);
    return {
      connection,
      said,
      send: text => void setImmediate(() => connection.receive(text)),
      onText(listener) {
        hear = listener;
        for (const text of early.splice(0)) listener(text);
      },
      onClose(listener) {
        closed = listener;
      },
      close: () => connection.lost(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agents.close();
    await this.office[Symbol.asyncDispose]();
  }
}

it('a relay for care proves its fob, hears of its tasks and steps, and ends when the service says that it is done', async () => {
  await using bench = await Bench.open();
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
    openSocket: async () => bench.socket(),
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
  await using bench = await Bench.open();
  const owned = await makeAssigned(bench.office);
  const socket = bench.socket();
  const say = (message: object) => socket.connection.receive(JSON.stringify(message));
  say({ type: 'open', version: 1, for: 'care', nonce: 'A'.repeat(43) });
  await until(() => socket.said.length > 0, 'the identity');
  say({ type: 'fob', fob: 0, serial: owned.serial, port: 'serial' });
  say({ type: 'later', fob: 0 });
  say({ type: 'later', fob: 9 });
  expect(bench.putOff).toEqual([]);
  expect(bench.agents.count).toBe(1);
  say({ type: 'stop' });
  expect(bench.agents.count).toBe(0);
});

it('a relay that puts a fob off again and again is heard a limited number of times', async () => {
  await using bench = await Bench.open();
  const owned = await makeAssigned(bench.office);
  const fob = { serial: owned.serial, port: 'serial', open: async () => owned.fob.plugIn().transport };
  const sockets: ReturnType<Bench['socket']>[] = [];
  const ending = new AbortController();
  const caring = relayCare({
    service: ORIGIN,
    fingerprint: '',
    openSocket: async () => {
      const socket = bench.socket();
      sockets.push(socket);
      return socket;
    },
    fobs: [fob],
    report: () => undefined,
    signal: ending.signal,
  });
  await until(() => bench.proved.length > 0, 'the proof of the fob');
  for (let at = 0; at < 50; at++) sockets[0]?.connection.receive('{"type":"later","fob":0}');
  expect(bench.putOff.length).toBe(agentLimits.agentLaterBucket.burst);
  expect(bench.agents.count).toBe(1);
  ending.abort();
  await expect(caring).rejects.toMatchObject({ kind: 'cancelled' });
});

it('an agent is in the background; one from before the carrier protocol hears neither tasks nor steps', async () => {
  await using bench = await Bench.open();
  const tasks = { type: 'tasks', fob: 0, waiting: ['Set the clock.'], done: [] } as const;
  const more: ServiceSays<'agent' | 'care'>[] = [
    tasks,
    { type: 'step', fob: 0, step: 'press', text: 'Hold the button.' },
    { type: 'done', fob: 0, text: 'Done.' },
    { type: 'notice', fob: 0, kind: 'request' },
  ];
  const heardBy = async (dialect: Dialect | undefined, open: object) => {
    const { connection, said } = bench.socket(dialect);
    connection.receive(JSON.stringify({ type: 'open', version: 1, nonce: 'A'.repeat(43), ...open }));
    await until(() => said.length > 0, 'the identity');
    expect(connection.isForeground).toBe(false);
    for (const message of more) connection.say(message);
    return said.map(text => (JSON.parse(text) as { type: string }).type);
  };
  expect(await heardBy(undefined, { for: 'agent' })).toEqual(['identity', 'tasks', 'step', 'notice']);
  expect(await heardBy(earlierAgentDialect, {})).toEqual(['identity', 'notice']);
});
