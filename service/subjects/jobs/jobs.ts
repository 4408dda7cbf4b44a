import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { type Actor, serviceActor } from '../../base/actor.ts';
import type { JobItemState, JobState, Role } from '../../base/kinds.ts';
import { administrationLimits } from '../../base/limits/administration.ts';
import { jobLimits } from '../../base/limits/jobs.ts';
import { done, refused } from '../../base/results.ts';
import { count, named, object, oneOf, serviceText, type TypeOf, time } from '../../base/shapes.ts';
import { tokenTexts } from '../../base/texts/tokens.ts';
import type { Acting } from '../../storage/acting.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { seal } from '../../storage/encryption-at-rest/seal.ts';
import type { Schema } from '../../storage/schema/schema.ts';
import { recordAudit } from '../audit/record.ts';
import { act, did, subject, unchanged } from '../kit/act.ts';
import { isWhole } from '../tokens/facts.ts';
import type { JobKind, JobPayloads } from './kinds.ts';

export type JobRow = Selectable<Schema['jobs']>;

/** A job in its public form. `done`, `refused`: rows so far. */
export const jobShape = named(
  object({
    id: serviceText,
    kind: serviceText,
    title: serviceText,
    state: oneOf('queued', 'running', 'paused', 'done', 'cancelled'),
    total: count,
    done: count,
    refused: count,
    actor: serviceText,
    createdMs: time,
    changedMs: time,
  }),
  'Job',
);
export type JobView = TypeOf<typeof jobShape>;

export const itemState = oneOf('waiting', 'done', 'refused');
/** One row of a job. `subject`: a serial number or a user; `message`: why it was refused, or empty. */
export const jobItemShape = named(
  object({ number: count, subject: serviceText, state: itemState, message: serviceText }),
  'JobItem',
);
export type JobItemView = TypeOf<typeof jobItemShape>;

/** A job to start. */
export interface NewJob<Kind extends JobKind> {
  readonly kind: Kind;
  /** Default: the name of the kind. */
  readonly title?: string;
  readonly items: readonly { readonly subject: string; readonly payload: JobPayloads[Kind] }[];
  /** Starts paused: an operator looks at it first. */
  readonly isHeld?: boolean;
  /** When it starts at the earliest (milliseconds since 1970). */
  readonly startsMs?: number | undefined;
  /** The job that must be over before; if it is cancelled, so is this one. */
  readonly waitsFor?: string | undefined;
}

/** Returns the location to which a row's encrypted payload is bound. */
export function sealLocationOfItem(jobId: string, number: number) {
  return { table: 'job_items', id: `${jobId}:${number}` } as const;
}

/** Stores a job for a worker. */
export async function start<Kind extends JobKind>(acting: Acting, input: NewJob<Kind>) {
  const { kind, items, title = tokenTexts.jobs.titles[kind], isHeld = false, startsMs, waitsFor } = input;
  if (items.length === 0) return refused('nothing_to_do');
  if (items.length > jobLimits.jobItemsMax) return refused('too_many_items');
  const { db, keys, actor, atMs } = acting;
  if (actor.role === 'user') throw new Error('a user started a job');
  const row: JobRow = {
    id: randomUUID(),
    kind,
    title,
    state: isHeld ? 'paused' : 'queued',
    parameters: '{}',
    total: items.length,
    done: 0,
    refused: 0,
    actor: actor.name,
    role: roleOf(actor),
    created_ms: atMs,
    changed_ms: atMs,
    leased_until_ms: null,
    starts_ms: startsMs ?? null,
    waits_for: waitsFor ?? null,
  };
  await db.insertInto('jobs').values(row).execute();
  for (let at = 0; at < items.length; at += jobLimits.jobItemsPerInsert) {
    const rows = items.slice(at, at + jobLimits.jobItemsPerInsert).map(({ subject, payload }, index) => {
      const number = at + index;
      const plain = Buffer.from(JSON.stringify(payload));
      const sealed = seal(keys, sealLocationOfItem(row.id, number), plain);
      plain.fill(0);
      const kept = { sealed_payload: sealed.box, key_id: sealed.keyId };
      return { job_id: row.id, number, subject, ...kept, state: 'waiting', message: '' } as const;
    });
    await db.insertInto('job_items').values(rows).execute();
  }
  await recordJob(acting, row, 'job.run', { kind, total: row.total });
  return done(viewOfJob(row));
}

/** Only operators start jobs; jobs that the service itself starts have an administrator's rights. */
function roleOf({ role }: Actor): Role {
  if (role === 'user') throw new Error('a user starts no job');
  return role === 'service' ? 'admin' : role;
}

const controls = {
  permission: 'job.control',
  subject: subject({
    kind: 'job',
    key: 'id',
    home: '/jobs',
    page: '/job',
    missing: ['unknown_job'],
    async find(db, id) {
      const row = await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? refused('unknown_job') : done({ ...row, name: row.title });
    },
  }),
  fields: {},
  gives: jobShape,
  refusals: { job_over: 'form' },
} as const;

/** After the current rows. */
export const pauseJob = act({
  ...controls,
  routes: [{ name: 'jobs.pause', summary: 'Pause a job.', at: 'POST /v1/jobs/:id/pause' }],
  form: { at: '/job/pause', submit: 'Pause' },
  run: acting => control(acting, 'paused'),
});

/** In the name of the operator who resumes it, if the one who started it has lost the right. */
export const resumeJob = act({
  ...controls,
  routes: [{ name: 'jobs.resume', summary: 'Resume a paused job.', at: 'POST /v1/jobs/:id/resume' }],
  form: { at: '/job/resume', submit: 'Resume' },
  run: acting => control(acting, 'queued'),
});

/** Finished rows stay done, and pending rows are deleted. */
export const cancelJob = act({
  ...controls,
  routes: [
    { name: 'jobs.cancel', summary: 'Cancel the remaining rows of a job.', at: 'POST /v1/jobs/:id/cancel' },
  ],
  form: { at: '/job/cancel', submit: 'Cancel the job' },
  run: acting => control(acting, 'cancelled'),
});

export const jobActs = [pauseJob, resumeJob, cancelJob] as const;

async function control(acting: Acting & { readonly item: JobRow }, to: JobState) {
  const { db, atMs, item: row } = acting;
  if (row.state === 'done' || row.state === 'cancelled') return refused('job_over');
  // A job that is not paused is already running or queued.
  if (to === 'queued' && row.state !== 'paused') return unchanged(viewOfJob(row));
  const isTakenOver = to === 'queued' && !(await mayGoOn(db, row));
  const owner = isTakenOver ? { actor: acting.actor.name, role: roleOf(acting.actor) } : {};
  const changes = { state: to, changed_ms: atMs, leased_until_ms: null, ...owner };
  await db.updateTable('jobs').set(changes).where('id', '=', row.id).execute();
  if (to === 'cancelled')
    await db
      .updateTable('job_items')
      .set({ sealed_payload: null, key_id: null })
      .where('job_id', '=', row.id)
      .where('state', '=', 'waiting')
      .execute();
  return did(
    viewOfJob({ ...row, ...changes }),
    { id: row.id, name: row.title },
    { from: row.state, to, ...(isTakenOver && { startedBy: row.actor }) },
  );
}

/** Whether the operator in whose name a job runs still has its role, or an administrator's. */
export async function mayGoOn(db: Db, { actor, role }: Pick<JobRow, 'actor' | 'role'>): Promise<boolean> {
  const now = await roleNow(db, actor);
  return now !== undefined && (now === role || now === 'admin');
}

/**
 * Pauses a job whose operator was disabled or lost the role, in the caller's transaction: another operator may resume
 * it.
 */
export async function holdJob(db: Db, keys: Keys, row: JobRow, atMs: number): Promise<void> {
  await db
    .updateTable('jobs')
    .set({ state: 'paused', leased_until_ms: null, changed_ms: atMs })
    .where('id', '=', row.id)
    .execute();
  const acting = { db, keys, actor: serviceActor, atMs };
  await recordJob(acting, row, 'job.control', { from: row.state, to: 'paused', lostRole: row.role });
}

/** Deletes one job that ended long ago, with its rows; its effects stay, and are in the audit. */
export async function forgetJob(db: Db, nowMs: number): Promise<void> {
  // One at a time: a job has up to 100,000 rows, and log-ins wait meanwhile.
  const old = await db
    .selectFrom('jobs')
    .select('id')
    .where('state', 'in', ['done', 'cancelled'])
    .where('changed_ms', '<', nowMs - jobLimits.jobsKeptMs)
    .limit(1)
    .executeTakeFirst();
  if (old === undefined) return;
  await writing(db, async transaction => {
    await transaction.deleteFrom('job_items').where('job_id', '=', old.id).execute();
    await transaction.deleteFrom('jobs').where('id', '=', old.id).execute();
  });
}

/** Returns the latest jobs, latest first. */
export async function listJobs(db: Db): Promise<JobView[]> {
  const rows = await db
    .selectFrom('jobs')
    .selectAll()
    .orderBy('created_ms', 'desc')
    .orderBy('id')
    .limit(jobLimits.jobsListed)
    .execute();
  return rows.map(viewOfJob);
}

/** Returns one job. */
export async function viewJob(db: Db, id: string) {
  const row = await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? refused('unknown_job') : done(viewOfJob(row));
}

/** Selects the rows of a job. */
export interface JobItemQuery {
  readonly id: string;
  /** Number of the last row of the previous page. */
  readonly after?: number;
  readonly state?: JobItemState;
  /** Default 50, at most 200. */
  readonly rows?: number;
}

/** Returns rows of a job in their order. */
export async function listJobItems(db: Db, query: JobItemQuery) {
  const { id, after = -1, state, rows = administrationLimits.pageRowsDefault } = query;
  if (!isWhole(rows, 1, administrationLimits.pageRowsMax) || !isWhole(after, -1, jobLimits.jobItemsMax))
    return refused('bad_query');
  let select = db
    .selectFrom('job_items')
    .select(['number', 'subject', 'state', 'message'])
    .where('job_id', '=', id)
    .where('number', '>', after);
  if (state !== undefined) select = select.where('state', '=', state);
  return done(await select.orderBy('number').limit(rows).execute());
}

export function viewOfJob(row: JobRow): JobView {
  const { id, kind, title, state, total, actor } = row;
  const progress = { done: row.done, refused: row.refused };
  return {
    id,
    kind,
    title,
    state,
    total,
    ...progress,
    actor,
    createdMs: row.created_ms,
    changedMs: row.changed_ms,
  };
}

/** Returns the actor and role under which a job's acts are recorded. */
export function actorOfJob(row: JobRow) {
  return { name: row.actor, role: row.role as Role, source: 'job', requestId: row.id };
}

function recordJob(
  { db, keys, actor, atMs }: Acting,
  row: JobRow,
  action: 'job.run' | 'job.control',
  detail: Readonly<Record<string, string | number>>,
): Promise<void> {
  const about = { subjectKind: 'job', subjectId: row.id, subject: row.title } as const;
  return recordAudit(db, keys, { atMs, actor, action, ...about, detail });
}

const API_KEY = 'api:';

/**
 * Returns the current role of the actor that the audit names so (`actor.ts`); undefined for an operator who is
 * disabled or was removed, and for a revoked API key. The service itself and a one-time link have the administrator's
 * role.
 */
async function roleNow(db: Db, actorName: string): Promise<Role | undefined> {
  if (actorName === serviceActor.name || actorName === 'link') return 'admin';
  if (actorName.startsWith(API_KEY)) {
    const key = await db
      .selectFrom('api_keys')
      .select('role')
      .where('name', '=', actorName.slice(API_KEY.length))
      .where('revoked_ms', 'is', null)
      .executeTakeFirst();
    return key?.role;
  }
  const operator = await db
    .selectFrom('operators')
    .innerJoin('users', 'users.id', 'operators.user_id')
    .select('operators.role')
    .where('users.name', '=', actorName)
    .where('users.disabled_ms', 'is', null)
    .where('operators.disabled_ms', 'is', null)
    .executeTakeFirst();
  return operator?.role;
}
