import { startBackground } from '@passfob/service/node/background';
import { verifyAudit } from '@passfob/service/subjects/audit/verify';
import { backedUpTables, leftOutTables } from '@passfob/service/subjects/operations/tables';
import { expect } from 'vitest';
import { act, testOfRecords as test } from '../audit/kit.ts';

test('a node writes audit checkpoints at its start and at its end', async rig => {
  const management = await rig.open();
  await act(rig, management, 1, 5);
  const errors: unknown[] = [];
  const background = startBackground(management, { failed: error => errors.push(error) });
  await act(rig, management, 6, 9);
  await background.stop();
  await background.stop();
  expect(errors).toEqual([]);
  expect(await verifyAudit(management.db, management.keys)).toMatchObject({
    intact: true,
    rows: 9,
    unsealed: 0,
  });
  expect(await management.db.selectFrom('settings').select('name').orderBy('name').execute()).toEqual([
    { name: 'audit-head' },
    { name: 'clock-seen' },
  ]);
});

test('every table is in a backup or left out of it on purpose', async rig => {
  const { db } = await rig.open();
  const names = (await db.introspection.getTables()).map(({ name }) => name);
  const known = [...backedUpTables.map(({ table }) => table), ...leftOutTables];
  expect(
    names.filter(name => !name.startsWith('sqlite_')).sort(),
    'Add the table to backedUpTables or to leftOutTables in service/subjects/operations/tables.ts.',
  ).toEqual([...known].sort());
});
