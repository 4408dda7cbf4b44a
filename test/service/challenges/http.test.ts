import { expect, test } from 'vitest';
import { add, apiKeyOf, comparable, newToken } from '../kit.ts';
import { startedService } from '../users/kit.ts';
import { askFor, ocraToken, rightAnswer, send } from './http-kit.ts';
import { OTHER_SESSION, otherCode, SESSION } from './kit.ts';

const PARALLEL = 64;
const ROUNDS = 5;
const neverLocks = { threshold: 0, periodMs: 1000 };

test('of 64 right answers sent at once to two nodes, exactly one is accepted', async () => {
  await using one = await startedService({ lock: neverLocks });
  const two = await one.rig.start({ lock: neverLocks });
  const apiKey = apiKeyOf(one);
  const token = await add(one, ocraToken());
  for (let round = 0; round < ROUNDS; round++) {
    one.clock.nowMs += 90_000;
    const { path, body } = rightAnswer(token, await askFor(one.url, apiKey, 'ada'));
    const responses = await Promise.all(
      Array.from({ length: PARALLEL }, (_, nth) => send((nth % 2 ? one : two).url, apiKey, path, body)),
    );
    const accepted = responses.filter(({ status }) => status === 200);
    expect(accepted).toHaveLength(1);
    expect(await accepted[0]?.json()).toEqual({ accepted: true, user: 'ada' });
    expect(responses.filter(({ status }) => status === 403)).toHaveLength(PARALLEL - 1);
  }
  expect(new Set((await one.events()).map(({ outcome }) => outcome))).toEqual(new Set(['no_challenge']));
});

test('questions look the same for every user, and so does every refusal', async () => {
  await using service = await startedService();
  const apiKey = apiKeyOf(service);
  await add(service, ocraToken({ suite: 'OCRA-1:HOTP-SHA1-6:QN12' }));
  await add(service, newToken({ user: 'bob', serial: 'B' }));
  await add(service, ocraToken({ user: 'carol', serial: 'C', suite: 'OCRA-1:HOTP-SHA1-6:QN12' }));
  await service.changeTokenState('C', 'revoked');
  const asked = new Set<string>();
  const refused = new Set<string>();
  for (const user of ['ada', 'bob', 'carol', 'nobody', 'no\u0000body']) {
    const response = await send(service.url, apiKey, '', { user, session: SESSION });
    const copy = response.clone();
    const { id, question } = (await response.json()) as { id: string; question: string };
    expect(question).toMatch(/^[0-9]{12}$/);
    const bytes = (await comparable(copy)).replace(id, '<id>').replace(question, '<question>');
    asked.add(bytes);
    const answer = { session: SESSION, passcode: '123456' };
    refused.add(await comparable(await send(service.url, apiKey, `/${id}/answer`, answer)));
    const other = { ...answer, session: OTHER_SESSION };
    refused.add(await comparable(await send(service.url, apiKey, `/${id}/answer`, other)));
  }
  for (const id of ['x', '%00', 'é'])
    refused.add(
      await comparable(
        await send(service.url, apiKey, `/${id}/answer`, { session: SESSION, passcode: '123456' }),
      ),
    );
  expect(asked.size).toBe(1);
  expect(refused.size).toBe(1);
  expect([...refused][0]).toContain('"status\\":403');
});

test('a locked account is refused like any other, and its question is not used up', async () => {
  await using service = await startedService({ lock: { threshold: 1, periodMs: 10_000 } });
  const apiKey = apiKeyOf(service);
  const token = await add(service, ocraToken());
  const right = rightAnswer(token, await askFor(service.url, apiKey, 'ada'));
  const wrong = { ...right.body, passcode: otherCode(right.body.passcode) };
  const first = await comparable(await send(service.url, apiKey, right.path, wrong));
  const locked = await comparable(await send(service.url, apiKey, right.path, right.body));
  expect(locked).toBe(first);
  service.clock.nowMs += 10_000;
  expect((await send(service.url, apiKey, right.path, right.body)).status).toBe(200);
  const outcomes = (await service.events()).map(({ outcome }) => outcome);
  expect(outcomes).toEqual(['accepted', 'locked', 'wrong']);
});

test('no question is created without an application’s key, with a guessable session or with unexpected fields', async () => {
  await using service = await startedService();
  const apiKey = apiKeyOf(service);
  const status = async (key: string, body: unknown) => (await send(service.url, key, '', body)).status;
  expect(await status('pfk_none', { user: 'ada', session: SESSION })).toBe(401);
  expect(await status(apiKey, { user: 'ada', session: 'short' })).toBe(400);
  expect(await status(apiKey, { user: 'ada' })).toBe(400);
  expect(await status(apiKey, { user: 'ada', session: SESSION, more: 1 })).toBe(400);
});
