import { jobLimits } from '@passfob/service/base/limits/jobs';
import { openStore } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import { readAssignments, startAssigning, startBulk } from '@passfob/service/subjects/jobs/bulk';
import { cancelJob, listJobs, pauseJob, resumeJob, viewJob } from '@passfob/service/subjects/jobs/jobs';
import { type Lease, takeLease, workOn } from '@passfob/service/subjects/jobs/lease';
import { startJobs } from '@passfob/service/subjects/jobs/worker';
import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs } from 'kysely';
import { expect } from 'vitest';
import { setIn } from '../kit/rows.ts';
import { accepted, codeOf, helpdesk, testOfOffice as test } from '../users/kit.ts';
import { COUNT, checkDone, finish, given, LEASE_OVER_MS } from './kit.ts';

for (let after = 0; after <= COUNT; after++) {
  test(`after a worker dies after ${after} rows, the next one does the remaining rows once`, async office => {
    const id = await given(office);
    let lease = await takeLease(office.management);
    for (let row = 0; row < after && lease !== undefined; row++)
      lease = await workOn(office.management, lease, 1);
    await finish(office.management);
    if (after < COUNT) {
      expect(accepted(await viewJob(office.store.db, id))).toMatchObject({ state: 'running' });
      office.nowMs += LEASE_OVER_MS;
      await finish(office.management);
    }
    await checkDone(office, id);
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

test('a worker cut off at any statement loses no row and does none twice', async office => {
  let isWhole = false;
  for (let at = 0; !isWhole; at++) {
    const user = `u${at}`;
    const id = await given(office, user);
    const management = { ...office.management, db: office.store.db.withPlugin(new Crash(at)) };
    isWhole = await doAll(management).then(
      () => true,
      () => false,
    );
    office.nowMs += LEASE_OVER_MS;
    await finish(office.management);
    await checkDone(office, id, user);
    if (isWhole) expect(at).toBeGreaterThan(50);
  }
});

async function doAll(management: Management): Promise<void> {
  let lease = await takeLease(management);
  while (lease !== undefined) lease = await workOn(management, lease, 2);
}

test('two workers at once, on two nodes, do every row once', async office => {
  const id = await given(office);
  const second = await openStore({ directory: office.directory });
  try {
    await Promise.all([finish(office.management), finish({ ...office.management, db: second.db })]);
  } finally {
    await second.close();
  }
  await checkDone(office, id);
});

test('a worker that was presumed dead finds out that another has its job', async office => {
  const id = await given(office);
  const stale = (await takeLease(office.management)) as Lease;
  expect(await takeLease(office.management)).toBeUndefined();
  office.nowMs += jobLimits.jobLeaseMs;
  const fresh = (await takeLease(office.management)) as Lease;
  expect(fresh.untilMs).toBeGreaterThan(stale.untilMs);
  expect(await workOn(office.management, stale, 10)).toBeUndefined();
  expect(accepted(await viewJob(office.store.db, id))).toMatchObject({ done: 0, state: 'running' });
  // A clock that goes back does not create two equal leases.
  office.nowMs -= 10 * jobLimits.jobLeaseMs;
  const next = await workOn(office.management, fresh, 1);
  expect(next?.untilMs).toBeGreaterThan(fresh.untilMs);
  await doRest(office.management, next);
  await checkDone(office, id);
});

async function doRest(management: Management, from: Lease | undefined): Promise<void> {
  let lease = from;
  while (lease !== undefined) lease = await workOn(management, lease, 1);
}

test('a job pauses between rows, resumes where it was, and is cancelled for good', async office => {
  const { management } = office;
  const id = await given(office);
  const lease = (await takeLease(management)) as Lease;
  const next = (await workOn(management, lease, 2)) as Lease;
  await office.do(pauseJob, { id }, helpdesk);
  expect(await workOn(management, next, 1)).toBeUndefined();
  await finish(management);
  expect(accepted(await viewJob(office.store.db, id))).toMatchObject({ state: 'paused', done: 2 });
  await office.do(resumeJob, { id }, helpdesk);
  await finish(management);
  await checkDone(office, id);
  for (const act of [pauseJob, resumeJob, cancelJob])
    expect(await office.code(act, { id }, helpdesk)).toBe('job_over');
});

test('cancelling a job deletes its open rows and keeps the finished ones', async office => {
  const { management } = office;
  const id = await given(office);
  await workOn(management, (await takeLease(management)) as Lease, 2);
  await office.do(cancelJob, { id }, helpdesk);
  await finish(management);
  expect(accepted(await viewJob(office.store.db, id))).toMatchObject({
    state: 'cancelled',
    done: 2,
    refused: 0,
  });
  const kept = await office.store.db
    .selectFrom('job_items')
    .select('number')
    .where('sealed_payload', 'is not', null)
    .execute();
  expect(kept).toEqual([]);
  expect(await office.code(cancelJob, { id: 'none' }, helpdesk)).toBe('unknown_job');
});

test('a row that cannot be decrypted is refused alone; a step that fails pauses its job', async office => {
  const id = await given(office);
  const { db } = office.store;
  const copied = await db.selectFrom('job_items').select('sealed_payload').where('number', '=', 1).execute();
  await setIn(db, 'job_items', { sealed_payload: copied[0]?.sealed_payload ?? '' }, { number: 0 });
  const failures: unknown[] = [];
  const management = { ...office.management, db: db.withPlugin(new BrokenAssignments()) };
  const worker = startJobs(management, { failed: error => failures.push(error) });
  await worker.idle();
  await worker.close();
  expect(failures).toHaveLength(1);
  expect(accepted(await viewJob(db, id))).toMatchObject({ state: 'paused', done: 0, refused: 0 });
  await office.do(resumeJob, { id }, helpdesk);
  await finish(office.management);
  expect(accepted(await viewJob(db, id))).toMatchObject({ state: 'done', done: 4, refused: 2 });
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

test('a job suspends, returns and revokes each selected token once, however often it is selected', async office => {
  const { management } = office;
  await office.hire();
  await office.userId('ada');
  for (const serial of ['A', 'B']) await office.issue(serial, { user: 'ada' });
  await office.set('tokens', { state: 'active' }, { serial: 'A' });
  const some = ['A', 'B', 'A', 'nothing'];
  await office.do(startBulk, { kind: 'suspend', serials: some }, helpdesk);
  office.nowMs++;
  await office.do(startBulk, { kind: 'unassign', serials: some, title: 'Leavers' }, helpdesk);
  office.nowMs++;
  await office.do(startBulk, { kind: 'revoke', serials: some, reason: 'retired' }, helpdesk);
  await finish(management);
  const jobs = await listJobs(office.store.db);
  expect(jobs.map(({ kind, done, refused }) => [kind, done, refused]).sort()).toEqual([
    ['revoke', 2, 1],
    ['suspend', 2, 1],
    ['unassign', 2, 1],
  ]);
  const states = await office.store.db.selectFrom('tokens').select('state').distinct().execute();
  expect(states).toEqual([{ state: 'revoked' }]);
});

test('jobs out of bounds are refused, and tables whose rows are not a user and a serial number', async office => {
  const { management } = office;
  const bulk = (serials: readonly string[], title = '') =>
    startBulk(management, helpdesk, { kind: 'suspend', serials, title });
  expect(codeOf(await bulk([]))).toBe('nothing_to_do');
  expect(codeOf(await bulk(['A'], 'x'.repeat(129)))).toBe('bad_title');
  const many = Array.from({ length: jobLimits.jobItemsMax + 1 }, (_, at) => String(at));
  expect(codeOf(await bulk(many))).toBe('too_many_items');
  for (const table of ['ada', 'ada,', ',A', 'ada,A,more', 'ada,"A'])
    expect(await office.code(startAssigning, { table }, helpdesk)).toBe('bad_table');
  expect(await office.code(startAssigning, { table: '' }, helpdesk)).toBe('nothing_to_do');
  expect(readAssignments('\ufeffUser;Serial\n"o\'hara; b";A-1\n\nada;A-2\n')).toEqual([
    { user: "o'hara; b", serial: 'A-1' },
    { user: 'ada', serial: 'A-2' },
  ]);
  expect(await office.rows('jobs')).toEqual([]);
});

test('a job that ended 90 days ago is deleted with its rows; a paused one is not', async office => {
  const { db } = office.store;
  const old = await given(office);
  await finish(office.management);
  const paused = (await office.do(startAssigning, { table: 'user,serial\r\nada,ada-0' }, helpdesk)).id;
  await office.do(pauseJob, { id: paused }, helpdesk);
  office.nowMs += jobLimits.jobsKeptMs;
  await finish(office.management);
  expect((await listJobs(db)).map(({ id }) => id).sort()).toEqual([old, paused].sort());
  office.nowMs += 1;
  await finish(office.management);
  expect((await listJobs(db)).map(({ id }) => id)).toEqual([paused]);
  expect(await db.selectFrom('job_items').select('job_id').distinct().execute()).toEqual([
    { job_id: paused },
  ]);
});
