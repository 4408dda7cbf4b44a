import { cacheResults, clearIdempotencyCache } from '@passfob/service/storage/idempotency';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { findUser } from '@passfob/service/subjects/users/users';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { isOnPostgres } from '../kit.ts';
import { isWaiting } from '../waiting.ts';
import { accepted, grace, testOfOffice as test } from './kit.ts';

test('disabling a user leaves no cached answer behind, not even of a log-in in progress', async office => {
  const { db } = office.store;
  await office.users('ada');
  const userId = (await findUser(db, 'ada'))?.id ?? expect.fail('no user');
  const answer = { fingerprint: 'f', userId, outcome: 'accepted', nowMs: office.nowMs } as const;
  const answers = () => db.selectFrom('answers').selectAll().execute();
  await cacheResults(db, [answer]);
  await office.do(disableUser, { user: 'ada' });
  expect(await answers()).toEqual([]);
  // With a single writer there is no concurrency.
  if (!isOnPostgres) return;
  await clearIdempotencyCache(db, userId);
  const disabling = await db.transaction().execute(async transaction => {
    await sql`select 1 from users where name = 'ada' for update`.execute(transaction);
    const waits = disableUser(office.management, grace, { user: 'ada' });
    await isWaiting(db);
    await cacheResults(transaction, [answer]);
    return { waits };
  });
  accepted(await disabling.waits);
  expect(await answers()).toEqual([]);
});
