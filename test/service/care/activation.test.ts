import { markLost } from '@passfob/service/features/care/life';
import { createTask } from '@passfob/service/features/care/tasks';
import { assignToken, revokeToken, unassignToken } from '@passfob/service/features/tokens/moves';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { CoreFob } from '../../host/kit/core-fob.ts';
import { memories } from '../../host/kit/core-memories.ts';
import { lockByPin, PIN } from '../agents/held.ts';
import type { OwnedFob } from '../enrolment/assigned.ts';
import { type RelayWishes, refusalOf, Scene } from '../enrolment/kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { Person } from './given.ts';
import { labelsOf } from './kit.ts';

/** A fob of the service with the account of ada, whose token is in use. */
async function adas(scene: Scene, fob?: CoreFob): Promise<{ owned: OwnedFob; serial: string }> {
  const owned = await scene.ownFob(fob);
  const serial = await scene.putAccount(owned, 'totp');
  await scene.office.users('ada');
  accepted(await assignToken(scene.office.management, grace, { serial, user: 'ada' }));
  return { owned, serial };
}

it('the account of a revoked token is gone before the new user’s account is written', async () => {
  await using scene = await Scene.open();
  const { owned, serial } = await adas(scene);
  accepted(await revokeToken(scene.office.management, grace, { serial, reason: 'retired' }));
  await scene.relay(await scene.activation({ fobs: 'owned' }, 'bob'), owned.fob);
  expect(await labelsOf(owned)).toEqual(['bob', 'push']);
  const tasks = await scene.db.selectFrom('fob_tasks').select(['kind', 'state']).execute();
  expect(tasks).toEqual([{ kind: 'remove-account', state: 'done' }]);
  const { acts } = await scene.office.audit();
  expect(acts.indexOf(`fob.remove-account ${owned.serial}`)).toBeLessThan(
    acts.findIndex(act => act.startsWith('activation.finish')),
  );
});

it('nothing is written to a fob from which an earlier account could not be removed', async () => {
  await using scene = await Scene.open();
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
  accepted(await revokeToken(scene.office.management, grace, { serial, reason: 'retired' }));
  const before = await labelsOf(owned);
  const activation = await scene.activation({ fobs: 'owned' }, 'bob');
  const report: RelayWishes['report'] = event => {
    // The removal is the first thing that is written.
    if (event.event === 'step' && event.step === 'writing') fails = true;
  };
  expect(await refusalOf(scene.relay(activation, fob, { report }))).toBe('fob_failed');
  expect(fails).toBe(false);
  expect(await labelsOf(owned)).toEqual(before);
  expect(await scene.db.selectFrom('tokens').select('state').execute()).toEqual([{ state: 'revoked' }]);
  await scene.relay(activation, fob);
  expect(await labelsOf(owned)).toEqual(['bob', 'push']);
});

it('the account of a token that was taken from its user goes, and comes back for the next user', async () => {
  await using scene = await Scene.open();
  const { owned, serial } = await adas(scene);
  accepted(await unassignToken(scene.office.management, grace, { serial }));
  const { token } = await scene.relay(await scene.activation({ fobs: 'owned' }, 'bob'), owned.fob);
  expect(token).toBe(serial);
  const { acts } = await scene.office.audit();
  expect(acts.filter(act => act === `token.assign ${serial}`)).toHaveLength(2);
  expect(await scene.db.selectFrom('fob_tasks').select(['kind', 'state']).execute()).toEqual([
    { kind: 'remove-account', state: 'done' },
  ]);
});

it('on a locked fob nothing is written before its PIN is entered or reset', async () => {
  await using scene = await Scene.open();
  const { owned, serial } = await adas(scene);
  accepted(await revokeToken(scene.office.management, grace, { serial, reason: 'retired' }));
  await lockByPin(owned);
  const activation = await scene.activation({ fobs: 'owned' }, 'bob');
  const ending = new AbortController();
  const stopped = scene.relay(activation, owned.fob, {
    signal: ending.signal,
    report: event => void (event.event === 'step' && event.step === 'pin' && ending.abort()),
  });
  expect(await refusalOf(stopped)).toBe('cancelled');
  const waiting = await scene.db.selectFrom('fob_tasks').select(['kind', 'state', 'message']).execute();
  expect(waiting).toEqual([{ kind: 'remove-account', state: 'waiting', message: 'locked' }]);
  expect(await scene.db.selectFrom('tokens').select('state').execute()).toEqual([{ state: 'revoked' }]);
  // Whoever knows the PIN enters it.
  await scene.relay(await scene.activation({ fobs: 'owned' }, 'bob'), owned.fob, { pin: PIN });
  expect(await labelsOf(owned)).toEqual(['bob', 'push']);
});

it('a PIN that nobody present knows is reset by a hold during the activation, if the service was asked to', async () => {
  await using scene = await Scene.open();
  const { owned, serial } = await adas(scene);
  const { management } = scene.office;
  accepted(await revokeToken(management, grace, { serial, reason: 'retired' }));
  accepted(await createTask(management, grace, { serial: owned.serial, kind: 'pin-reset' }));
  await lockByPin(owned);
  const person = new Person(owned.fob);
  await scene.relay(await scene.activation({ fobs: 'owned' }, 'bob'), owned.fob, person.wishes);
  expect(person.texts).toContainEqual(expect.stringMatching(/^The forgotten PIN of the fob is reset\./));
  expect(await labelsOf(owned)).toContain('bob');
  const tasks = await scene.db.selectFrom('fob_tasks').select(['kind', 'state']).orderBy('kind').execute();
  expect(tasks).toEqual([
    { kind: 'pin-reset', state: 'done' },
    { kind: 'remove-account', state: 'done' },
  ]);
});

it('a lost fob that is activated for another user is in use again, and keeps the new account', async () => {
  await using scene = await Scene.open();
  const { owned, serial } = await adas(scene);
  const { management } = scene.office;
  accepted(await revokeToken(management, grace, { serial, reason: 'lost' }));
  accepted(await markLost(management, grace, { serial: owned.serial }));
  await scene.relay(await scene.activation({ fobs: 'owned' }, 'bob'), owned.fob);
  const { state } = await scene.db.selectFrom('fobs').select('state').executeTakeFirstOrThrow();
  expect([state, await labelsOf(owned)]).toEqual(['in_use', ['bob', 'push']]);
  const { acts } = await scene.office.audit();
  // It came back, and it was activated.
  expect(acts.filter(act => act === `fob.found ${owned.serial}`)).toHaveLength(2);
});
