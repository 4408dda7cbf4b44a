import { expect, test } from 'vitest';
import { recordAudit } from '../../../host/service/audit/record.ts';
import { openStore, writing } from '../../../host/service/data/database.ts';
import { serviceActor } from '../../../host/service/people/actor.ts';
import { openKeyFile } from '../../../host/service/sealing/key-file.ts';
import { NOON_MS, Rig } from '../kit.ts';

test('a row of the audit stands or falls with the act it tells of, and numbers have no gaps', async () => {
  await using rig = new Rig();
  const store = await openStore({ directory: rig.directory });
  const keys = openKeyFile(rig.directory, true);
  const record = (subject: string, fails: boolean) =>
    writing(store.db, async db => {
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
  const rows = await store.db.selectFrom('audit').select(['id', 'subject', 'detail', 'seal']).execute();
  expect(rows).toEqual([
    { id: 1, subject: 'A', detail: '{"reason":"lost"}', seal: null },
    { id: 2, subject: 'C', detail: '{"reason":"lost"}', seal: null },
  ]);
  await store.close();
});
