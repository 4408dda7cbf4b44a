import type { CareKind, CareTaskState, FobLifeState } from '../../base/kinds.ts';
import { careLimits } from '../../base/limits/care.ts';
import type { Action } from '../../base/permissions.ts';
import { done, type RefusalCode, type Refused, refused } from '../../base/results.ts';
import type { CareCause, CareMessage } from '../../base/texts/care.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';
import { recordAudit } from '../audit/record.ts';
import { type FobTaskRow, openTask, openTaskStates, wantTask } from '../tokens/fob-tasks.ts';
import { type FobRow, fobNamed } from '../tokens/fobs.ts';
import { readDesired } from './desired.ts';
import { careActions } from './journal.ts';
import { leaseOf } from './lease.ts';
import { readNames, readOrder } from './wanted.ts';

/** The kinds of tasks that people may ask for. */
export const askedKinds = [
  'clock',
  'pin-reset',
  'require-pin',
  'power-loss',
  'remove-account',
  'rename-account',
  'order',
  'erase',
] as const satisfies readonly CareKind[];
export type AskedKind = (typeof askedKinds)[number];

/** The permission that asking for a task, or cancelling it, needs. */
export const taskPermissions = {
  clock: 'fob.clock',
  'pin-reset': 'fob.reset-pin',
  'require-pin': 'fob.policy',
  'power-loss': 'fob.power-loss',
  'remove-account': 'fob.remove-account',
  'rename-account': 'fob.rename',
  order: 'fob.order',
  erase: 'fob.erase',
} as const satisfies Record<AskedKind, Action>;

/** A task that a person asks for. */
export interface TaskInput {
  /** The fob's serial number. */
  readonly serial: string;
  readonly kind: AskedKind;
  /** The account's id, 8 hexadecimal digits: to remove or rename it. */
  readonly account?: string;
  /** The new names of an account. */
  readonly issuer?: string;
  readonly label?: string;
  /** The ids of accounts in their new order; the others follow in their present one. */
  readonly order?: readonly string[];
}

/** A task in its public form. */
export interface TaskView {
  readonly id: string;
  readonly kind: CareKind;
  /** The account's id, or null if it concerns the whole fob. */
  readonly account: string | null;
  readonly state: CareTaskState;
  readonly needsHold: boolean;
  /** Names of texts (`base/texts/care.ts`). */
  readonly cause: CareCause;
  readonly message: CareMessage | null;
  /** Who asked for it; `service` if it follows from a comparison. */
  readonly actor: string;
  readonly attempts: number;
  readonly createdMs: number;
  readonly changedMs: number;
}

/** A task that leaves the fob all its accounts. */
interface KeepingTaskInput extends TaskInput {
  readonly kind: Exclude<AskedKind, 'erase' | 'remove-account'>;
}

/** Why a task cannot be done with the accounts that the fob has to hold; undefined if it can. */
type ProblemOf<C extends RefusalCode> = (
  held: ReadonlySet<string>,
  subject: string,
) => Refused<C> | undefined;

/**
 * Stores a task for a fob, which is done when the fob is next reached. Asking for an open one again changes nothing but
 * its names or order.
 */
function createTaskWork(acting: Acting, input: TaskInput) {
  const { kind } = input;
  return storeTask(acting, input, (held, subject) => {
    const isInUse = kind === 'erase' ? held.size > 0 : kind === 'remove-account' && held.has(subject);
    return isInUse ? refused('account_in_use') : undefined;
  });
}

/** The same, for a task that leaves the fob all its accounts. */
export function keepingTaskWork(acting: Acting, input: KeepingTaskInput) {
  return storeTask(acting, input, () => undefined);
}

async function storeTask<C extends RefusalCode = never>(
  acting: Acting,
  input: TaskInput,
  problemOf: ProblemOf<C>,
) {
  const fob = await fobNamed(acting.db, input.serial);
  if (fob === undefined) return refused('unknown_fob');
  if (!isManaged(fob)) return refused('bad_fob_state');
  const wanted = wantedOf(input);
  if (wanted === undefined) return refused('bad_task');
  const { held } = await readDesired(acting.db, fob);
  const problem = problemOf(held, wanted.subject);
  if (problem !== undefined) return problem;
  const present = await openTask(acting.db, { fobId: fob.id, kind: input.kind, subject: wanted.subject });
  if (present === undefined && (await countOpen(acting.db, fob.id)) >= careLimits.tasksOpenMax)
    return refused('too_many_tasks');
  const task = {
    fobId: fob.id,
    kind: input.kind,
    cause: 'asked',
    needsHold: isHeld(input.kind),
    ...wanted,
  } as const;
  const row = await wantTask(acting, task);
  await record(acting, fob, row, 'asked');
  return done(viewOfTask(row));
}

/**
 * Cancels a waiting task that a person asked for: it has not ended, is not being done, and does not follow from a
 * comparison.
 */
async function cancel(acting: Acting, { serial, id }: { readonly serial: string; readonly id: string }) {
  const fob = await fobNamed(acting.db, serial);
  if (fob === undefined) return refused('unknown_fob');
  const row = await acting.db
    .selectFrom('fob_tasks')
    .selectAll()
    .where('id', '=', searchable(id))
    .where('fob_id', '=', fob.id)
    .executeTakeFirst();
  if (row === undefined) return refused('unknown_task');
  if (row.cause !== 'asked') return refused('bad_task');
  const isOpen = row.state === 'waiting' || (row.state === 'running' && (await isLeft(acting, fob)));
  if (!isOpen) return refused('task_over');
  const changes = { state: 'cancelled', step: '', message: '', changed_ms: acting.atMs } as const;
  await acting.db.updateTable('fob_tasks').set(changes).where('id', '=', row.id).execute();
  await record(acting, fob, row, 'cancelled');
  return done(viewOfTask({ ...row, ...changes }));
}

/** Whether no run cares for the fob any more: one that died has left its task as it was. */
async function isLeft({ db, atMs }: Acting, fob: FobRow): Promise<boolean> {
  return (await leaseOf(db, { fobId: fob.id, link: '', nowMs: atMs })) === 'free';
}

export const createTask = actOf(createTaskWork);
export const createKeepingTask = actOf(keepingTaskWork);
export const cancelTask = actOf(cancel);

/**
 * Returns the permission that cancelling a task needs: that of asking for it. Undefined for a task that nobody can
 * cancel, or that does not exist; the act itself says which.
 */
export async function permissionToCancel(
  db: Db,
  { serial, id }: { readonly serial: string; readonly id: string },
): Promise<Action | undefined> {
  const row = await db
    .selectFrom('fob_tasks')
    .innerJoin('fobs', 'fobs.id', 'fob_tasks.fob_id')
    .select('fob_tasks.kind')
    .where('fob_tasks.id', '=', searchable(id))
    .where('fobs.serial', '=', serial)
    .executeTakeFirst();
  return row === undefined ? undefined : permissionOfTask(row.kind);
}

/** Returns the permission that asking for a task of this kind needs; undefined if people cannot ask for it. */
export function permissionOfTask(kind: CareKind): Action | undefined {
  return (taskPermissions as Partial<Record<CareKind, Action>>)[kind];
}

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
function isManaged({ state }: Pick<FobRow, 'state'>): boolean {
  return (managedStates as readonly FobLifeState[]).includes(state);
}

function isHeld(kind: AskedKind): boolean {
  return kind === 'pin-reset' || kind === 'erase';
}

/** Returns the subject and the wishes of a task, or undefined if they are not complete. */
function wantedOf({ kind, account = '', issuer, label, order }: TaskInput) {
  const isAccount = /^[0-9a-f]{8}$/.test(account);
  if (kind === 'remove-account') return isAccount ? { subject: account } : undefined;
  if (kind === 'rename-account') {
    const names = readNames(JSON.stringify({ issuer, label }));
    const isFit = names !== undefined && isName(names.issuer) && isName(names.label) && names.label !== '';
    return isAccount && isFit ? { subject: account, wanted: names } : undefined;
  }
  if (account !== '') return undefined;
  if (kind !== 'order') return { subject: '' };
  const accounts = readOrder(JSON.stringify({ accounts: order }));
  const isFit = accounts.length > 0 && accounts.every(id => /^[0-9a-f]{8}$/.test(id));
  const isOnce = new Set(accounts).size === accounts.length && accounts.length <= careLimits.orderMax;
  return isFit && isOnce ? { subject: '', wanted: { accounts } } : undefined;
}

function isName(text: string): boolean {
  return Buffer.byteLength(text) <= careLimits.accountNameBytes && !/\p{C}/u.test(text);
}

function searchable(id: string): string {
  return /^[0-9a-f-]{1,64}$/.test(id) ? id : '';
}

async function countOpen(db: Db, fobId: string): Promise<number> {
  const { count } = await db
    .selectFrom('fob_tasks')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('fob_id', '=', fobId)
    .where('state', 'in', openTaskStates)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function viewOfTask(row: FobTaskRow): TaskView {
  return {
    id: row.id,
    kind: row.kind,
    account: row.subject === '' ? null : row.subject,
    state: row.state,
    needsHold: row.needs_hold === 1,
    cause: row.cause as CareCause,
    message: row.message === '' ? null : (row.message as CareMessage),
    actor: row.actor,
    attempts: row.attempts,
    createdMs: row.created_ms,
    changedMs: row.changed_ms,
  };
}

function record(
  { db, keys, actor, atMs }: Acting,
  fob: FobRow,
  task: FobTaskRow,
  what: string,
): Promise<void> {
  const about = { subjectKind: 'fob', subjectId: fob.id, subject: fob.serial } as const;
  const detail = {
    what,
    task: task.id,
    kind: task.kind,
    ...(task.subject !== '' && { account: task.subject }),
  };
  return recordAudit(db, keys, { atMs, actor, action: careActions[task.kind], ...about, detail });
}
