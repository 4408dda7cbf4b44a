import { expect, test } from 'vitest';
import { raiseAlert } from '../../../host/service/alerts/alerts.ts';
import { writing } from '../../../host/service/data/database.ts';
import { limits } from '../../../host/service/limits.ts';
import { makeTemporaryCode, temporaryCodeEnd } from '../../../host/service/tokens/codes/temporary-codes.ts';
import { sweep } from '../../../host/service/validation/sweep.ts';
import { secret } from '../../kit/secrets.ts';
import { accepted, grace, Office } from '../people/kit.ts';

test('temporary codes that have run out are forgotten, and no other', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  await office.users('ada', 'bob');
  const make = async (user: string) =>
    secret(accepted(await makeTemporaryCode(office.management, grace, { user })).code);
  await make('ada');
  office.nowMs += 1000;
  await make('bob');
  office.nowMs += limits.temporaryCodeMs - 1000;
  await sweep(db, office.nowMs);
  const kept = await db.selectFrom('temporary_codes').select(['user_id', 'expires_ms']).execute();
  expect(kept.map(({ expires_ms }) => expires_ms)).toEqual([office.nowMs + 1000]);
  expect(await temporaryCodeEnd(db, kept[0]?.user_id ?? '', office.nowMs)).toBe(office.nowMs + 1000);
});

test('of alerts the ones that last happened most recently are kept, up to their number', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  const raise = (number: number, atMs: number) => ({
    kind: 'clock' as const,
    dedupe: `clock:${number}`,
    userId: null,
    tokenId: null,
    atMs,
    source: '-',
  });
  await writing(db, async transaction => {
    for (let number = 0; number < limits.alertsKept + 10; number++)
      await raiseAlert(transaction, raise(number, number));
    // The oldest happens again.
    await raiseAlert(transaction, raise(0, limits.alertsKept * 2));
  });
  await sweep(db, office.nowMs);
  const kept = await db.selectFrom('alerts').select('dedupe').orderBy('last_ms').execute();
  expect(kept).toHaveLength(limits.alertsKept);
  expect([kept[0]?.dedupe, kept.at(-1)?.dedupe]).toEqual(['clock:11', 'clock:0']);
}, 60_000);
