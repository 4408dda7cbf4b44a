import { detailMarkup } from '@passfob/service/doors/console/records/audit-detail';
import { expect, test } from 'vitest';

/** Returns what a reader of the page sees. */
const shown = (detail: Record<string, unknown>) =>
  detailMarkup(detail)
    ?.text.replace(/<[^>]*>/g, '')
    .replaceAll('\u00a0', ' ');

test('the audit shows times in UTC, and durations and drifts with their units', () => {
  expect(shown({ user: 'ada', expiresMs: Date.UTC(2026, 1, 3, 4, 5, 6), replaces: null })).toBe(
    'user ada, expires 2026-02-03 04:05:06 UTC',
  );
  expect(shown({ createdMs: 0, rows: 2 })).toBe('created 1970-01-01 00:00:00 UTC, rows 2');
  expect(shown({ beforeMs: 1000 })).toBe('before 1970-01-01 00:00:01 UTC');
  expect(shown({ lockThreshold: 3, lockPeriodMs: 900_000, lockPeriodMsBefore: 5_400_000 })).toBe(
    'lockThreshold 3, lockPeriod 15 minutes, lockPeriodBefore 1 hour 30 minutes',
  );
  expect(shown({ found: true, driftSteps: -1 })).toBe('found true, drift -1 step');
});

test.each([
  [604_800_000, '7 days'],
  [86_461_000, '1 day 1 minute 1 second'],
  [1500, '1 second 500 milliseconds'],
  [0, '0 milliseconds'],
  [-5, '-5 milliseconds'],
])('a lockout time of %d ms is shown as %s', (lockPeriodMs, words) => {
  expect(shown({ lockPeriodMs })).toBe(`lockPeriod ${words}`);
});

test('the audit shows details under unknown names, and tampered values, as they are stored', () => {
  expect(shown({ sinceMs: 5, toString: 6 })).toBe('sinceMs 5, toString 6');
  expect(shown({ expiresMs: 'soon', driftSteps: 1.5 })).toBe('expiresMs soon, driftSteps 1.5');
  expect(shown({ expiresMs: 8.64e15 + 1 })).toBe('expires 8640000000000001');
  expect(detailMarkup({ why: '<b>' })?.text).toBe('why &lt;b&gt;');
});

test('a detail without facts is empty', () => {
  expect(detailMarkup({ policy: null, fob: '' })).toBeNull();
});
