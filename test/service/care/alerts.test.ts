import { randomBytes } from 'node:crypto';
import { alertLimits } from '@passfob/service/base/limits/alerts';
import { writing } from '@passfob/service/storage/database/database';
import { listAlerts } from '@passfob/service/subjects/alerts/alerts';
import { alertOfObserved, alertOfRefusal, watchWithheld } from '@passfob/service/subjects/care/alerts';
import { noteReported } from '@passfob/service/subjects/care/reports';
import { sealSecrets } from '@passfob/service/subjects/tokens/fob-secrets';
import { hostPrimitives } from 'passfob/client/primitives';
import type { ObservedFob } from 'passfob/owner/observe';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { Bench } from '../agents/bench.ts';
import { until } from '../agents/kit.ts';
import { CareScene, db, office, openEachScene, owned, scene } from './kit.ts';

openEachScene();

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the fob of a scene tells, with a low battery and a clock that ran 154 ppm fast for 30 days. */
async function unhealthy(scene: CareScene): Promise<ObservedFob> {
  const { observed } = await scene.care();
  const { status } = observed;
  if (status === undefined) throw new Error('the fob told no status');
  const clock = { ...observed.clock, state: 'trusted', errorMs: 400_000, uncertaintyMs: 50 } as const;
  return {
    ...observed,
    board: 'pico',
    clock: { ...clock, ageSeconds: (30 * DAY_MS) / 1000 },
    status: { ...status, batteryPercent: 20 },
  };
}

function alertOf(scene: CareScene, observed: ObservedFob): Promise<void> {
  const { office, owned } = scene;
  const about = { fobId: owned.id, observed, source: '192.0.2.9', atMs: office.nowMs };
  return writing(scene.db, db => alertOfObserved(db, about));
}

/** Returns the alerts as `kind fob count`, in the order of their kinds. */
async function alertsOf({ office }: Pick<CareScene, 'office'>): Promise<string[]> {
  const alerts = await listAlerts(office.store.db);
  return alerts.map(({ kind, fob, count }) => `${kind} ${fob} ${count}`).sort();
}

it('a low battery and a clock beyond its crystal are one alert each for a fob, repeated once a week', async () => {
  await scene.account('ada');
  const { serial } = owned;
  const observed = await unhealthy(scene);
  const once = [`fob_battery ${serial} 1`, `fob_drift ${serial} 1`];
  await alertOf(scene, observed);
  expect(await alertsOf(scene)).toEqual(once);
  expect((await listAlerts(db))[0]).toMatchObject({ user: 'ada', lastSource: '192.0.2.9' });
  office.nowMs += alertLimits.fobToldMs - 1;
  await alertOf(scene, observed);
  expect(await alertsOf(scene)).toEqual(once);
  office.nowMs += 1;
  await alertOf(scene, observed);
  expect(await alertsOf(scene)).toEqual([`fob_battery ${serial} 2`, `fob_drift ${serial} 2`]);
});

it('a healthy fob, and drift that its crystal may have, raise no alert', async () => {
  const observed = await unhealthy(scene);
  const { status, clock } = observed;
  if (status === undefined) throw new Error('the fob told no status');
  // 1.5 ppm in 30 days; the crystal may have 2.
  const healthy = { ...clock, errorMs: 3_900 };
  await alertOf(scene, { ...observed, clock: healthy, status: { ...status, batteryPercent: 21 } });
  expect(await alertsOf(scene)).toEqual([]);
});

it('a run of care raises the alerts of what the fob told at its begin', async () => {
  let battery = 80;
  const power = { battery: () => battery };
  await using scene = await CareScene.open(new CoreFob(hostPrimitives, { power }));
  const id = scene.owned.id;
  await scene.office.set('fobs', { battery_percent: 5 }, { id });
  // The database says so, and the fob does not.
  await scene.care();
  expect(await alertsOf(scene)).toEqual([]);
  battery = 5;
  await scene.care();
  expect(await alertsOf(scene)).toEqual([`fob_battery ${scene.owned.serial} 1`]);
});

it('a fob that agents report for a day without a session is an alert, which a session ends', async () => {
  const { serial } = owned;
  const report = () => noteReported(db, [serial, 'PF-STRANGER', 'bad\u0000'], office.nowMs);
  const withheld = () => watchWithheld(db, office.nowMs);
  await scene.care();
  office.nowMs += HOUR_MS;
  for (let hour = 0; hour < 24; hour++) {
    await report();
    expect(await withheld()).toEqual([]);
    office.nowMs += HOUR_MS;
  }
  await report();
  expect(await withheld()).toEqual([serial]);
  expect(await withheld()).toEqual([serial]);
  expect(await alertsOf(scene)).toEqual([`fob_withheld ${serial} 1`]);
  // A session, later than all reports.
  office.nowMs += 1000;
  await scene.care();
  expect(await withheld()).toEqual([]);
  office.nowMs += 1000;
  await report();
  office.nowMs += 2 * HOUR_MS;
  await report();
  expect(await withheld()).toEqual([]);
});

it('a fob that is away, or was not reported for a day in between, is not withheld', async () => {
  const report = () => noteReported(db, [owned.serial], office.nowMs);
  await report();
  office.nowMs += DAY_MS;
  // Unplugged since.
  expect(await watchWithheld(db, office.nowMs)).toEqual([]);
  await report();
  expect(await watchWithheld(db, office.nowMs)).toEqual([]);
});

it('a fob that an agent reports and keeps from its owner is counted as reported', async () => {
  await using bench = await Bench.open();
  const ada = await bench.fobOf('ada');
  const agent = await bench.agent();
  // The agent's fob has another serial number: the session is refused, and nobody but the fob could tell why.
  const other = await bench.fobOf('bob');
  const number = agent.plug(other.fob, ada.serial);
  await agent.stands(number, 'unproved');
  bench.aheadMs += alertLimits.fobReportsEveryMs;
  bench.node.sweep();
  const reported = () =>
    bench.db.selectFrom('fobs').select('serial').where('reported_ms', 'is not', null).execute();
  await until(async () => (await reported()).length > 0, 'the report');
  expect(await reported()).toEqual([{ serial: ada.serial }]);
});

it('a device that does not prove itself as a fob of the service is an alert, once for each fob', async () => {
  await using bench = await Bench.open();
  const ada = await bench.fobOf('ada');
  const { keys } = bench.office.management;
  const made = () => secret(new Uint8Array(randomBytes(32)));
  const secrets = { deviceSecret: made(), pairingKey: made(), recoveryKey: made() };
  const { box, keyId } = sealSecrets(keys, { table: 'fobs', id: ada.id }, secrets);
  const columns = { sealed_secrets: box, key_id: keyId };
  await bench.office.set('fobs', columns, { id: ada.id });
  const agent = await bench.agent();
  await agent.stands(agent.plug(ada.fob), 'unproved');
  const expected = [`fob_refused ${ada.serial} 1`];
  await until(async () => (await alertsOf(bench)).length > 0, 'the alert');
  expect(await alertsOf(bench)).toEqual(expected);
  const again = { serial: ada.serial, source: '192.0.2.8' };
  await alertOfRefusal(bench.office.management, again);
  await alertOfRefusal(bench.office.management, { ...again, serial: 'PF-STRANGER' });
  expect(await alertsOf(bench)).toEqual(expected);
  // A fob that was returned belongs to nobody here.
  bench.office.nowMs += alertLimits.fobToldMs;
  await bench.office.set('fobs', { state: 'returned' }, { id: ada.id });
  await alertOfRefusal(bench.office.management, again);
  expect(await alertsOf(bench)).toEqual(expected);
});

it('every run of care tells its end for the measurements', async () => {
  const ends: string[] = [];
  const careRan = (end: string) => void ends.push(end);
  const management = { ...scene.office.management, careRan };
  await scene.care();
  await scene.care({ management });
  await expect(scene.care({ management, cutAt: 9 })).rejects.toThrow();
  await scene.ask({ kind: 'erase' });
  await scene.care({ management });
  await scene.care({ management, mayHold: true });
  expect(ends).toEqual(['idle', 'failed', 'waiting', 'done']);
});
