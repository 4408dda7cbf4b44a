import { markFound, markLost, putOffHolds, retireFob, returnFob } from '@passfob/service/features/care/life';
import { noteBlank } from '@passfob/service/features/care/run/blank';
import { createTask } from '@passfob/service/features/care/tasks';
import { listCaredFobs, viewFob } from '@passfob/service/features/care/views';
import { expect, it } from 'vitest';
import { lockByPin } from '../agents/held.ts';
import { accepted, codeOf, grace } from '../users/kit.ts';
import { CareScene } from './kit.ts';

it('a lost fob’s tokens are suspended at once, and its accounts go when it comes back, shown as found', async () => {
  await using scene = await CareScene.open();
  const { management } = scene.office;
  const { serial } = scene.owned;
  const held = await scene.account('ada');
  await scene.account('ada', 'second');
  await scene.care();
  accepted(await markLost(management, grace, { serial }));
  const states = await scene.db.selectFrom('tokens').select('state').execute();
  expect(states).toEqual([{ state: 'suspended' }, { state: 'suspended' }]);
  expect(codeOf(await markLost(management, grace, { serial }))).toBe('bad_fob_state');
  await scene.care();
  expect(await scene.row()).toMatchObject({ state: 'found' });
  // The key for approvals opens nothing while the tokens are suspended.
  expect(await scene.labels()).toEqual(['push']);
  expect(await scene.acts('came back')).toEqual(['fob.found']);
  accepted(await markFound(management, grace, { serial }));
  expect(await scene.row()).toMatchObject({ state: 'in_use' });
  expect((await scene.office.audit()).acts).toContain(`fob.lost ${serial}`);
  expect((await scene.office.audit()).acts).toContain(`token.suspend ${held.serial}`);
});

it('a returned fob is erased by a hold, its tokens are revoked, and the service keeps no secret of it', async () => {
  await using scene = await CareScene.open();
  const { management } = scene.office;
  const { serial } = scene.owned;
  await scene.account('ada');
  await scene.care();
  expect(codeOf(await createTask(management, grace, { serial, kind: 'erase' }))).toBe('account_in_use');
  accepted(await returnFob(management, grace, { serial }));
  const first = await scene.care();
  // Its account goes at once; the rest waits for the hold.
  expect(first.waiting.map(({ kind, why }) => `${kind} ${why}`)).toEqual(['erase hold']);
  expect(await scene.tasks()).toEqual(['erase waiting hold', 'remove-account done']);
  const second = await scene.care({ mayHold: true });
  expect([second.isErased, scene.holds]).toEqual([true, 1]);
  expect(await scene.row()).toMatchObject({ state: 'returned', sealed_secrets: null, key_id: null });
  expect(scene.fob.screen.join(' ')).toMatch(/erased/i);
  expect(await scene.acts()).toEqual(['fob.remove-account', 'fob.erase']);
  expect(await scene.db.selectFrom('fob_accounts').selectAll().execute()).toEqual([]);
  expect(await scene.db.selectFrom('push_keys').selectAll().execute()).toEqual([]);
  await expect(scene.care()).rejects.toThrow();
  expect(codeOf(await returnFob(management, grace, { serial }))).toBe('bad_fob_state');
});

it('a retired fob loses its tokens, and its accounts if it is ever seen again', async () => {
  await using scene = await CareScene.open();
  await scene.account('ada');
  accepted(await retireFob(scene.office.management, grace, { serial: scene.owned.serial }));
  await scene.care();
  expect([await scene.labels(), (await scene.row()).state]).toEqual([[], 'retired']);
});

it('"later" puts off holds for a day', async () => {
  await using scene = await CareScene.open();
  const { serial } = scene.owned;
  const { untilMs } = accepted(await putOffHolds(scene.office.management, grace, { serial }));
  expect(untilMs - scene.office.nowMs).toBe(86_400_000);
  const { fob } = accepted(await viewFob(scene.office.management.db, serial));
  expect(fob.putOffUntilMs).toBe(untilMs);
});

it('fobs are found by clock, battery, firmware, last session, state and waiting tasks, with their health', async () => {
  await using scene = await CareScene.open();
  const { db } = scene;
  const { serial } = scene.owned;
  const found = async (query: Parameters<typeof listCaredFobs>[1]) =>
    (await listCaredFobs(db, query)).fobs.length;
  const nowMs = scene.office.nowMs;
  expect(await found({ notSeenSinceMs: nowMs })).toBe(1);
  await scene.account('ada');
  await scene.care();
  expect(await found({ notSeenSinceMs: nowMs })).toBe(0);
  expect(await found({ hasTasks: true })).toBe(0);
  await scene.ask({ kind: 'pin-reset' });
  expect(await found({ hasTasks: true })).toBe(1);
  expect(await found({ isClockUnset: true })).toBe(0);
  await db
    .updateTable('fobs')
    .set({ battery_percent: 20, clock_state: 'unset', seen_error_ms: null })
    .execute();
  expect(await found({ isBatteryLow: true, isClockUnset: true, state: 'in_use' })).toBe(1);
  expect(await found({ state: 'lost' })).toBe(0);
  expect(await found({ oldFirmware: [{ board: 'core', newest: '9.9.9' }] })).toBe(1);
  expect(await found({ oldFirmware: [{ board: 'core', newest: 'test' }] })).toBe(0);
  expect(await found({ after: serial })).toBe(0);
  const { health, fob } = accepted(await viewFob(db, serial));
  expect(health.map(({ kind }) => kind)).toEqual(['clock-unset', 'battery-low']);
  expect(fob).toMatchObject({ openTasks: 1, lastSeen: { relay: 'agent', name: '192.0.2.9' } });
  expect(codeOf(await viewFob(db, 'PF-0'))).toBe('unknown_fob');
});

it('what a locked fob held is still shown, with the time at which it was listed', async () => {
  await using scene = await CareScene.open();
  await scene.account('ada');
  await scene.care();
  const listedMs = scene.office.nowMs;
  await lockByPin(scene.owned);
  scene.follow();
  await scene.care();
  const view = accepted(await viewFob(scene.db, scene.owned.serial));
  expect(view.listedMs).toBe(listedMs);
  expect(view.accounts.map(({ label }) => label)).toEqual(['ada', 'push']);
  expect(view.fob.pin).toMatchObject({ state: 'set', isLocked: true });
});

it('a fob whose answer to its erasure was lost counts as returned when it is blank, and as not erased if it proves itself', async () => {
  await using scene = await CareScene.open();
  const { management } = scene.office;
  const { serial } = scene.owned;
  accepted(await returnFob(management, grace, { serial }));
  // Nobody can pretend that before the fob was asked.
  expect(await noteBlank(management, serial)).toBe(false);
  let isHeld = false;
  const hold = (fob: typeof scene.fob) => {
    fob.approve();
    isHeld = true;
  };
  await expect(scene.care({ mayHold: true, hold, loseAnswers: () => isHeld })).rejects.toThrow();
  expect(scene.fob.screen.join(' ')).toMatch(/erased/i);
  expect(await noteBlank(management, serial)).toBe(true);
  expect(await scene.row()).toMatchObject({ state: 'returned' });
  expect(await scene.tasks()).toEqual(['erase done unconfirmed']);
  expect(await noteBlank(management, serial)).toBe(false);
});

it('a fob that only pretended to be blank is erased when it proves itself', async () => {
  await using scene = await CareScene.open();
  const { management } = scene.office;
  const { serial } = scene.owned;
  accepted(await returnFob(management, grace, { serial }));
  // The link is lost while the fob asks its person.
  await scene
    .care({ mayHold: true, hold: () => undefined, signal: AbortSignal.timeout(300) })
    .catch(() => undefined);
  const sealed = { sealed_key: 'a key that the fob may hold', key_id: 'x', created_ms: 0 };
  await scene.db
    .insertInto('fob_recovery')
    .values({ fob_id: scene.owned.id, ...sealed })
    .execute();
  expect(await noteBlank(management, serial)).toBe(true);
  expect(await scene.db.selectFrom('fob_recovery').selectAll().execute()).toHaveLength(1);
  const { waiting } = await scene.care();
  expect(waiting.map(({ kind, why }) => `${kind} ${why}`)).toEqual(['erase hold']);
  expect(await scene.acts('not erased')).toEqual(['fob.erase']);
  expect((await scene.care({ mayHold: true })).isErased).toBe(true);
});
