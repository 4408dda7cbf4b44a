import { careLimits } from '@passfob/service/base/limits/care';
import { revokeToken } from '@passfob/service/features/tokens/moves';
import { expect, it } from 'vitest';
import { places } from '../../kit/counts.ts';
import { lockByPin } from '../agents/held.ts';
import { Away } from '../away.ts';
import { accepted, grace } from '../users/kit.ts';
import { CareScene } from './kit.ts';

/** A locked fob without time, with an account to remove and a PIN to reset: three tasks. */
async function threeTasks(): Promise<CareScene> {
  const scene = await CareScene.open();
  const { serial } = await scene.account('ada', 'hers');
  await scene.account('ada', 'kept');
  await lockByPin(scene.owned);
  scene.fob.loseTime();
  scene.fob.reboot();
  scene.office.nowMs += 3_600_000;
  accepted(await revokeToken(scene.office.management, grace, { serial, reason: 'retired' }));
  await scene.ask({ kind: 'pin-reset' });
  return scene;
}

async function isReset(scene: CareScene): Promise<boolean> {
  const { iterations, locked } = await scene.asOwner(client => client.call('status', {}));
  return iterations === 0 && locked === 0;
}

/** Brings a fob after a cut to its end, and checks that everything was done, and once. */
async function finishes(scene: CareScene, where: string): Promise<void> {
  const wasReset = await isReset(scene);
  const holds = scene.holds;
  const { waiting } = await scene.care({ mayHold: true });
  expect(waiting, where).toEqual([]);
  // Nobody is asked again for an act that is done.
  if (wasReset) expect(scene.holds - holds, where).toBe(0);
  expect(await scene.labels(), where).toEqual(['kept', 'push']);
  // Where the answer was lost, the next run tells the person.
  const stored = await scene.tasks();
  const told = scene.did.map(kind => `${kind} done`);
  expect(told.sort(), where).toEqual(stored.filter(task => task.endsWith(' done')).sort());
  const tasks = stored.map(task => task.replace(' gone', ''));
  const once = ['clock done', 'pin-reset done', 'remove-account done'];
  expect(tasks.filter(task => !task.startsWith('recovery-key')).sort(), where).toEqual(once);
  const acts = (await scene.acts()).filter(act => act !== 'fob.recovery-key');
  expect(acts.sort(), where).toEqual(['fob.clock', 'fob.remove-account', 'fob.reset-pin']);
  expect(await scene.row(), where).toMatchObject({
    clock_state: 'trusted',
    pin: 'to-be-chosen',
    can_reset_pin: 1,
  });
  expect(await scene.db.selectFrom('fob_recovery').selectAll().execute(), where).toEqual([]);
  expect(await scene.db.selectFrom('fob_care').selectAll().execute(), where).toEqual([]);
  const { done } = await scene.care({ mayHold: true });
  expect(done, where).toEqual([]);
}

/** Frames of a run that nothing disturbs. */
async function framesOfWhole(): Promise<number> {
  await using scene = await threeTasks();
  await scene.care({ mayHold: true });
  const { frames } = scene;
  await finishes(scene, 'undisturbed');
  return frames;
}

it('a link that is lost at any frame of three tasks leaves them for the next session, and nothing is done twice', async () => {
  const frames = await framesOfWhole();
  const { first, step } = places();
  expect(frames).toBeGreaterThan(30);
  for (let cutAt = first; cutAt < frames; cutAt += step) {
    await using scene = await threeTasks();
    await scene.care({ mayHold: true, cutAt }).catch(() => undefined);
    await finishes(scene, `cut at frame ${cutAt}`);
  }
});

it('a fob that loses its power at any frame of three tasks is cared for by the next session', async () => {
  const frames = await framesOfWhole();
  const { first, step } = places();
  for (let cutAt = first; cutAt < frames; cutAt += step) {
    await using scene = await threeTasks();
    await scene.care({ mayHold: true, cutAt }).catch(() => undefined);
    scene.fob.reboot();
    await finishes(scene, `power lost at frame ${cutAt}`);
  }
});

it('a service that dies at any frame of three tasks leaves a lease that expires, and another node goes on', async () => {
  const frames = await framesOfWhole();
  const { first, step } = places();
  let leases = 0;
  for (let at = first; at < frames; at += step) {
    await using scene = await threeTasks();
    const away = new Away();
    const { management } = scene.office;
    const dying = { ...management, db: management.db.withPlugin(away) };
    const onFrame = (n: number) => {
      away.isAway ||= n === at;
    };
    // Nothing is written any more, not even the end of the lease; the fob gets no further frame.
    await scene.care({ mayHold: true, management: dying, onFrame, cutAt: at + 1 }).catch(() => undefined);
    const lease = await scene.db.selectFrom('fob_care').selectAll().executeTakeFirst();
    if (lease !== undefined) {
      leases += step;
      expect((await scene.care({ mayHold: true })).isBusy, `dead at frame ${at}`).toBe(true);
      // The fob's clock goes on, too.
      scene.later(careLimits.careLeaseMs);
    }
    await finishes(scene, `dead at frame ${at}`);
  }
  expect(leases).toBeGreaterThan(10);
});
