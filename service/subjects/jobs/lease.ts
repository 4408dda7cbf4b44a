import { jobLimits } from '../../base/limits/jobs.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import { unseal } from '../../storage/encryption-at-rest/seal.ts';
import type { Management } from '../../storage/management.ts';
import { actorOfJob, holdJob, type JobRow, mayGoOn, sealLocationOfItem } from './jobs.ts';
import { doRow } from './kinds.ts';

/**
 * The right of one worker to do a job. `untilMs` also identifies the lease: it only ever rises for a job, so a worker
 * that was thought dead sees that another has taken over.
 */
export interface Lease {
  readonly jobId: string;
  readonly untilMs: number;
}

/** Leases the oldest job that waits or whose lease has expired; undefined if there is none. */
export async function takeLease({ db, clock }: Management): Promise<Lease | undefined> {
  // Usually there is nothing to do; this check takes no write lock, so validations do not wait for it.
  if ((await nextJob(db, clock())) === undefined) return undefined;
  return writing(db, async transaction => {
    const nowMs = clock();
    const row = await nextJob(transaction, nowMs);
    if (row === undefined) return undefined;
    const untilMs = nowMs + jobLimits.jobLeaseMs;
    await transaction
      .updateTable('jobs')
      .set({ state: 'running', leased_until_ms: untilMs, changed_ms: nowMs })
      .where('id', '=', row.id)
      .execute();
    return { jobId: row.id, untilMs };
  });
}

function nextJob(db: Db, nowMs: number): Promise<{ id: string } | undefined> {
  return db
    .selectFrom('jobs')
    .select('id')
    .where(where =>
      where.or([
        where('state', '=', 'queued'),
        where.and([where('state', '=', 'running'), where('leased_until_ms', '<=', nowMs)]),
      ]),
    )
    .orderBy('created_ms')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

/** Pauses a job that cannot go on, so that it does not block others: an operator may resume it. */
export function layAside({ db, clock }: Management, lease: Lease): Promise<void> {
  return writing(db, async transaction => {
    await transaction
      .updateTable('jobs')
      .set({ state: 'paused', leased_until_ms: null, changed_ms: clock() })
      .where('id', '=', lease.jobId)
      .where('leased_until_ms', '=', lease.untilMs)
      .execute();
  });
}

/**
 * Does the next rows of a job. Their effects, their states and the job's progress are one transaction: after a crash
 * no row is done twice, and only uncommitted rows are repeated. A job whose operator has lost the right is paused
 * instead.
 *
 * @param rows how many at most
 * @returns the lease for the next call; undefined if the job has ended, was stopped or has another worker
 */
export function workOn(management: Management, lease: Lease, rows: number): Promise<Lease | undefined> {
  return writing(management.db, async db => {
    const nowMs = management.clock();
    const job = await db.selectFrom('jobs').selectAll().where('id', '=', lease.jobId).executeTakeFirst();
    if (job?.state !== 'running' || job.leased_until_ms !== lease.untilMs) return undefined;
    if (!(await mayGoOn(db, job))) {
      await holdJob(db, management.keys, job, nowMs);
      return undefined;
    }
    const counts = await doRows({ ...management, db }, job, nowMs, rows);
    const done = job.done + counts.done;
    const refused = job.refused + counts.refused;
    const isOver = done + refused >= job.total;
    // Later than the previous one even if the clock was set back.
    const untilMs = Math.max(lease.untilMs + 1, nowMs + jobLimits.jobLeaseMs);
    await db
      .updateTable('jobs')
      .set({
        done,
        refused,
        changed_ms: nowMs,
        state: isOver ? 'done' : 'running',
        leased_until_ms: isOver ? null : untilMs,
      })
      .where('id', '=', job.id)
      .execute();
    return isOver ? undefined : { jobId: job.id, untilMs };
  });
}

interface Counts {
  done: number;
  refused: number;
}

async function doRows(management: Management, job: JobRow, atMs: number, rows: number): Promise<Counts> {
  const { db, keys, publicUrl } = management;
  const items = await db
    .selectFrom('job_items')
    .selectAll()
    .where('job_id', '=', job.id)
    // Rows are done in order, so the counts give the next row.
    .where('number', '>=', job.done + job.refused)
    .orderBy('number')
    .limit(rows)
    .execute();
  const counts: Counts = { done: 0, refused: 0 };
  for (const { number, sealed_payload: box, key_id: keyId } of items) {
    const plain =
      box === null || keyId === null
        ? undefined
        : unseal(keys, sealLocationOfItem(job.id, number), { box, keyId });
    const payload = plain === undefined ? undefined : Buffer.from(plain).toString('utf8');
    plain?.fill(0);
    const result = await doRow({ db, keys, actor: actorOfJob(job), atMs, publicUrl }, job.kind, payload);
    const state = result.ok ? 'done' : 'refused';
    counts[state]++;
    await db
      .updateTable('job_items')
      .set({ state, message: result.ok ? '' : result.refusal.text, sealed_payload: null, key_id: null })
      .where('job_id', '=', job.id)
      .where('number', '=', number)
      .execute();
  }
  return counts;
}
