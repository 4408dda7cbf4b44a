import { throttle } from '@passfob/service/storage/database/throttle';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const EVERY_MS = 50;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Returns the moments of the runs, for requests at these moments. */
function runsOf(asked: readonly number[], stopMs = Number.POSITIVE_INFINITY): number[] {
  const beganMs = performance.now();
  const runs: number[] = [];
  const throttled = throttle(EVERY_MS, () => runs.push(Math.floor(performance.now() - beganMs)));
  for (let ms = 0; ms < 400; ms++) {
    if (asked.includes(ms)) throttled.soon();
    if (ms === stopMs) throttled.stop();
    vi.advanceTimersByTime(1);
  }
  return runs;
}

it('a throttle runs a rare request at once, and frequent requests once in each interval', () => {
  const first = runsOf([10])[0] ?? 0;
  expect(first - 10).toBeLessThanOrEqual(1);
  const many = runsOf(Array.from({ length: 200 }, (_, ms) => ms));
  // A run follows the last request.
  expect(many.at(-1)).toBeGreaterThanOrEqual(199);
  expect(many.length).toBeLessThanOrEqual(200 / EVERY_MS + 1);
  for (const [at, ms] of many.entries())
    if (at > 0) expect(ms - (many[at - 1] ?? 0)).toBeGreaterThanOrEqual(EVERY_MS - 1);
});

it('a stopped throttle drops its pending request', () => {
  expect(runsOf([0, 10], 20)).toHaveLength(1);
});
