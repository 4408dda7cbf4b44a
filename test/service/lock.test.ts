import {
  afterFailure,
  afterSuccess,
  type Factor,
  type LockFacts,
  lockState,
  noFailures,
} from '@passfob/service/base/lock';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { add, codeNow, NOON_MS, newToken, wrongCode } from './kit.ts';
import { testOfService as it, startedService } from './users/kit.ts';

const PERIOD_MS = 15 * 60_000;

it('three failures lock the account; failures while locked change nothing; it opens at T, not at T − 1 s', async service => {
  const token = await add(service, newToken());
  const attempt = async (passcode: string) =>
    (await service.validate({ user: 'ada', passcode, source: '::1' })).outcome;
  const right = () => codeNow(token, service.clock.nowMs);
  for (let nth = 0; nth < 3; nth++) expect(await attempt(wrongCode(token, NOON_MS, nth))).toBe('wrong');
  expect(await attempt(right())).toBe('locked');
  service.clock.nowMs = NOON_MS + PERIOD_MS - 1000;
  expect(await attempt(wrongCode(token, service.clock.nowMs))).toBe('locked');
  expect(await attempt(right())).toBe('locked');
  service.clock.nowMs = NOON_MS + PERIOD_MS;
  // The expired lock reset its failures: two more are possible before the right passcode resets them.
  expect(await attempt(wrongCode(token, service.clock.nowMs))).toBe('wrong');
  expect(await attempt(wrongCode(token, service.clock.nowMs, 1))).toBe('wrong');
  expect(await attempt(right())).toBe('accepted');
  expect(await attempt(wrongCode(token, service.clock.nowMs))).toBe('wrong');
});

it('of wrong passcodes that are sent at once, as many are evaluated as lock the account', async service => {
  const token = await add(service, newToken());
  const guesses = Array.from({ length: 16 }, (_, nth) => wrongCode(token, NOON_MS, nth));
  const results = await Promise.all(
    guesses.map(passcode => service.validate({ user: 'ada', passcode, source: '::1' })),
  );
  const outcomes = results.map(({ outcome }) => outcome);
  expect(outcomes.sort()).toEqual([...Array(13).fill('locked'), ...Array(3).fill('wrong')]);
});

test('the lock covers all tokens of the account, and no other account', async () => {
  await using service = await startedService({ lock: { threshold: 2, periodMs: 60_000 } });
  const token = await add(service, newToken());
  const other = await add(service, newToken({ serial: 'FOB-2' }));
  const third = await add(service, newToken({ user: 'bob', serial: 'FOB-3' }));
  const attempt = async (user: string, passcode: string) =>
    (await service.validate({ user, passcode, source: '::1' })).outcome;
  for (let nth = 0; nth < 2; nth++) await attempt('ada', wrongCode(token, NOON_MS, nth));
  expect(await attempt('ada', codeNow(token, NOON_MS))).toBe('locked');
  expect(await attempt('ada', codeNow(other, NOON_MS))).toBe('locked');
  expect(await attempt('bob', codeNow(third, NOON_MS))).toBe('accepted');
});

test('a threshold of 0 never locks', async () => {
  await using service = await startedService({ lock: { threshold: 0, periodMs: 60_000 } });
  const token = await add(service, newToken());
  for (let nth = 0; nth < 20; nth++)
    await service.validate({ user: 'ada', passcode: wrongCode(token, NOON_MS, nth), source: '::1' });
  const right = await service.validate({ user: 'ada', passcode: codeNow(token, NOON_MS), source: '::1' });
  expect(right.outcome).toBe('accepted');
});

test('property: an account is never locked with fewer consecutive failures than the threshold, nor for longer than the period', () => {
  const step = fc.record({ waitMs: fc.integer({ min: 0, max: 400 }), right: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (steps, threshold) => {
      const policy = { threshold, periodMs: 300 };
      let facts: LockFacts = noFailures;
      let nowMs = 1000;
      let consecutive = 0;
      let lockedSinceMs: number | undefined;
      for (const { waitMs, right } of steps) {
        nowMs += waitMs;
        const standing = lockState(facts, policy, nowMs);
        const expectLocked = lockedSinceMs !== undefined && nowMs < lockedSinceMs + policy.periodMs;
        expect(standing.locked).toBe(expectLocked);
        if (standing.locked) continue;
        if (lockedSinceMs !== undefined) {
          lockedSinceMs = undefined;
          consecutive = 0;
        }
        expect(standing.failures).toBe(consecutive);
        consecutive = right ? 0 : consecutive + 1;
        if (consecutive === threshold) lockedSinceMs = nowMs;
        facts = right ? afterSuccess(standing, {}) : afterFailure(standing, 'passcode', nowMs);
      }
    }),
  );
});

/** One event of an account after a pause: a failure of a factor, or a log-in that proved some factors. */
const happening = fc.record({
  waitMs: fc.integer({ min: 0, max: 200 }),
  missed: fc.option(fc.constantFrom<Factor>('passcode', 'password', 'pin')),
  password: fc.boolean(),
  pin: fc.boolean(),
});

test('property: a success resets the failures of the factors it proved, and no others', () => {
  fc.assert(
    fc.property(
      fc.array(happening, { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      (steps, threshold) => {
        const policy = { threshold, periodMs: 300 };
        let facts: LockFacts = noFailures;
        let nowMs = 1000;
        let misses: Factor[] = [];
        let isLocked = false;
        for (const { waitMs, missed, password, pin } of steps) {
          nowMs += waitMs;
          const standing = lockState(facts, policy, nowMs);
          if (standing.locked) continue;
          if (isLocked) misses = [];
          const of = (factor: Factor) => misses.filter(one => one === factor).length;
          const { failures, passwordFailures, pinFailures, isLastTry } = standing;
          expect([failures, passwordFailures, pinFailures]).toEqual([
            misses.length,
            of('password'),
            of('pin'),
          ]);
          expect(isLastTry).toBe(misses.length === threshold - 1);
          if (missed !== null) misses.push(missed);
          else misses = misses.filter(one => (one === 'password' && !password) || (one === 'pin' && !pin));
          isLocked = misses.length === threshold;
          facts =
            missed === null
              ? afterSuccess(standing, { password, pin })
              : afterFailure(standing, missed, nowMs);
          expect(lockState(facts, policy, nowMs).locked).toBe(isLocked);
        }
      },
    ),
  );
});

test('property: an attacker with a fob guesses the password at most as often as the threshold in a period', () => {
  fc.assert(
    fc.property(
      fc.array(happening, { maxLength: 80 }),
      fc.integer({ min: 1, max: 5 }),
      (steps, threshold) => {
        const policy = { threshold, periodMs: 300 };
        let facts: LockFacts = noFailures;
        let nowMs = 1000;
        const guesses: number[] = [];
        for (const { waitMs, missed, pin } of steps) {
          nowMs += waitMs;
          const standing = lockState(facts, policy, nowMs);
          if (standing.locked) continue;
          if (missed === 'password') guesses.push(nowMs);
          facts =
            missed === null
              ? afterSuccess(standing, { password: false, pin })
              : afterFailure(standing, missed, nowMs);
        }
        for (const [nth, atMs] of guesses.entries()) {
          const beyond = guesses[nth + threshold];
          if (beyond !== undefined) expect(beyond - atMs).toBeGreaterThanOrEqual(policy.periodMs);
        }
      },
    ),
  );
});

test('a clock that is set back does not open a lock', () => {
  const facts: LockFacts = { ...noFailures, failures: 3, lastFailureMs: 1_000_000 };
  expect(lockState(facts, { threshold: 3, periodMs: 60_000 }, 1).locked).toBe(true);
});
