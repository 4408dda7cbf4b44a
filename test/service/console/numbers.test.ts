import { detailMarkup } from '@passfob/service/http/console/kit/audit-detail';
import { returnPath } from '@passfob/service/http/console/kit/paths';
import { driftColumns } from '@passfob/service/http/console/overview/plots';
import { createUser } from '@passfob/service/subjects/users/acts';
import { countOutcomes } from '@passfob/service/subjects/validation/summary';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testOfConsole as it, type Seen, type Visitor } from './kit.ts';
import { fillWorld } from './world.ts';

const HOUR_MS = 3_600_000;

it('log-ins are counted by the hour in which they happened, and only in the requested range', async service => {
  const { db } = service.office.store;
  await fillWorld(service);
  const toMs = (Math.floor(service.clock.nowMs / HOUR_MS) + 1) * HOUR_MS;
  service.clock.nowMs -= 2 * HOUR_MS;
  await service.validate({ user: 'nobody', passcode: '123456', source: '::1' });
  service.clock.nowMs -= HOUR_MS;
  await service.validate({ user: 'nobody', passcode: '123456', source: '::1' });
  const counts = await countOutcomes(db, { toMs, stretchMs: HOUR_MS, count: 3 });
  expect(counts).toEqual([
    { fromMs: toMs - 3 * HOUR_MS, accepted: 0, refused: 1 },
    { fromMs: toMs - 2 * HOUR_MS, accepted: 0, refused: 0 },
    { fromMs: toMs - HOUR_MS, accepted: 1, refused: 7 },
  ]);
  const all = await countOutcomes(db, { toMs, stretchMs: 24 * HOUR_MS, count: 1 });
  expect(all[0]).toMatchObject({ accepted: 1, refused: 9 });
});

test('every drift is in exactly one column', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e5, max: 1e5 })), drifts => {
      const total = driftColumns(drifts).reduce((sum, { parts }) => sum + (parts[0] ?? 0), 0);
      expect(total).toBe(drifts.length);
    }),
  );
});

test('the return address is always a page of the console, for any requested address', () => {
  const pieces = fc.constantFrom(
    ...['/operator', '/', '\\', '..', '//evil.example', '?', '#', '@', '%2e', 'http:', '\t', 'a'],
  );
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 6 }).map(parts => parts.join('')),
      given => {
        const url = new URL(returnPath(given), 'https://service.example');
        expect(url.origin).toBe('https://service.example');
        expect(url.pathname === '/operator' || url.pathname.startsWith('/operator/')).toBe(true);
      },
    ),
  );
});

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

/** Follows the links of a page's filters, and sends its form as a browser does: all its fields, with the typed values. */
async function search(visitor: Visitor, path: string, typed: Record<string, string>): Promise<Seen> {
  let { text } = await visitor.get(path);
  const chips = () =>
    [...text.matchAll(/<li><a href="([^"]+)">/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
  for (const [name, value] of Object.entries(typed)) {
    const chip = chips().find(href => new URLSearchParams(href.split('?')[1]).get(name) === value);
    if (chip !== undefined) ({ text } = await visitor.get(chip));
  }
  const form = /<form class="search"[^>]*action="([^"]+)">(.*?)<\/form>/s.exec(text);
  const names = [...(form?.[2] ?? '').matchAll(/ name="([^"]+)"/g)].map(([, name = '']) => name);
  for (const name of Object.keys(typed)) expect(names).toContain(name);
  const sent = new URLSearchParams(names.map(name => [name, typed[name] ?? '']));
  return visitor.get(`${form?.[1]}?${sent}`);
}

/** Returns the subjects of a list in order, from the links of its rows. */
const shownIn = ({ text }: Seen, subject: 'user' | 'serial') =>
  [
    ...(/<tbody[^>]*>(.*?)<\/tbody>/s.exec(text)?.[1] ?? '').matchAll(
      /\/(?:user|token)\?(user|serial)=([^"&]+)"/g,
    ),
  ]
    .filter(([, of]) => of === subject)
    .map(([, , name = '']) => decodeURIComponent(name.replaceAll('+', ' ')));

it('help desk finds users and tokens by any part of their names or serial numbers, page by page', async service => {
  const { office } = service;
  const visitor = await service.signedIn('helpdesk');
  const heinz = { name: 'hm2041', displayName: 'Heinz M\u00fcller', email: 'heinz@sales.example.com' };
  await office.do(createUser, heinz);
  await office.token('hm2041', { serial: 'PF-2026-004217' });
  await office.token('ada', { serial: 'PF-4217-000001', label: 'VPN' });

  const users = (typed: Record<string, string>) => search(visitor, '/operator/users', typed);
  expect(shownIn(await users({ search: 'muller' }), 'user')).toEqual(['hm2041']);
  expect(shownIn(await users({ search: 'muller', state: 'locked' }), 'user')).toEqual([]);
  const tokens = (typed: Record<string, string>) => search(visitor, '/operator/tokens', typed);
  expect(shownIn(await tokens({ text: '4217', by: 'any' }), 'serial')).toHaveLength(2);
  expect(shownIn(await tokens({ text: '4217', by: 'user' }), 'serial')).toEqual([]);
  expect(shownIn(await visitor.get('/operator/tokens?text=4217'), 'serial')).toHaveLength(2);

  for (let at = 10; at < 65; at++) await office.do(createUser, { name: `team ${at}` });
  const first = await search(visitor, '/operator/users', { search: 'eam' });
  const next = /href="([^"]*after=[^"]*)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  expect(next).toContain('search=eam');
  const names = [first, await visitor.get(next)].flatMap(seen => shownIn(seen, 'user'));
  expect(names).toEqual(Array.from({ length: 55 }, (_, at) => `team ${at + 10}`));
});
