import { databaseLimits } from '@passfob/service/base/limits/database';
import { openStore, writing } from '@passfob/service/storage/database/database';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { isOnPostgres, Rig } from '../kit.ts';

test('administration that waits too long for another node is refused, and works again afterwards', async () => {
  await using rig = new Rig();
  const place = { directory: rig.directory, databaseUrl: await rig.database };
  const [one, other] = [await openStore(place), await openStore(place)];
  let go: () => void = () => undefined;
  const gate = new Promise<void>(resolve => {
    go = resolve;
  });
  let entered: () => void = () => undefined;
  const inside = new Promise<void>(resolve => {
    entered = resolve;
  });
  const hanging = writing(one.db, async () => {
    entered();
    await gate;
  });
  await inside;
  await expect(writing(other.db, async () => 'done')).rejects.toMatchObject({ code: 'busy' });
  go();
  await hanging;
  expect(await writing(other.db, async () => 'done')).toBe('done');
  if (isOnPostgres) {
    const { rows } = await sql<{ setting: string }>`select setting from pg_settings
      where name = 'idle_in_transaction_session_timeout'`.execute(one.db);
    expect(rows).toEqual([{ setting: String(databaseLimits.postgresIdleInTransactionMs) }]);
  }
  await one.close();
  await other.close();
});
