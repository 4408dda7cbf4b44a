import { careLimits } from '@passfob/service/base/limits/care';
import { expect, it } from 'vitest';
import { choosePinAt, lockByPin, PIN, refusesRecoveryKey, secretsOf } from '../kit/fob.ts';
import { CareScene, db, office, openEachScene, scene } from './kit.ts';

openEachScene();

/** The clock's error in whole seconds, fob minus service. */
async function errorSeconds(scene: CareScene): Promise<number> {
  const { utc } = await scene.asOwner(client => client.call('clock', {}));
  return utc - Math.ceil(scene.office.nowMs / 1000);
}

it('a fob that lost its time is set at the next connection without a hold', async () => {
  await scene.account('ada');
  scene.fob.loseTime();
  scene.fob.reboot();
  office.nowMs += 3_600_000;
  const { done, waiting } = await scene.care();
  expect(done.map(({ kind, cause }) => [kind, cause])).toEqual([['clock', 'clock_unset']]);
  expect(waiting).toEqual([]);
  expect([await errorSeconds(scene), scene.holds]).toEqual([0, 0]);
  expect(await scene.acts()).toEqual(['fob.clock']);
  expect(await scene.row()).toMatchObject({ clock_state: 'trusted', clock_set_ms: office.nowMs });
});

it('a clock that fell behind within the drift budget is set without a hold, and its drift is kept', async () => {
  scene.later(30 * 3_600_000, -4_000);
  await scene.care();
  expect(await scene.tasks()).toEqual(['clock done']);
  expect([await errorSeconds(scene), scene.holds]).toEqual([0, 0]);
  const { clock_error_ms, drift_ppm } = await scene.row();
  expect(clock_error_ms).toBeLessThan(-3_000);
  expect(drift_ppm).toBeLessThan(-25);
});

it('a clock beyond the drift budget waits for a hold, is set with one, and nobody is asked before', async () => {
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

it('a fob that refuses a step within its budget is not asked again without a hold', async () => {
  // Each of these steps uses up a part of the fixed seconds of the budget.
  for (const errorMs of [-4_000, -4_000]) {
    scene.later(60_000, errorMs);
    await scene.care();
  }
  expect(await scene.tasks()).toEqual(['clock done', 'clock waiting hold']);
  expect(scene.fob.screen.join(' ')).not.toMatch(/hold/i);
  await scene.care();
  const [, { attempts } = { attempts: 0 }] = await db.selectFrom('fob_tasks').select('attempts').execute();
  expect(attempts).toBe(1);
});

it('a clock that is a few seconds fast asks for no hold unless a person wants it set', async () => {
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
  await scene.ask({ kind: 'clock' });
  await scene.care();
  expect(await scene.tasks()).toEqual(['clock done gone']);
  expect(await scene.acts('asked')).toEqual(['fob.clock']);
});

/** A fob with two accounts, locked by a PIN that its person has forgotten, with one attempt left. */
async function forgotten(): Promise<CareScene> {
  const scene = await CareScene.open();
  for (const label of ['one', 'two']) await scene.account('ada', label);
  await lockByPin(scene.owned);
  scene.follow();
  return scene;
}

/** The recovery key that the service keeps for the fob. */
const recoveryKey = async ({ office, owned }: CareScene) =>
  (await secretsOf(office, owned.serial)).recoveryKey;

/** Which recovery keys the fob refuses. */
const refused = async ({ owned }: CareScene, ...[one, other]: readonly [Uint8Array, Uint8Array]) => [
  await refusesRecoveryKey(owned, one),
  await refusesRecoveryKey(owned, other),
];

it('a forgotten PIN is reset by one hold, the accounts stay, and the old recovery key is refused afterwards', async () => {
  await using scene = await forgotten();
  const old = await recoveryKey(scene);
  for (let tries = 0; tries < 9; tries++) {
    scene.fob.press();
    scene.fob.enter('111222');
    scene.fob.run(4_000_000);
  }
  scene.follow();
  await scene.care();
  expect(await scene.row()).toMatchObject({ is_locked: 1, pin_failures: 9, pin_attempts: 10 });
  await scene.ask({ kind: 'pin-reset' });
  const away = await scene.care();
  expect(away.waiting.map(({ kind, why }) => `${kind} ${why}`)).toContain('pin-reset hold');
  expect(scene.holds).toBe(0);
  await scene.care({ mayHold: true, only: new Set(['pin-reset']) });
  expect(scene.holds).toBe(1);
  expect(await scene.acts()).toEqual(['fob.reset-pin']);
  expect(await scene.row()).toMatchObject({
    is_locked: 0,
    pin: 'to-be-chosen',
    pin_failures: 0,
    can_reset_pin: 1,
  });
  expect(await scene.labels()).toEqual(['one', 'two']);
  const renewed = await recoveryKey(scene);
  expect(Buffer.compare(renewed, old)).not.toBe(0);
  choosePinAt(scene);
  expect(await refused(scene, old, renewed)).toEqual([true, false]);
  expect(await scene.office.rows('fob_recovery')).toEqual([]);
});

it('a lost answer to a new recovery key leaves both keys, and the next session proves which one holds', async () => {
  await using scene = await forgotten();
  const old = await recoveryKey(scene);
  await scene.ask({ kind: 'pin-reset' });
  const hasNext = async () => (await scene.office.rows('fob_recovery')).length === 1;
  let answers = -1;
  const cut = scene.care({
    mayHold: true,
    only: new Set(['pin-reset']),
    hold(fob) {
      fob.approve();
      answers = 0;
    },
    // One answer to the poll after the hold, and one to the new key.
    loseAnswers: () => answers >= 0 && answers++ === 1,
  });
  await expect(cut).rejects.toThrow();
  expect(await hasNext()).toBe(true);
  expect(Buffer.compare(await recoveryKey(scene), old)).toBe(0);
  choosePinAt(scene);
  // The service does not know which of the two the fob holds, and a locked fob takes no new one.
  const { waiting } = await scene.care();
  expect(waiting.map(({ kind, why }) => `${kind} ${why}`)).toContain('recovery-key locked');
  await scene.ask({ kind: 'pin-reset' });
  await scene.care({ mayHold: true, only: new Set(['pin-reset']) });
  expect(await scene.row()).toMatchObject({ is_locked: 0 });
  const renewed = await recoveryKey(scene);
  choosePinAt(scene);
  expect(await refused(scene, old, renewed)).toEqual([true, false]);
  expect(await hasNext()).toBe(false);
});

it('a PIN reset without a recovery key on the fob is refused and says so', async () => {
  await using scene = await forgotten();
  // Another key than the service keeps: as after a restore of an old backup.
  scene.fob.press();
  scene.fob.enter(PIN);
  await scene.asOwner(client => client.call('escrow', { recoveryKey: new Uint8Array(32).fill(5) }));
  scene.fob.run(70_000);
  scene.follow();
  await scene.ask({ kind: 'pin-reset' });
  await scene.care({ mayHold: true });
  expect(await scene.tasks()).toEqual(['pin-reset refused no_recovery']);
  expect([scene.holds, await scene.acts('refused')]).toEqual([0, ['fob.reset-pin']]);
});

it('a reset whose answer was lost asks for no second hold, also after its person has chosen a PIN again', async () => {
  for (const isChosen of [false, true]) {
    await using scene = await forgotten();
    await scene.ask({ kind: 'pin-reset' });
    let isHeld = false;
    const hold = (fob: typeof scene.fob) => {
      fob.approve();
      isHeld = true;
    };
    // The fob gets the poll after the hold, and resets its PIN; nothing comes back.
    await expect(scene.care({ mayHold: true, hold, loseAnswers: () => isHeld })).rejects.toThrow();
    const { iterations } = await scene.asOwner(client => client.call('status', {}));
    expect([iterations, scene.holds]).toEqual([0, 1]);
    if (isChosen) {
      scene.fob.press();
      scene.fob.enter(PIN);
      scene.fob.enter(PIN);
    }
    scene.follow();
    await scene.care({ mayHold: true });
    expect(scene.holds).toBe(1);
    expect(await scene.tasks()).toContain('pin-reset done');
    expect(await scene.acts()).toContain('fob.reset-pin');
  }
});

it('a new PIN is required by a task, and refused for a fob whose policy asks for none', async () => {
  await scene.account('ada');
  await scene.ask({ kind: 'require-pin' });
  await scene.care();
  expect(await scene.tasks()).toEqual(['require-pin refused no_pin']);
  const policy = { pinDigits: 6, attempts: 10, wipe: 0, lockSeconds: 60, asks: 0, typing: 0 };
  await scene.asOwner(client => client.call('setPolicy', policy));
  scene.fob.press();
  scene.fob.enter(PIN);
  scene.fob.enter(PIN);
  scene.follow();
  await scene.ask({ kind: 'require-pin' });
  await scene.care();
  expect(await scene.tasks()).toContain('require-pin done');
  expect(await scene.row()).toMatchObject({ pin: 'to-be-chosen' });
});
