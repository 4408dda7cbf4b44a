import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { serviceActor } from '@passfob/service/base/actor';
import { openStore, writing } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import type { Management } from '@passfob/service/storage/management';
import { recoveryKeysOf } from '@passfob/service/subjects/care/recovery-keys';
import { resetFobPin } from '@passfob/service/subjects/care/task-acts';
import { backup } from '@passfob/service/subjects/operations/backup';
import { rekey } from '@passfob/service/subjects/operations/rekey';
import { restore } from '@passfob/service/subjects/operations/restore';
import { registerFob } from '@passfob/service/subjects/tokens/fobs';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { RecordsRig } from '../audit/kit.ts';
import { insertIn } from '../kit/insert.ts';
import { newDatabase } from '../kit.ts';
import { copyKeys, everything } from '../operations/kit.ts';
import { accepted, grace } from '../users/kit.ts';

const bytes = (length: number) => secret(new Uint8Array(randomBytes(length)));

/** Registers a fob with a task, an account and a next recovery key. */
async function fobWithAll(management: Management) {
  const serial = 'PF-AAAA-BBBB';
  const secrets = { deviceSecret: bytes(32), pairingKey: bytes(32), recoveryKey: bytes(32) };
  accepted(await registerFob(management, grace, { serial, board: 'pico', firmware: '1.0.0', secrets }));
  accepted(await resetFobPin(management, grace, { serial }));
  const { id } = await management.db.selectFrom('fobs').select('id').executeTakeFirstOrThrow();
  const account = { fob_id: id, account: '0a000001', place: 0, kind: 2, issuer: '', label: 'ada' };
  await insertIn(management.db, 'fob_accounts', { ...account, is_damaged: 0, seen_ms: management.clock() });
  await keysOf(management, id).next();
  return { id, secrets };
}

function keysOf({ db, keys, clock }: Management, fobId: string) {
  return recoveryKeysOf({ keys, random: bytes }, fobId, work => writing(db, tx => work(tx, clock())));
}

test('re-keying covers the next recovery key of a fob, which is still the one that the fob may hold', async () => {
  await using rig = new RecordsRig();
  const management = await rig.open();
  const { id, secrets } = await fobWithAll(management);
  const held = await keysOf(management, id).held();
  expect(held).toHaveLength(2);
  const place = { ...management, directory: rig.directory };
  await rekey(place, serviceActor);
  rig.clock.nowMs += 120_000;
  const { state, keyId } = await rekey(place, serviceActor);
  expect(state).toBe('done');
  expect(await management.db.selectFrom('fob_recovery').select('key_id').execute()).toEqual([
    { key_id: keyId },
  ]);
  expect(await keysOf(management, id).held()).toEqual(held);
  await keysOf(management, id).confirm();
  expect(await keysOf(management, id).held()).toEqual([held[0]]);
  expect(held[1]).toEqual(secrets.recoveryKey);
});

test('a backup holds tasks, accounts and the next recovery key of a fob, and a restore brings them back', async () => {
  await using rig = new RecordsRig();
  const management = await rig.open();
  const { store, clock } = management;
  const { id } = await fobWithAll(management);
  await store.db.insertInto('fob_care').values({ fob_id: id, link: 'one', until_ms: clock() }).execute();
  const before = await everything(store);
  const directory = copyKeys(rig, 'there');
  const path = join(directory, 'backup.gz');
  accepted(await backup({ store, keys: management.keys, clock }, serviceActor, { path }));
  const keys = openKeyFile(directory, false);
  const restored = await openStore({ directory, databaseUrl: await newDatabase() });
  try {
    accepted(await restore({ store: restored, keys, clock }, serviceActor, { path }));
    const after = await everything(restored);
    for (const table of ['fobs', 'fob_tasks', 'fob_accounts', 'fob_recovery']) {
      expect(before[table]).toHaveLength(1);
      expect([table, after[table]]).toEqual([table, before[table]]);
    }
    // Nobody cares for a fob over a connection of the past.
    expect(await restored.db.selectFrom('fob_care').selectAll().execute()).toEqual([]);
    const there = { db: restored.db, keys, clock };
    expect(await keysOf(there, id).held()).toEqual(await keysOf(management, id).held());
  } finally {
    await restored.close();
  }
});
