import { careLimits } from '@passfob/service/base/limits/care';
import type { Result } from '@passfob/service/base/results';
import { type Acting, actingOf } from '@passfob/service/storage/acting';
import { writing } from '@passfob/service/storage/database/database';
import { watchWithheld } from '@passfob/service/subjects/care/alerts';
import { giveFob } from '@passfob/service/subjects/care/give';
import { noteReported } from '@passfob/service/subjects/care/reports';
import { cancelTask } from '@passfob/service/subjects/care/task-acts';
import { fobsWithNewTasks } from '@passfob/service/subjects/care/tasks';
import { revokeToken } from '@passfob/service/subjects/tokens/acts';
import { handoverSealer } from 'passfob/inventory/handover';
import { expect, it } from 'vitest';
import { refusalOf, Scene } from '../enrolment/kit.ts';
import { labelsOf } from '../kit/fob.ts';
import { insertIn } from '../kit/insert.ts';
import type { Office } from '../users/kit.ts';
import { accepted, codeOf, grace } from '../users/kit.ts';
import { adas } from './given.ts';
import { db, office, openEachScene, owned, PASSWORD, scene } from './kit.ts';

openEachScene();

const HOUR_MS = 3_600_000;
const isGiving = { state: 'giving' };

type RunRow = typeof giveFob.row & { run(acting: Acting, taken: object): Promise<Result<unknown>> };

/** Derives the key of the file first. @returns what makes the file at once */
async function readyToGive({ management }: Office, serial: string) {
  const row = giveFob.row as RunRow;
  const password = await handoverSealer(PASSWORD);
  return () =>
    writing(management.db, async db => {
      const item = accepted(await row.subject.find(db, serial));
      const acting = { ...actingOf({ ...management, db }, grace), item };
      return await row.run(acting, { password });
    });
}

it('a fob that is given away while a session reads it is left as the file describes it', async () => {
  scene.fob.loseTime();
  scene.fob.reboot();
  const give = await readyToGive(scene.office, owned.serial);
  let given: ReturnType<typeof give> | undefined;
  const run = scene.care({
    mayHold: true,
    // After the handshake, which needs the keys of the fob.
    onFrame: n => {
      if (n > 7) given ??= give();
    },
  });
  expect(await run).toMatchObject({ isBusy: true, done: [] });
  expect(accepted(await (given ?? Promise.reject(new Error('no frame'))))).toMatchObject(isGiving);
  expect(scene.told).toEqual([]);
  for (const table of ['fob_tasks', 'fob_recovery', 'fob_care'] as const)
    expect(await db.selectFrom(table).selectAll().execute()).toEqual([]);
});

it('an activation writes nothing to a fob that is given away between two of its steps', async () => {
  await using scene = await Scene.open();
  const { owned, serial } = await adas(scene);
  accepted(await revokeToken(scene.office.management, grace, { serial, reason: 'retired' }));
  const give = await readyToGive(scene.office, owned.serial);
  let given: ReturnType<typeof give> | undefined;
  const careRan = () => {
    given ??= give();
  };
  Object.assign(scene.means.management, { careRan });
  const relay = scene.relay(await scene.activation({ fobs: 'owned' }, 'bob'), owned.fob);
  expect(await refusalOf(relay)).toBe('somebody');
  expect(accepted(await (given ?? Promise.reject(new Error('no run'))))).toMatchObject(isGiving);
  const tokens = await scene.db.selectFrom('tokens').select(['serial', 'state']).execute();
  expect(tokens).toEqual([{ serial, state: 'revoked' }]);
  expect(await labelsOf(owned)).not.toContain('bob');
});

it('names that are asked for while a fob takes earlier ones are written after them', async () => {
  const { id } = await scene.account('ada');
  await scene.care();
  const rename = (label: string) =>
    scene.ask({ kind: 'rename-account', account: id, issuer: 'Example', label });
  await rename('first');
  let second: Promise<unknown> | undefined;
  await scene.care({
    onFrame: () => {
      if (scene.told.some(({ kind }) => kind === 'rename-account')) second ??= rename('second');
    },
  });
  await second;
  await scene.care();
  expect(await scene.labels()).toContain('second');
  expect(await scene.tasks()).toEqual(['rename-account done']);
});

it('a fob that was to be erased and is given to a user keeps the account of that user', async () => {
  await scene.ask({ kind: 'erase' });
  await scene.account('ada');
  await scene.care({ mayHold: true });
  expect(scene.holds).toBe(0);
  expect(await scene.labels()).toContain('ada');
  expect(await scene.tasks()).toContain('erase refused in_use');
});

it('however many fobs that are away have new tasks, those of a fob that is reached are found', async () => {
  await scene.ask({ kind: 'clock' });
  const own = await db.selectFrom('fob_tasks').selectAll().executeTakeFirstOrThrow();
  for (let n = 0; n < careLimits.tasksAtOnce; n++)
    await insertIn(db, 'fob_tasks', { ...own, id: `0${n}`, fob_id: `0${n}` });
  expect(await fobsWithNewTasks(db, [owned.id, 'none'], office.nowMs)).toEqual([owned.id]);
  expect(await fobsWithNewTasks(db, [], office.nowMs)).toEqual([]);
});

it('a relay that lets a fob be read, but never lets a step come to its end, is an alert after a day', async () => {
  const { serial } = await scene.account('ada');
  accepted(await revokeToken(office.management, grace, { serial, reason: 'retired' }));
  for (let hour = 0; hour <= 25; hour++) {
    scene.told.length = 0;
    // The frame after the observation: hello, handshake, info, status, time and one account.
    await expect(scene.care({ cutAt: 14 })).rejects.toThrow();
    expect(scene.told).toMatchObject([{ kind: 'remove-account' }]);
    await noteReported(db, [owned.serial], office.nowMs);
    office.nowMs += HOUR_MS;
    scene.fob.run(HOUR_MS);
  }
  await noteReported(db, [owned.serial], office.nowMs);
  expect(await watchWithheld(db, office.nowMs)).toEqual([owned.serial]);
  await scene.care();
  expect(await watchWithheld(db, office.nowMs)).toEqual([]);
});

it('a task whose run died can be cancelled as soon as its lease is over, and not before', async () => {
  const { id } = await scene.ask({ kind: 'pin-reset' });
  await db.updateTable('fob_tasks').set({ state: 'running', step: 'sent' }).execute();
  const until_ms = office.nowMs + careLimits.careLeaseMs;
  await db.insertInto('fob_care').values({ fob_id: owned.id, link: 'dead', until_ms }).execute();
  const cancel = () => cancelTask(office.management, grace, { serial: owned.serial, id });
  expect(codeOf(await cancel())).toBe('task_over');
  office.nowMs = until_ms;
  expect(accepted(await cancel()).state).toBe('cancelled');
});

it('of two relays that reach a fob at once, one cares for it, and the other one changes nothing', async () => {
  scene.later(3_600_000, -60_000);
  // The person takes time: meanwhile the fob is reached over another relay.
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
  scene.later(3_600_000, -60_000);
  const taken = { link: 'another', until_ms: office.nowMs + careLimits.careLeaseMs };
  const hold = (fob: typeof scene.fob) => {
    void office.set('fob_care', taken);
    fob.approve();
  };
  await expect(scene.care({ mayHold: true, hold })).rejects.toMatchObject({ name: 'LeaseLost' });
  expect(await scene.acts()).toEqual([]);
  expect((await office.row('fob_care')).link).toBe('another');
});

it('a lease whose end lies too far ahead, because the clock went back, holds nobody up', async () => {
  const until_ms = office.nowMs + 10 * 24 * 3_600_000;
  await db.insertInto('fob_care').values({ fob_id: owned.id, link: 'old', until_ms }).execute();
  await scene.ask({ kind: 'clock' });
  expect((await scene.care()).isBusy).toBe(false);
});
