import { backedUpTables, leftOutTables } from '@passfob/service/features/operations/tables';
import { expect, test } from 'vitest';
import { RecordsRig } from '../audit/kit.ts';

test('every table is in a backup or left out of it on purpose', async () => {
  await using rig = new RecordsRig();
  const { db } = await rig.open();
  const names = (await db.introspection.getTables()).map(({ name }) => name);
  const known = [...backedUpTables.map(({ table }) => table), ...leftOutTables];
  expect(
    names.filter(name => !name.startsWith('sqlite_')).sort(),
    'Add the table to backedUpTables or to leftOutTables in service/features/operations/tables.ts.',
  ).toEqual([...known].sort());
});
