import { careLimits } from '@passfob/service/base/limits/care';
import { confirmGiven, giveFob } from '@passfob/service/features/care/give';
import { addPairing } from '@passfob/service/features/enrolment/relay/records/pairings';
import { fobSecretsOf } from '@passfob/service/features/tokens/fobs';
import { revokeToken } from '@passfob/service/features/tokens/moves';
import { writing } from '@passfob/service/storage/database/database';
import { freshSecrets } from 'passfob/owner/pairing';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { lockByPin } from '../agents/held.ts';
import { random } from '../enrolment/kit.ts';
import { accepted, codeOf, grace } from '../users/kit.ts';
import { CareScene } from './kit.ts';

const PASSWORD: string = secret('four words of a sentence');

function giving({ office, owned }: CareScene) {
  return giveFob(office.management, grace, { serial: owned.serial, password: PASSWORD });
}

it('a fob is not given away with an account that was never listed, or that no token is of', async () => {
  await using scene = await CareScene.open();
  const { serial } = await scene.account('ada');
  accepted(await revokeToken(scene.office.management, grace, { serial, reason: 'retired' }));
  expect(codeOf(await giving(scene))).toBe('accounts_left');
  await scene.care();
  await scene.account('ada');
  await scene.db.deleteFrom('assignments').execute();
  await scene.db.deleteFrom('tokens').execute();
  await scene.care();
  expect(await scene.tasks()).not.toContainEqual(expect.stringContaining('waiting'));
  expect(codeOf(await giving(scene))).toBe('accounts_left');
});

it('each file is in the audit, the first ends the push key, and the confirmation whatever is kept of its keys', async () => {
  await using scene = await CareScene.open();
  const { office, owned, db } = scene;
  const fob_id = owned.id;
  const sealed = { key_id: office.management.keys.currentKeyId, created_ms: 1 };
  const key = { account: '01020304', suite: '', sealed_secret: '', proved_ms: 1 };
  await db
    .insertInto('push_keys')
    .values({ fob_id, ...key, ...sealed })
    .execute();
  await db
    .insertInto('fob_recovery')
    .values({ fob_id, sealed_key: '', ...sealed })
    .execute();
  const acting = { ...office.management, actor: grace, atMs: office.nowMs };
  await writing(db, tx => addPairing({ ...acting, db: tx }, owned.serial, freshSecrets(random)));
  for (let files = 0; files < 2; files++) accepted(await giving(scene));
  expect(await db.selectFrom('push_keys').selectAll().execute()).toEqual([]);
  expect(fobSecretsOf(office.management.keys, await scene.row())).toBeUndefined();
  accepted(await confirmGiven(office.management, grace, { serial: owned.serial }));
  for (const table of ['fob_recovery', 'fob_pairings'] as const)
    expect([table, await db.selectFrom(table).selectAll().execute()]).toEqual([table, []]);
  expect(await scene.row()).toMatchObject({ sealed_secrets: null, key_id: null });
  const { acts } = await office.audit();
  expect(acts.filter(act => act.startsWith('fob.give'))).toHaveLength(3);
});

it('a run whose lease was over makes no other recovery key for a fob whose file is made', async () => {
  await using scene = await CareScene.open();
  await scene.ask({ kind: 'pin-reset' });
  await lockByPin(scene.owned);
  scene.follow();
  let given: ReturnType<typeof giving> | undefined;
  const hold = () => {
    scene.office.nowMs += careLimits.careLeaseMs;
    given = giving(scene);
    scene.fob.approve();
  };
  await scene.care({ mayHold: true, hold }).catch(() => undefined);
  expect(await given).toMatchObject({ ok: true });
  expect(await scene.db.selectFrom('fob_recovery').selectAll().execute()).toEqual([]);
});
