import { watchChanges } from '@passfob/service/storage/database/changes';
import { makePushes } from '@passfob/service/subjects/push/pushes';
import { expect, test } from 'vitest';
import { Away } from '../away.ts';
import { outcomes } from '../push/kit.ts';
import { type Scene, withFob } from '../push/scene.ts';
import { gate } from './gate.ts';
import { ACCEPT } from './kit.ts';

/** Answers the requests of a waiting client. */
function gateOf({ office, validator, applicationId }: Scene, away: Away) {
  const db = office.management.db.withPlugin(away);
  const pushes = makePushes({ ...validator, db }, { changes: watchChanges(office.store) });
  // From here on every redemption is answered at once, as beyond the capacity.
  pushes.end();
  return gate({ management: { ...office.management, db }, pushes }, 'wait', applicationId);
}

test('a hold during a short database failure is accepted afterwards', async () => {
  const { scene, office, fob } = await withFob();
  await using _ = scene;
  const away = new Away();
  const ask = gateOf(scene, away);
  const answering = ask('');
  const rows = () => office.store.db.selectFrom('pushes').select('id').execute();
  await expect.poll(async () => (await rows()).length).toBe(1);
  away.isAway = true;
  await expect.poll(() => away.failed).toBeGreaterThan(1);
  await fob.approve();
  away.isAway = false;
  expect((await answering).code).toBe(ACCEPT);
  expect(await outcomes(office)).toEqual(['accepted']);
  expect(await rows()).toHaveLength(1);
});
