import { serviceActor } from '@passfob/service/base/actor';
import { writing } from '@passfob/service/storage/database/database';
import { recordAudit } from '@passfob/service/subjects/audit/record';
import { expect } from 'vitest';
import { NOON_MS } from '../kit.ts';
import { testOfRecords as test } from './kit.ts';

test('an audit row is committed or rolled back with its act, and row numbers have no gaps', async rig => {
  const { db: database, keys } = await rig.open();
  const record = (subject: string, fails: boolean) =>
    writing(database, async db => {
      await recordAudit(db, keys, {
        atMs: NOON_MS,
        actor: serviceActor,
        action: 'token.revoke',
        subjectKind: 'token',
        subjectId: subject,
        subject,
        detail: { reason: 'lost' },
      });
      if (fails) throw new Error('refused');
    });
  await record('A', false);
  await expect(record('B', true)).rejects.toThrow('refused');
  await record('C', false);
  const rows = await database.selectFrom('audit').select(['id', 'subject', 'detail', 'seal']).execute();
  expect(rows).toEqual([
    { id: 1, subject: 'A', detail: '{"reason":"lost"}', seal: null },
    { id: 2, subject: 'C', detail: '{"reason":"lost"}', seal: null },
  ]);
});
