import { acceptSteps } from '@passfob/service/features/validation/replay-protection';
import { writing } from '@passfob/service/storage/database/database';
import { expect, test } from 'vitest';
import { Office } from '../users/kit.ts';

test('the last accepted step moves once, upwards, for the user and in the states that were read', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  await office.users('ada', 'bob');
  await office.token('ada');
  const token = await db.selectFrom('tokens').selectAll().executeTakeFirstOrThrow();
  const bob = await db.selectFrom('users').select('id').where('name', '=', 'bob').executeTakeFirstOrThrow();
  const move = (step: number) =>
    writing(db, async transaction => {
      const moved = await acceptSteps(transaction, [
        { token, step, driftSteps: 0, atMs: office.nowMs, source: '-' },
      ]);
      return moved.has(token.id);
    });
  const change = (changes: object) => db.updateTable('tokens').set(changes).execute();
  expect(await move(5)).toBe(true);
  expect([await move(5), await move(4)]).toEqual([false, false]);
  await change({ user_id: bob.id });
  expect(await move(6)).toBe(false);
  await change({ user_id: token.user_id, state: 'suspended' });
  expect(await move(6)).toBe(false);
  await change({ state: 'active' });
  expect(await move(6)).toBe(true);
});
