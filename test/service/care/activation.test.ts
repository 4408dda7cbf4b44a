import { markLost } from '@passfob/service/features/care/life';
import { assignToken, revokeToken, unassignToken } from '@passfob/service/features/tokens/moves';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { memories } from '../../unit/host/kit/core-memories.ts';
import {
  db,
  management,
  office,
  openEachScene,
  type RelayWishes,
  refusalOf,
  type Scene,
  scene,
} from '../enrolment/kit.ts';
import { labelsOf, type OwnedFob } from '../kit/fob.ts';
import { accepted, grace } from '../users/kit.ts';

openEachScene();

/** A fob of the service with the account of ada, whose token is in use. */
async function adas(scene: Scene, fob?: CoreFob): Promise<{ owned: OwnedFob; serial: string }> {
  const owned = await scene.ownFob(fob);
  const serial = await scene.putAccount(owned, 'totp');
  await scene.office.users('ada');
  accepted(await assignToken(scene.office.management, grace, { serial, user: 'ada' }));
  return { owned, serial };
}

it('nothing is written to a fob from which an earlier account could not be removed', async () => {
  const parts = memories();
  const { storage } = parts;
  let fails = false;
  const write: typeof storage.write = (address, bytes) => {
    const isWritten = !fails && storage.write(address, bytes);
    fails = false;
    return isWritten;
  };
  const fob = new CoreFob(hostPrimitives, { ...parts, storage: { ...storage, write } });
  const { owned, serial } = await adas(scene, fob);
  accepted(await revokeToken(management, grace, { serial, reason: 'retired' }));
  const before = await labelsOf(owned);
  const activation = await scene.activation({ fobs: 'owned' }, 'bob');
  const report: RelayWishes['report'] = event => {
    // The removal is the first thing that is written.
    if (event.event === 'step' && event.step === 'writing') fails = true;
  };
  expect(await refusalOf(scene.relay(activation, fob, { report }))).toBe('fob_failed');
  expect(fails).toBe(false);
  expect(await labelsOf(owned)).toEqual(before);
  expect(await db.selectFrom('tokens').select('state').execute()).toEqual([{ state: 'revoked' }]);
  await scene.relay(activation, fob);
  expect(await labelsOf(owned)).toEqual(['bob', 'push']);
});

it('the account of a token that was taken from its user goes, and comes back for the next user', async () => {
  const { owned, serial } = await adas(scene);
  accepted(await unassignToken(management, grace, { serial }));
  const { token } = await scene.relay(await scene.activation({ fobs: 'owned' }, 'bob'), owned.fob);
  expect(token).toBe(serial);
  const { acts } = await office.audit();
  expect(acts.filter(act => act === `token.assign ${serial}`)).toHaveLength(2);
  expect(await db.selectFrom('fob_tasks').select(['kind', 'state']).execute()).toEqual([
    { kind: 'remove-account', state: 'done' },
  ]);
});

it('a lost fob that is activated for another user is in use again, and keeps the new account', async () => {
  const { owned, serial } = await adas(scene);
  accepted(await revokeToken(management, grace, { serial, reason: 'lost' }));
  accepted(await markLost(management, grace, { serial: owned.serial }));
  await scene.relay(await scene.activation({ fobs: 'owned' }, 'bob'), owned.fob);
  const { state } = await office.row('fobs');
  expect([state, await labelsOf(owned)]).toEqual(['in_use', ['bob', 'push']]);
  const { acts } = await office.audit();
  // It came back, and it was activated.
  expect(acts.filter(act => act === `fob.found ${owned.serial}`)).toHaveLength(2);
});
