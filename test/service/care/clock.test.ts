import { careLimits } from '@passfob/service/base/limits/care';
import { expect, it } from 'vitest';
import { CareScene } from './kit.ts';

/** The clock's error in whole seconds, fob minus service. */
async function errorSeconds(scene: CareScene): Promise<number> {
  const { utc } = await scene.asOwner(client => client.call('clock', {}));
  return utc - Math.ceil(scene.office.nowMs / 1000);
}

it('a fob that lost its time is set at the next connection without a hold', async () => {
  await using scene = await CareScene.open();
  await scene.account('ada');
  scene.fob.loseTime();
  scene.fob.reboot();
  scene.office.nowMs += 3_600_000;
  const { done, waiting } = await scene.care();
  expect(done.map(({ kind, cause }) => [kind, cause])).toEqual([['clock', 'clock_unset']]);
  expect(waiting).toEqual([]);
  expect([await errorSeconds(scene), scene.holds]).toEqual([0, 0]);
  expect(await scene.acts()).toEqual(['fob.clock']);
  expect(await scene.row()).toMatchObject({ clock_state: 'trusted', clock_set_ms: scene.office.nowMs });
});

it('a clock that fell behind within the drift budget is set without a hold, and its drift is kept', async () => {
  await using scene = await CareScene.open();
  scene.later(30 * 3_600_000, -4_000);
  await scene.care();
  expect(await scene.tasks()).toEqual(['clock done']);
  expect([await errorSeconds(scene), scene.holds]).toEqual([0, 0]);
  const { clock_error_ms, drift_ppm } = await scene.row();
  expect(clock_error_ms).toBeLessThan(-3_000);
  expect(drift_ppm).toBeLessThan(-25);
});

it('a clock beyond the drift budget waits for a hold, is set with one, and nobody is asked before', async () => {
  await using scene = await CareScene.open();
  scene.later(3_600_000, -60_000);
  const first = await scene.care();
  expect(first.waiting.map(({ kind, why }) => [kind, why])).toEqual([['clock', 'hold']]);
  expect([await scene.tasks(), scene.holds]).toEqual([['clock waiting hold'], 0]);
  expect(scene.fob.screen.join(' ')).not.toMatch(/clock|time/i);
  const second = await scene.care({ mayHold: true });
  expect(second.wasAsked).toBe(true);
  expect([await scene.tasks(), scene.holds]).toEqual([['clock done'], 1]);
  expect(Math.abs(await errorSeconds(scene))).toBeLessThan(5);
});

it('a person who declines the hold leaves the clock as it is and the task waiting', async () => {
  await using scene = await CareScene.open();
  scene.later(3_600_000, 60_000);
  await scene.care({ mayHold: true, hold: fob => fob.deny() });
  expect(await scene.tasks()).toEqual(['clock waiting declined']);
  expect(await scene.acts()).toEqual([]);
  await scene.care({ mayHold: true });
  expect(await scene.tasks()).toEqual(['clock done']);
});

it('a fob that refuses a step within its budget is not asked again without a hold', async () => {
  await using scene = await CareScene.open();
  // Each of these steps uses up a part of the fixed seconds of the budget.
  for (const errorMs of [-4_000, -4_000]) {
    scene.later(60_000, errorMs);
    await scene.care();
  }
  expect(await scene.tasks()).toEqual(['clock done', 'clock waiting hold']);
  expect(scene.fob.screen.join(' ')).not.toMatch(/hold/i);
  await scene.care();
  const [, { attempts } = { attempts: 0 }] = await scene.db
    .selectFrom('fob_tasks')
    .select('attempts')
    .execute();
  expect(attempts).toBe(1);
});

it('a clock that is a few seconds fast asks for no hold unless a person wants it set', async () => {
  await using scene = await CareScene.open();
  scene.later(60_000, careLimits.clockHoldErrorMs - 2_000);
  await scene.care({ mayHold: true });
  expect([await scene.tasks(), scene.holds]).toEqual([[], 0]);
  await scene.ask({ kind: 'clock' });
  await scene.care();
  expect([await scene.tasks(), scene.holds]).toEqual([['clock waiting hold'], 0]);
  await scene.care({ mayHold: true });
  expect([await scene.tasks(), scene.holds]).toEqual([['clock done'], 1]);
});

it('a clock that is right already ends the task that a person asked for', async () => {
  await using scene = await CareScene.open();
  await scene.ask({ kind: 'clock' });
  await scene.care();
  expect(await scene.tasks()).toEqual(['clock done gone']);
  expect(await scene.acts('asked')).toEqual(['fob.clock']);
});
