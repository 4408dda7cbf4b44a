import { agentLimits } from '@passfob/service/base/limits/agents';
import { Agents } from '@passfob/service/subjects/agents/agents';
import { Polls, readPoll } from '@passfob/service/subjects/agents/polled';
import type { TextConnection } from '@passfob/service/subjects/connections/connection';
import { identityReader } from '@passfob/service/subjects/connections/opening';
import fc from 'fast-check';
import type { CarrierPolled } from 'passfob/carrier/polls';
import { expect, it } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { Office } from '../users/kit.ts';
import { openEachScene, url } from './scene.ts';

openEachScene();

const OPEN = { type: 'open', version: 1, for: 'agent', nonce: 'A'.repeat(43) } as const;
const BEAT = { type: 'beat' } as const;

function poll(url: string, body: unknown): Promise<Response> {
  return fetch(`${url}/carrier/poll`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function polled(url: string, body: unknown): Promise<CarrierPolled> {
  const response = await poll(url, body);
  expect(response.status).toBe(200);
  return (await response.json()) as CarrierPolled;
}

it('a repeated poll counts once and gets the same response until the agent confirms it', async () => {
  const first = await polled(url, { key: '', from: 0, taken: 0, messages: [OPEN] });
  expect(first).toMatchObject({ taken: 1, from: 0, messages: [{ type: 'identity' }] });
  const { key } = first;
  const beats = { key, from: 1, taken: 0, messages: [BEAT, BEAT] };
  const second = await polled(url, beats);
  expect(second).toMatchObject({ taken: 3, from: 0 });
  expect(second.messages.map(({ type }) => type)).toEqual(['identity', 'beat', 'beat']);
  expect(await polled(url, beats)).toEqual(second);
  const third = await polled(url, { key, from: 1, taken: 2, messages: [BEAT, BEAT, BEAT] });
  expect(third).toMatchObject({ taken: 4, from: 2, messages: [BEAT, BEAT] });
});

it('a poll with a message nested too deeply is answered, and ends its connection', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const { key } = await polled(url, `{"key":"","from":0,"taken":0,"messages":[${deep}]}`);
  expect((await poll(url, { key, from: 1, taken: 0, messages: [] })).status).toBe(404);
});

it('a new poll replaces a held one, which ends at once', async () => {
  const { key } = await polled(url, { key: '', from: 0, taken: 0, messages: [OPEN] });
  const held = polled(url, { key, from: 1, taken: 1, messages: [] });
  const next = polled(url, { key, from: 1, taken: 1, messages: [BEAT] });
  expect((await next).messages).toEqual([BEAT]);
  await held;
});

it('a poll with impossible numbers or a malformed message ends its connection', async () => {
  const wrong = [
    { from: 2, taken: 1, messages: [BEAT] },
    { from: 1, taken: 2, messages: [] },
    { from: 1, taken: 1, messages: [OPEN] },
    { from: 1, taken: 1, messages: ['beat'] },
  ];
  for (const body of wrong) {
    const { key } = await polled(url, { key: '', from: 0, taken: 0, messages: [OPEN] });
    await polled(url, { key, ...body });
    expect((await poll(url, { key, from: 1, taken: 1, messages: [] })).status).toBe(404);
  }
  const malformed = ['', '[]', '{}', { key: '', from: 1, taken: 0, messages: [] }, { key: 'short' }];
  for (const body of malformed) expect((await poll(url, body)).status).toBe(400);
  expect((await poll(url, { key: 'A'.repeat(43), from: 0, taken: 0, messages: [] })).status).toBe(404);
});

it('polls deliver each message once and in order despite losses, duplicates and delays', LONG, async () => {
  await using office = await Office.open();
  const { management } = office;
  const acts = fc.array(
    fc.record({
      says: fc.integer({ min: 0, max: 5 }),
      hears: fc.integer({ min: 0, max: 5 }),
      isLost: fc.boolean(),
      isLate: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  );
  const property = fc.asyncProperty(acts, async many => {
    const agents = new Agents({ management, identity: identityReader(management), ticks: () => 0 });
    const polls = new Polls();
    const took: string[] = [];
    let line: TextConnection | undefined;
    const connect = (made: TextConnection) => {
      line = made;
      const connection = agents.connect({ from: 'x', origin: 'https://x.example' }, made);
      connection.receive = text => void took.push(text ?? 'none');
      return connection;
    };
    const signal = AbortSignal.abort();
    const first = { key: '', from: 0, taken: 0, messages: [] };
    const { key } = JSON.parse((await polls.poll(first, connect, signal)) ?? '') as CarrierPolled;
    const said: string[] = [];
    const heard: string[] = [];
    let from = 0;
    let [sent, told] = [0, 0];
    let late: unknown;
    for (const { says, hears, isLost, isLate } of many) {
      for (let count = 0; count < says; count++) said.push(JSON.stringify({ type: 'gone', fob: sent++ }));
      for (let count = 0; count < hears; count++)
        line?.send(JSON.stringify({ type: 'release', fob: told++ }));
      const body = {
        key,
        from,
        taken: heard.length,
        messages: said.slice(from).map(text => JSON.parse(text)),
      };
      const answer = JSON.parse((await polls.poll(body, connect, signal)) ?? '') as CarrierPolled;
      if (isLate && late !== undefined) await polls.poll(late as typeof body, connect, signal);
      late = body;
      if (isLost) continue;
      from = answer.taken;
      for (const message of answer.messages.slice(heard.length - answer.from))
        heard.push(JSON.stringify(message));
    }
    await agents.close();
    expect(took).toEqual(said.slice(0, took.length));
    expect(heard).toEqual(heard.map((_, fob) => JSON.stringify({ type: 'release', fob })));
  });
  await fc.assert(property, { numRuns: countOf(100, 2_000) });
});

it('polls of any shape are either read or refused', LONG, () => {
  const body = fc.oneof(
    fc.anything(),
    fc.record({ key: fc.string(), from: fc.anything(), taken: fc.integer(), messages: fc.anything() }),
  );
  const property = fc.property(body, given => {
    const read = readPoll(given);
    if (read !== undefined)
      expect(read).toMatchObject({ from: expect.any(Number), taken: expect.any(Number) });
  });
  fc.assert(property, { numRuns: countOf(1_000, 20_000) });
});

it('an agent whose unfetched messages exceed the limit is disconnected', async () => {
  await using office = await Office.open();
  const { management } = office;
  const agents = new Agents({ management, identity: identityReader(management), ticks: () => 0 });
  const polls = new Polls();
  let line: TextConnection | undefined;
  const first = { key: '', from: 0, taken: 0, messages: [] };
  const connect = (made: TextConnection) => {
    line = made;
    return agents.connect({ from: 'x', origin: 'https://x.example' }, made);
  };
  await polls.poll(first, connect, AbortSignal.abort());
  for (let count = 0; count < agentLimits.agentOutboxMessages + 1; count++) line?.send('{}');
  expect(agents.count).toBe(0);
  agents.onSweep(connections => polls.sweep(connections));
  agents.sweep();
  expect(polls.size).toBe(0);
  await agents.close();
});

it('arbitrary polls from anybody never make the service fail', LONG, async () => {
  const message = fc.oneof(
    fc.anything(),
    fc.record({ type: fc.constantFrom('open', 'fob', 'gone', 'bytes', 'unreached', 'beat') }),
    fc.record({
      type: fc.constantFrom('fob', 'gone', 'bytes', 'unreached'),
      fob: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.anything()),
      serial: fc.string(),
      port: fc.constantFrom('serial', 'tcp', 'X'),
      text: fc.string(),
      why: fc.constantFrom('busy', 'silent', 'failed', ''),
    }),
  );
  const body = fc.oneof(
    fc.json(),
    fc.record({
      key: fc.constantFrom('', 'A'.repeat(43), 'é'),
      from: fc.integer({ min: -1, max: 2 }),
      taken: fc.integer({ min: -1, max: 2 }),
      messages: fc.array(message, { maxLength: 5 }).map(more => [OPEN, ...more]),
    }),
  );
  const property = fc.asyncProperty(body, async given => {
    const response = await poll(url, typeof given === 'string' ? given : safe(given));
    expect([200, 400, 404, 429]).toContain(response.status);
    if (response.status === 200) expect(await response.json()).toHaveProperty('key');
  });
  await fc.assert(property, { numRuns: countOf(100, 1_000) });
});

/** Serialises a value as JSON; values that JSON cannot hold are left out. */
function safe(value: unknown): string {
  return JSON.stringify(value, (_name, one) => (typeof one === 'bigint' ? String(one) : one));
}
