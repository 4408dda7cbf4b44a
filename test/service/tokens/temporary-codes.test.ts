import {
  endTemporaryCodes,
  makeTemporaryCode,
  redeemTemporaryCode,
  temporaryCodeEnd,
  withdrawTemporaryCode,
} from '@passfob/service/features/tokens/codes/temporary-codes';
import { writing } from '@passfob/service/storage/database/database';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeOf, Helpdesk, helpdesk, must } from './helpdesk.ts';

const HOUR_MS = 3_600_000;

async function made(rig: Helpdesk, lifetimeMs?: number): Promise<string> {
  const input = { user: 'ada', ...(lifetimeMs !== undefined && { lifetimeMs }) };
  return secret(must(await makeTemporaryCode(rig.management, helpdesk, input)).code);
}

function take(rig: Helpdesk, userId: string, code: string): Promise<boolean> {
  const { db, keys, clock } = rig.management;
  return writing(db, transaction => redeemTemporaryCode(transaction, keys, userId, code, clock()));
}

test('a temporary passcode has ten digits and is accepted once, for its user alone', async () => {
  await using rig = await Helpdesk.open();
  const [ada, bob] = [await rig.user('ada'), await rig.user('bob')];
  const code = await made(rig);
  expect(code).toMatch(/^[0-9]{10}$/);
  expect(await take(rig, bob, code)).toBe(false);
  expect(await take(rig, ada, `${code.slice(0, 9)}${code.endsWith('0') ? '1' : '0'}`)).toBe(false);
  const taken = await Promise.all(Array.from({ length: 16 }, () => take(rig, ada, code)));
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect(await take(rig, ada, code)).toBe(false);
});

test('a temporary code expires at its time, by default after 8 hours and at most after a day', async () => {
  await using rig = await Helpdesk.open();
  const ada = await rig.user('ada');
  const made8 = await made(rig);
  expect(await temporaryCodeEnd(rig.store.db, ada, rig.clock.nowMs)).toBe(rig.clock.nowMs + 8 * HOUR_MS);
  rig.clock.nowMs += 8 * HOUR_MS;
  expect(await take(rig, ada, made8)).toBe(false);
  const made24 = await made(rig, 24 * HOUR_MS);
  rig.clock.nowMs += 24 * HOUR_MS - 1;
  expect(await take(rig, ada, made24)).toBe(true);
  for (const lifetimeMs of [24 * HOUR_MS + 1, 59_999, 0, Number.NaN])
    expect(codeOf(await makeTemporaryCode(rig.management, helpdesk, { user: 'ada', lifetimeMs }))).toBe(
      'bad_lifetime',
    );
});

test('a user has at most one temporary code; it ends on request and when a token is used', async () => {
  await using rig = await Helpdesk.open();
  const ada = await rig.user('ada');
  const [first, second] = [await made(rig), await made(rig)];
  expect(await take(rig, ada, first)).toBe(false);
  expect(must(await withdrawTemporaryCode(rig.management, helpdesk, { user: 'ada' }))).toEqual({
    ended: true,
  });
  expect(await take(rig, ada, second)).toBe(false);
  const third = await made(rig);
  await writing(rig.store.db, db => endTemporaryCodes(db, ada, rig.clock.nowMs));
  expect(await take(rig, ada, third)).toBe(false);
  expect(codeOf(await makeTemporaryCode(rig.management, helpdesk, { user: 'carl' }))).toBe('unknown_user');
});

test('neither the database nor the audit contains the temporary passcode', async () => {
  await using rig = await Helpdesk.open();
  await rig.user('ada');
  const code = await made(rig);
  const rows = [
    await rig.store.db.selectFrom('temporary_codes').selectAll().execute(),
    await rig.store.db.selectFrom('audit').selectAll().execute(),
  ];
  expect(rows[1]).toMatchObject([{ action: 'token.temporary-code', actor: 'dora', subject: 'ada' }]);
  expect(JSON.stringify(rows)).not.toContain(code);
});
