import { careLimits } from '@passfob/service/base/limits/care';
import { expect, it } from 'vitest';
import { CareScene } from './kit.ts';

it('of two relays that reach a fob at once, one cares for it, and the other one changes nothing', async () => {
  await using scene = await CareScene.open();
  scene.later(3_600_000, -60_000);
  // The person takes time: meanwhile the fob is reached over another relay.
  const { db } = scene;
  const first = scene.care({ mayHold: true, hold: () => undefined, signal: AbortSignal.timeout(400) });
  await expect.poll(async () => (await db.selectFrom('fob_care').selectAll().execute()).length).toBe(1);
  const before = await db.selectFrom('fob_tasks').selectAll().execute();
  const other = await scene.care({ mayHold: true });
  expect([other.isBusy, other.done]).toEqual([true, []]);
  expect(await db.selectFrom('fob_tasks').selectAll().execute()).toEqual(before);
  await first.catch(() => undefined);
  expect(await db.selectFrom('fob_care').selectAll().execute()).toEqual([]);
  await scene.care({ mayHold: true });
  expect(await scene.tasks()).toEqual(['clock done']);
});

it('a run that has lost its lease to another one stores nothing any more', async () => {
  await using scene = await CareScene.open();
  scene.later(3_600_000, -60_000);
  const taken = { link: 'another', until_ms: scene.office.nowMs + careLimits.careLeaseMs };
  const hold = (fob: typeof scene.fob) => {
    void scene.db.updateTable('fob_care').set(taken).execute();
    fob.approve();
  };
  await expect(scene.care({ mayHold: true, hold })).rejects.toMatchObject({ name: 'LeaseLost' });
  expect(await scene.acts()).toEqual([]);
  expect((await scene.db.selectFrom('fob_care').selectAll().executeTakeFirstOrThrow()).link).toBe('another');
});

it('a lease whose end lies too far ahead, because the clock went back, holds nobody up', async () => {
  await using scene = await CareScene.open();
  const until_ms = scene.office.nowMs + 10 * 24 * 3_600_000;
  await scene.db.insertInto('fob_care').values({ fob_id: scene.owned.id, link: 'old', until_ms }).execute();
  await scene.ask({ kind: 'clock' });
  expect((await scene.care()).isBusy).toBe(false);
});
