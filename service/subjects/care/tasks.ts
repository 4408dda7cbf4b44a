import { type CareKind, careKinds, type FobLifeState } from '../../base/kinds.ts';
import { careLimits } from '../../base/limits/care.ts';
import { done, refused } from '../../base/results.ts';
import {
  count,
  flag,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  type TypeOf,
  time,
} from '../../base/shapes.ts';
import { type CareCause, type CareMessage, careTexts } from '../../base/texts/care.ts';
import type { Db } from '../../storage/database/database.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';
import { type FobTaskRow, openTaskStates } from '../tokens/fob-tasks.ts';
import { type FobRow, fobNamed } from '../tokens/fobs.ts';

/** A task in its public form. */
export const fobTask = named(
  object({
    id: serviceText,
    kind: oneOf(...careKinds),
    account: nullable(serviceText),
    state: oneOf('waiting', 'running', 'done', 'refused', 'cancelled'),
    needsHold: flag,
    cause: serviceText,
    causeText: serviceText,
    message: nullable(serviceText),
    messageText: nullable(serviceText),
    actor: serviceText,
    attempts: count,
    createdMs: time,
    changedMs: time,
  }),
  'FobTask',
);
export type TaskView = TypeOf<typeof fobTask>;

/** Returns the tasks of a fob: the open ones, then the finished ones, latest first. */
export async function listTasks(db: Db, serial: string) {
  const fob = await fobNamed(db, serial);
  return fob === undefined ? refused('unknown_fob') : done(await tasksOf(db, fob.id));
}

/** Returns the tasks of the fob with this id. */
export async function tasksOf(db: Db, fobId: string): Promise<TaskView[]> {
  const rows = await db
    .selectFrom('fob_tasks')
    .selectAll()
    .where('fob_id', '=', fobId)
    .orderBy('changed_ms', 'desc')
    .orderBy('id')
    .limit(careLimits.tasksOpenMax + careLimits.tasksKept)
    .execute();
  const isOpen = ({ state }: FobTaskRow) => state === 'waiting' || state === 'running';
  return [...rows.filter(isOpen), ...rows.filter(row => !isOpen(row))].map(viewOfTask);
}

/** Returns how many tasks wait or are being done, of each kind that has some. */
export async function countOpenTasks(db: Db): Promise<ReadonlyMap<CareKind, number>> {
  const rows = await db
    .selectFrom('fob_tasks')
    .select(({ fn }) => ['kind' as const, fn.countAll().as('count')])
    .where('state', 'in', openTaskStates)
    .groupBy('kind')
    .orderBy('kind')
    .execute();
  return new Map(rows.map(({ kind, count }) => [kind, Number(count)]));
}

/**
 * Returns those of these fobs, by their ids, that have tasks which were stored a short while ago and looked at by no
 * run yet. Tasks of other fobs, however many, do not count: they hide none of these.
 */
export async function fobsWithNewTasks(db: Db, reached: readonly string[], nowMs: number): Promise<string[]> {
  const rows = await db
    .selectFrom('fob_tasks')
    .select('fob_id')
    .distinct()
    .where('fob_id', 'in', valuesAsList(db, reached))
    .where('state', 'in', openTaskStates)
    .where('changed_ms', '>', nowMs - careLimits.newTasksMs)
    .where('message', '=', '')
    .where('state', '=', 'waiting')
    .execute();
  return rows.map(({ fob_id }) => fob_id);
}

/** The states of fobs that the service still has to do with. */
export const managedStates = [
  'in_use',
  'lost',
  'found',
  'retired',
] as const satisfies readonly FobLifeState[];

/** Whether the service still has to do with a fob. */
export function isManaged({ state }: Pick<FobRow, 'state'>): boolean {
  return (managedStates as readonly FobLifeState[]).includes(state);
}

/** Returns how many tasks of a fob wait or are being done. */
export async function countOpen(db: Db, fobId: string): Promise<number> {
  const { count } = await db
    .selectFrom('fob_tasks')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('fob_id', '=', fobId)
    .where('state', 'in', openTaskStates)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export function viewOfTask(row: FobTaskRow): TaskView {
  const cause = row.cause as CareCause;
  const message = row.message === '' ? null : (row.message as CareMessage);
  return {
    id: row.id,
    kind: row.kind,
    account: row.subject === '' ? null : row.subject,
    state: row.state,
    needsHold: row.needs_hold === 1,
    cause,
    causeText: careTexts.causes[cause],
    message,
    messageText: message && careTexts.messages[message],
    actor: row.actor,
    attempts: row.attempts,
    createdMs: row.created_ms,
    changedMs: row.changed_ms,
  };
}
