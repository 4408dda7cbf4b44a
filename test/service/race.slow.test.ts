import { expect, test } from 'vitest';
import { countOf, LONG } from '../kit/counts.ts';
import { add, apiKeyOf, codeNow, isOnPostgres, testOfRig as it, NOON_MS, newToken, post } from './kit.ts';
import { startedService } from './users/kit.ts';

const PARALLEL = 64;
const FEW = 5;
const MANY = countOf(FEW, 300);
const ALERTS_LISTED = 50;
const OPTIONS = { ...LONG, timeout: 400_000 };
/** No lockout: this test is about replay protection alone. */
const neverLocks = { threshold: 0, periodMs: 1000 };

test(
  'of 64 identical concurrent requests exactly one is accepted, and the rest are one alert',
  OPTIONS,
  async () => {
    await using service = await startedService({ lock: neverLocks });
    const apiKey = apiKeyOf(service);
    const token = await add(service, newToken());
    for (let round = 0; round < (isOnPostgres ? FEW : MANY); round++) {
      service.clock.nowMs += 90_000;
      const body = { user: 'ada', passcode: codeNow(token, service.clock.nowMs) };
      const responses = await Promise.all(
        Array.from({ length: PARALLEL }, () => post(service, apiKey, body)),
      );
      const statuses = responses.map(response => response.status).sort();
      expect(statuses).toEqual([200, ...Array(PARALLEL - 1).fill(403)]);
      const alerts = await service.alerts();
      expect(alerts).toHaveLength(Math.min(round + 1, ALERTS_LISTED));
      expect(alerts[0]?.count).toBe(PARALLEL - 1);
    }
  },
);

test('of 64 identical requests to two nodes on one database exactly one is accepted', OPTIONS, async () => {
  const rounds = isOnPostgres ? MANY : FEW;
  await using one = await startedService({ lock: neverLocks });
  const two = await one.rig.start({ lock: neverLocks });
  expect(two.apiKey).toBeNull();
  const apiKey = apiKeyOf(one);
  const token = await add(two, newToken());
  for (let round = 0; round < rounds; round++) {
    one.clock.nowMs += 90_000;
    const body = { user: 'ada', passcode: codeNow(token, one.clock.nowMs) };
    const responses = await Promise.all(
      Array.from({ length: PARALLEL }, (_, index) => post(index % 2 === 0 ? one : two, apiKey, body)),
    );
    const accepted = responses.filter(response => response.status === 200);
    expect(accepted).toHaveLength(1);
    expect(await accepted[0]?.json()).toEqual({ accepted: true, user: 'ada' });
    expect(responses.filter(response => response.status === 403)).toHaveLength(PARALLEL - 1);
  }
  expect((await one.alerts()).map(alert => alert.count)).toEqual(
    Array(Math.min(rounds, ALERTS_LISTED)).fill(PARALLEL - 1),
  );
});

it('two nodes that start at once on an empty folder share one key file and one application', async rig => {
  const nodes = await Promise.all([rig.start(), rig.start(), rig.start()]);
  expect(nodes.filter(node => node.apiKey !== null)).toHaveLength(1);
  const token = await add(nodes[0], newToken());
  const passcode = codeNow(token, NOON_MS);
  const outcomes: string[] = [];
  for (const node of nodes)
    outcomes.push((await node.validate({ user: 'ada', passcode, source: '::1' })).outcome);
  expect(outcomes).toEqual(['accepted', 'replay', 'replay']);
});
