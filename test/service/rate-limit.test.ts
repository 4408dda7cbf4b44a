import { webLimits } from '@passfob/service/base/limits/web';
import { makeRateLimiter } from '@passfob/service/base/rate-limit';
import { expect, test } from 'vitest';

const size = { burst: 3, perSecond: 1 };

test('a rate limit is used up after its burst, and recovers with time', () => {
  const buckets = makeRateLimiter();
  const take = (nowMs: number) => buckets.take('one', size, nowMs);
  expect([take(0), take(0), take(0), take(0)]).toEqual([true, true, true, false]);
  expect([take(999), take(1_999), take(1_999)]).toEqual([false, true, false]);
  expect([take(60_000), take(60_000), take(60_000), take(60_000)]).toEqual([true, true, true, false]);
  // A clock that goes back restores no capacity.
  expect(take(0)).toBe(false);
});

test('a rate limit in use stays exhausted during a flood of other keys', () => {
  const buckets = makeRateLimiter();
  for (let turn = 0; turn < size.burst; turn++) buckets.take('one', size, 0);
  for (let other = 0; other < webLimits.bucketsKept * 3; other++) {
    buckets.take(`other ${other}`, size, 0);
    if (other % 1_000 === 0) expect(buckets.take('one', size, 0)).toBe(false);
  }
});
