import { expect, test } from 'vitest';
import {
  add,
  apiKeyOf,
  codeAt,
  codeNow,
  comparable,
  NOON_MS,
  newToken,
  post,
  stepAt,
  wrongCode,
} from './kit.ts';
import { testOfService as it, startedService } from './users/kit.ts';

it('every refusal is the same bytes, whatever the reason', async service => {
  const apiKey = apiKeyOf(service);
  const token = await add(service, newToken({ digits: 8 }));
  await add(service, newToken({ user: 'suspended', serial: 'S' }));
  await add(service, newToken({ user: 'locked', serial: 'L' }));
  const step = stepAt(token, NOON_MS);
  expect((await post(service, apiKey, { user: 'ada', passcode: codeAt(token, step) })).status).toBe(200);
  await service.validate({ user: 'suspended', passcode: '000000', source: '::1' });
  await service.changeTokenState('S', 'revoked');
  for (let nth = 0; nth < 3; nth++)
    await service.validate({ user: 'locked', passcode: `00000${nth}`, source: '::1' });
  const before = (await service.events()).length;
  const requests = [
    { user: 'ada', passcode: wrongCode(token, NOON_MS) },
    { user: 'ada', passcode: codeAt(token, step) },
    { user: 'ada', passcode: codeAt(token, step - 1) },
    { user: 'ada', passcode: 'no code' },
    { user: 'locked', passcode: '000003' },
    { user: 'suspended', passcode: '000000' },
    { user: 'nobody', passcode: '000000' },
  ];
  const answers = new Set<string>();
  for (const request of requests) answers.add(await comparable(await post(service, apiKey, request)));
  expect(answers.size).toBe(1);
  expect([...answers][0]).toContain('"status\\":403');
  const inside = (await service.events()).slice(0, -before).map(event => event.outcome);
  expect(inside.reverse()).toEqual([
    ...['wrong', 'replay', 'superseded', 'malformed', 'locked', 'no_usable_token', 'unknown_user'],
  ]);
});

it('100 repeats of a used passcode are one alert with count 100, with its first use', async service => {
  const apiKey = apiKeyOf(service);
  const token = await add(service, newToken());
  const body = { user: 'ada', passcode: codeNow(token, NOON_MS), source: '198.51.100.1' };
  expect((await post(service, apiKey, body)).status).toBe(200);
  service.clock.nowMs += 1000;
  const wrong = await comparable(
    await post(service, apiKey, { ...body, passcode: wrongCode(token, NOON_MS) }),
  );
  for (let repeat = 0; repeat < 100; repeat++) {
    const answer = await comparable(await post(service, apiKey, { ...body, source: '203.0.113.9' }));
    expect(answer).toBe(wrong);
  }
  expect(await service.alerts()).toEqual([
    {
      id: 1,
      acknowledgedMs: null,
      acknowledgedBy: null,
      kind: 'replay',
      user: 'ada',
      serial: 'FOB-1',
      fob: null,
      step: stepAt(token, NOON_MS),
      count: 100,
      firstUseMs: NOON_MS,
      firstUseSource: '198.51.100.1',
      firstMs: NOON_MS + 1000,
      lastMs: NOON_MS + 1000,
      lastSource: '203.0.113.9',
    },
  ]);
});

it('a request with the same idempotency key gets the same answer and raises no alert', async service => {
  const apiKey = apiKeyOf(service);
  const token = await add(service, newToken());
  const body = { user: 'ada', passcode: codeNow(token, NOON_MS) };
  const send = async (key: string, changes = {}) =>
    (await post(service, apiKey, { ...body, ...changes }, { 'idempotency-key': key })).status;
  const twice = await Promise.all([send('first-click'), send('first-click')]);
  expect(twice).toEqual([200, 200]);
  expect(await service.alerts()).toEqual([]);
  expect(await service.events()).toHaveLength(1);

  // Only an identical request is a repeat.
  expect(await send('first-click', { source: '192.0.2.1' })).toBe(403);
  expect(await send('other-click')).toBe(403);
  expect((await service.alerts())[0]?.count).toBe(2);
  expect(await send('first-click', { passcode: wrongCode(token, NOON_MS) })).toBe(403);

  // A repeated refusal does not count as a second failure.
  for (let repeat = 0; repeat < 5; repeat++)
    expect(await send('wrong-click', { passcode: wrongCode(token, NOON_MS, 1) })).toBe(403);
  expect((await service.events()).map(event => event.outcome)).toEqual([
    'wrong',
    'wrong',
    'replay',
    'replay',
    'accepted',
  ]);

  // The answer is cached for two minutes; after that the passcode counts as used.
  service.clock.nowMs += 119_999;
  expect(await send('first-click')).toBe(200);
  service.clock.nowMs += 1;
  expect(await send('first-click')).toBe(403);
});

it('revoking a token also deletes the cached answers to its passcodes', async service => {
  const token = await add(service, newToken());
  const passcode = codeNow(token, NOON_MS);
  const request = { user: 'ada', passcode, source: '::1', idempotencyKey: 'first-click' };
  expect((await service.validate(request)).outcome).toBe('accepted');
  expect((await service.validate(request)).outcome).toBe('accepted');
  await service.changeTokenState('FOB-1', 'revoked');
  expect((await service.validate(request)).outcome).toBe('no_usable_token');
});

test('after a restart the passcode stays used and the alert goes on counting', async () => {
  await using first = await startedService();
  const token = await add(first, newToken());
  const request = { user: 'ada', passcode: codeNow(token, NOON_MS), source: '::1' };
  expect((await first.validate(request)).outcome).toBe('accepted');
  expect((await first.validate(request)).outcome).toBe('replay');
  await first.close();
  const second = await first.rig.start();
  expect((await second.validate(request)).outcome).toBe('replay');
  expect((await second.alerts()).map(alert => alert.count)).toEqual([2]);
});
