import { returnPath } from '@passfob/service/doors/console/kit/paths';
import { driftColumns } from '@passfob/service/doors/console/overview/plots';
import { countTokensByState, readFobDrifts } from '@passfob/service/features/tokens/views';
import { countUsers } from '@passfob/service/features/users/user-views';
import { listUserEvents } from '@passfob/service/features/validation/event-pages';
import { countOutcomes } from '@passfob/service/features/validation/summary';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rig } from '../kit.ts';
import { furnish } from './kit.ts';
import { fillWorld } from './world.ts';

const HOUR_MS = 3_600_000;

test('log-ins are counted by the hour in which they happened, and only in the requested range', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const { db } = office.store;
  await fillWorld(furnished, rig.clock);
  const toMs = (Math.floor(rig.clock.nowMs / HOUR_MS) + 1) * HOUR_MS;
  rig.clock.nowMs -= 2 * HOUR_MS;
  await furnished.service.validate({ user: 'nobody', passcode: '123456', source: '::1' });
  rig.clock.nowMs -= HOUR_MS;
  await furnished.service.validate({ user: 'nobody', passcode: '123456', source: '::1' });
  const counts = await countOutcomes(db, { toMs, stretchMs: HOUR_MS, count: 3 });
  expect(counts).toEqual([
    { fromMs: toMs - 3 * HOUR_MS, accepted: 0, refused: 1 },
    { fromMs: toMs - 2 * HOUR_MS, accepted: 0, refused: 0 },
    { fromMs: toMs - HOUR_MS, accepted: 1, refused: 7 },
  ]);
  const all = await countOutcomes(db, { toMs, stretchMs: 24 * HOUR_MS, count: 1 });
  expect(all[0]).toMatchObject({ accepted: 1, refused: 9 });
});

test('users, tokens and drifts are counted, and a user’s outcomes are that user’s alone', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const { db } = office.store;
  await fillWorld(furnished, rig.clock);
  expect(await countUsers(db)).toEqual({ all: 8, disabled: 1 });
  expect(await countTokensByState(db)).toEqual({
    initialised: 0,
    inventory: 2,
    reserved: 0,
    assigned: 5,
    active: 0,
    suspended: 1,
    revoked: 1,
  });
  expect(await readFobDrifts(db)).toEqual([3.5, -31]);
  const { id } = await db
    .selectFrom('users')
    .select('id')
    .where('name', '=', 'ada')
    .executeTakeFirstOrThrow();
  const outcomes = (await listUserEvents(db, id)).map(({ outcome }) => outcome);
  expect(outcomes).toEqual(['locked', 'wrong', 'wrong', 'wrong', 'replay', 'replay', 'accepted']);
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
    '/operator',
    '/',
    '\\',
    '..',
    '//evil.example',
    '?',
    '#',
    '@',
    '%2e',
    'http:',
    '\t',
    'a',
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
