import { jobLimits } from '@passfob/service/base/limits/jobs';
import { readAssignments, startAssigning, startBulk } from '@passfob/service/features/jobs/bulk';
import { cancelJob, listJobs, pauseJob, resumeJob, viewJob } from '@passfob/service/features/jobs/jobs';
import { type Lease, takeLease, workOn } from '@passfob/service/features/jobs/lease';
import { startJobs } from '@passfob/service/features/jobs/worker';
import { openStore } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs } from 'kysely';
import { expect, test } from 'vitest';
import { codeOf, Helpdesk, helpdesk, must } from '../tokens/helpdesk.ts';
import { COUNT, checkDone, finish, given, LEASE_OVER_MS } from './kit.ts';

for (let after = 0; after <= COUNT; after++) {
  test(`after a worker dies after ${after} rows, the next one does the remaining rows once`, async () => {
    await using rig = await Helpdesk.open();
    const id = await given(rig);
    let lease = await takeLease(rig.management);
    for (let row = 0; row < after && lease !== undefined; row++)
      lease = await workOn(rig.management, lease, 1);
    await finish(rig.management);
    if (after < COUNT) {
      expect(must(await viewJob(rig.store.db, id))).toMatchObject({ state: 'running' });
      rig.clock.nowMs += LEASE_OVER_MS;
      await finish(rig.management);
    }
    await checkDone(rig, id);
  });
}

/** Stops at one statement like a killed process: its transaction never ends. */
class Crash implements KyselyPlugin {
  statements = 0;
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  transformQuery({ node }: PluginTransformQueryArgs) {
    if (node.kind !== 'RawNode' && this.statements++ >= this.#at) throw new Error('killed');
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }
}

test('a worker cut off at any statement loses no row and does none twice', async () => {
  await using rig = await Helpdesk.open();
  let isWhole = false;
  for (let at = 0; !isWhole; at++) {
    const user = `u${at}`;
    const id = await given(rig, user);
    const management = { ...rig.management, db: rig.store.db.withPlugin(new Crash(at)) };
    isWhole = await doAll(management).then(
      () => true,
      () => false,
    );
    rig.clock.nowMs += LEASE_OVER_MS;
    await finish(rig.management);
    await checkDone(rig, id, user);
    if (isWhole) expect(at).toBeGreaterThan(50);
  }
});

async function doAll(management: Management): Promise<void> {
  let lease = await takeLease(management);
  while (lease !== undefined) lease = await workOn(management, lease, 2);
}

test('two workers at once, on two nodes, do every row once', async () => {
  await using rig = await Helpdesk.open();
  const id = await given(rig);
  const second = await openStore({ directory: rig.directory });
  try {
    await Promise.all([finish(rig.management), finish({ ...rig.management, db: second.db })]);
  } finally {
    await second.close();
  }
  await checkDone(rig, id);
});

test('a worker that was presumed dead finds out that another has its job', async () => {
  await using rig = await Helpdesk.open();
  const id = await given(rig);
  const stale = (await takeLease(rig.management)) as Lease;
  expect(await takeLease(rig.management)).toBeUndefined();
  rig.clock.nowMs += jobLimits.jobLeaseMs;
  const fresh = (await takeLease(rig.management)) as Lease;
  expect(fresh.untilMs).toBeGreaterThan(stale.untilMs);
  expect(await workOn(rig.management, stale, 10)).toBeUndefined();
  expect(must(await viewJob(rig.store.db, id))).toMatchObject({ done: 0, state: 'running' });
  // A clock that goes back does not create two equal leases.
  rig.clock.nowMs -= 10 * jobLimits.jobLeaseMs;
  const next = await workOn(rig.management, fresh, 1);
  expect(next?.untilMs).toBeGreaterThan(fresh.untilMs);
  await doRest(rig.management, next);
  await checkDone(rig, id);
});

async function doRest(management: Management, from: Lease | undefined): Promise<void> {
  let lease = from;
  while (lease !== undefined) lease = await workOn(management, lease, 1);
}

test('a job pauses between rows, resumes where it was, and is cancelled for good', async () => {
  await using rig = await Helpdesk.open();
  const { management } = rig;
  const id = await given(rig);
  const lease = (await takeLease(management)) as Lease;
  const next = (await workOn(management, lease, 2)) as Lease;
  must(await pauseJob(management, helpdesk, { id }));
  expect(await workOn(management, next, 1)).toBeUndefined();
  await finish(management);
  expect(must(await viewJob(rig.store.db, id))).toMatchObject({ state: 'paused', done: 2 });
  must(await resumeJob(management, helpdesk, { id }));
  await finish(management);
  await checkDone(rig, id);
  for (const act of [pauseJob, resumeJob, cancelJob])
    expect(codeOf(await act(management, helpdesk, { id }))).toBe('job_over');
});

test('cancelling a job deletes its open rows and keeps the finished ones', async () => {
  await using rig = await Helpdesk.open();
  const { management } = rig;
  const id = await given(rig);
  await workOn(management, (await takeLease(management)) as Lease, 2);
  must(await cancelJob(management, helpdesk, { id }));
  await finish(management);
  expect(must(await viewJob(rig.store.db, id))).toMatchObject({ state: 'cancelled', done: 2, refused: 0 });
  const kept = await rig.store.db
    .selectFrom('job_items')
    .select('number')
    .where('sealed_payload', 'is not', null)
    .execute();
  expect(kept).toEqual([]);
  expect(codeOf(await cancelJob(management, helpdesk, { id: 'none' }))).toBe('unknown_job');
});

test('a row that cannot be decrypted is refused alone; a step that fails pauses its job', async () => {
  await using rig = await Helpdesk.open();
  const id = await given(rig);
  const { db } = rig.store;
  const copied = await db.selectFrom('job_items').select('sealed_payload').where('number', '=', 1).execute();
  await db
    .updateTable('job_items')
    .set({ sealed_payload: copied[0]?.sealed_payload ?? '' })
    .where('number', '=', 0)
    .execute();
  const failures: unknown[] = [];
  const management = { ...rig.management, db: db.withPlugin(new BrokenAssignments()) };
  const worker = startJobs(management, { failed: error => failures.push(error) });
  await worker.idle();
  await worker.close();
  expect(failures).toHaveLength(1);
  expect(must(await viewJob(db, id))).toMatchObject({ state: 'paused', done: 0, refused: 0 });
  must(await resumeJob(rig.management, helpdesk, { id }));
  await finish(rig.management);
  expect(must(await viewJob(db, id))).toMatchObject({ state: 'done', done: 4, refused: 2 });
});

/** A database in which one table cannot be written. */
class BrokenAssignments implements KyselyPlugin {
  transformQuery({ node }: PluginTransformQueryArgs) {
    if (node.kind === 'InsertQueryNode' && JSON.stringify(node.into).includes('assignments'))
      throw new Error('disk full');
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }
}

test('a job suspends, returns and revokes each selected token once, however often it is selected', async () => {
  await using rig = await Helpdesk.open();
  const { management } = rig;
  await rig.hire();
  await rig.user('ada');
  for (const serial of ['A', 'B']) await rig.issue(serial, { user: 'ada' });
  await rig.store.db.updateTable('tokens').set({ state: 'active' }).where('serial', '=', 'A').execute();
  const some = ['A', 'B', 'A', 'nothing'];
  must(await startBulk(management, helpdesk, { kind: 'suspend', serials: some }));
  rig.clock.nowMs++;
  must(await startBulk(management, helpdesk, { kind: 'unassign', serials: some, title: 'Leavers' }));
  rig.clock.nowMs++;
  must(await startBulk(management, helpdesk, { kind: 'revoke', serials: some, reason: 'retired' }));
  await finish(management);
  const jobs = await listJobs(rig.store.db);
  expect(jobs.map(({ kind, done, refused }) => [kind, done, refused]).sort()).toEqual([
    ['revoke', 2, 1],
    ['suspend', 2, 1],
    ['unassign', 2, 1],
  ]);
  const states = await rig.store.db.selectFrom('tokens').select('state').distinct().execute();
  expect(states).toEqual([{ state: 'revoked' }]);
});

test('jobs out of bounds are refused, and tables whose rows are not a user and a serial number', async () => {
  await using rig = await Helpdesk.open();
  const { management } = rig;
  const bulk = (serials: readonly string[], title = '') =>
    startBulk(management, helpdesk, { kind: 'suspend', serials, title });
  expect(codeOf(await bulk([]))).toBe('nothing_to_do');
  expect(codeOf(await bulk(['A'], 'x'.repeat(129)))).toBe('bad_title');
  const many = Array.from({ length: jobLimits.jobItemsMax + 1 }, (_, at) => String(at));
  expect(codeOf(await bulk(many))).toBe('too_many_items');
  for (const table of ['ada', 'ada,', ',A', 'ada,A,more', 'ada,"A'])
    expect(codeOf(await startAssigning(management, helpdesk, { table }))).toBe('bad_table');
  expect(codeOf(await startAssigning(management, helpdesk, { table: '' }))).toBe('nothing_to_do');
  expect(readAssignments('\ufeffUser;Serial\n"o\'hara; b";A-1\n\nada;A-2\n')).toEqual([
    { user: "o'hara; b", serial: 'A-1' },
    { user: 'ada', serial: 'A-2' },
  ]);
  expect(await rig.store.db.selectFrom('jobs').selectAll().execute()).toEqual([]);
});

test('a job that ended 90 days ago is deleted with its rows; a paused one is not', async () => {
  await using rig = await Helpdesk.open();
  const { db } = rig.store;
  const old = await given(rig);
  await finish(rig.management);
  const paused = must(
    await startAssigning(rig.management, helpdesk, { table: 'user,serial\r\nada,ada-0' }),
  ).id;
  must(await pauseJob(rig.management, helpdesk, { id: paused }));
  rig.clock.nowMs += jobLimits.jobsKeptMs;
  await finish(rig.management);
  expect((await listJobs(db)).map(({ id }) => id).sort()).toEqual([old, paused].sort());
  rig.clock.nowMs += 1;
  await finish(rig.management);
  expect((await listJobs(db)).map(({ id }) => id)).toEqual([paused]);
  expect(await db.selectFrom('job_items').select('job_id').distinct().execute()).toEqual([
    { job_id: paused },
  ]);
});
