import { serviceActor } from '../../base/actor.ts';
import type { CareKind } from '../../base/kinds.ts';
import { careLimits } from '../../base/limits/care.ts';
import type { CareMessage } from '../../base/texts/care.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { recordAudit } from '../audit/record.ts';
import { cancelTasksOf, type FobTaskRow, openTaskStates, wantTask } from '../tokens/fob-tasks.ts';
import type { FobRow } from '../tokens/fobs.ts';
import { dropPushKey } from '../tokens/push-keys.ts';
import type { CareStep, ClosedTask, WaitingStep } from './plan.ts';

/** One transaction of a run. */
export interface FobJournal {
  readonly db: Db;
  readonly keys: Keys;
  readonly fob: FobRow;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** The act's name in the audit, by the kind of the task; `permissions.ts` says which of them people may ask for. */
export const careActions = {
  'remove-account': 'fob.remove-account',
  'pin-reset': 'fob.reset-pin',
  clock: 'fob.clock',
  policy: 'fob.policy',
  'require-pin': 'fob.policy',
  'power-loss': 'fob.power-loss',
  'recovery-key': 'fob.recovery-key',
  'rename-account': 'fob.rename',
  order: 'fob.order',
  'push-key': 'fob.push-key',
  erase: 'fob.erase',
} as const satisfies Record<CareKind, string>;

/** Returns the open tasks of a fob, oldest first. */
export function openTasksOf(db: Db, fobId: string): Promise<FobTaskRow[]> {
  return db
    .selectFrom('fob_tasks')
    .selectAll()
    .where('fob_id', '=', fobId)
    .where('state', 'in', openTaskStates)
    .orderBy('created_ms')
    .orderBy('id')
    .execute();
}

/** Stores that a step is about to be sent to the fob. @returns its task */
export async function beginStep({ db, fob, atMs }: FobJournal, step: CareStep): Promise<FobTaskRow> {
  const { kind, subject, cause, needsHold } = step;
  const row =
    step.task ??
    (await wantTask({ db, actor: serviceActor, atMs }, { fobId: fob.id, kind, subject, cause, needsHold }));
  const changes = {
    state: 'running',
    step: 'sent',
    attempts: row.attempts + 1,
    changed_ms: atMs,
    message: '',
  } as const;
  await db.updateTable('fob_tasks').set(changes).where('id', '=', row.id).execute();
  return { ...row, ...changes };
}

/** Stores why a step waits, so that people see it. */
export async function keepWaiting({ db, fob, atMs }: FobJournal, step: WaitingStep): Promise<void> {
  const { kind, subject, cause, needsHold, why, task } = step;
  if (task === undefined) {
    const wanted = { fobId: fob.id, kind, subject, cause, needsHold, message: why };
    await wantTask({ db, actor: serviceActor, atMs }, wanted);
    return;
  }
  const needs_hold = needsHold ? 1 : 0;
  // How its person answered says more than that a hold is missing.
  const isAnswered = why === 'hold' && (task.message === 'declined' || task.message === 'no_hold');
  const message = isAnswered ? task.message : why;
  if (task.state === 'waiting' && task.message === message && task.needs_hold === needs_hold) return;
  await db
    .updateTable('fob_tasks')
    .set({ state: 'waiting', message, needs_hold, changed_ms: atMs })
    .where('id', '=', task.id)
    .execute();
}

/** Stores that an attempt changed nothing on the fob: the task waits for another one. */
export async function giveUpStep(
  { db, atMs }: FobJournal,
  task: FobTaskRow,
  { why, needsHold }: { readonly why: CareMessage; readonly needsHold: boolean },
): Promise<void> {
  await db
    .updateTable('fob_tasks')
    .set({ state: 'waiting', step: '', message: why, needs_hold: needsHold ? 1 : 0, changed_ms: atMs })
    .where('id', '=', task.id)
    .execute();
}

/** Ends a task with its audit row, unless it was never begun and nobody asked for it. */
export async function closeTask(journal: FobJournal, { task, as, message }: ClosedTask): Promise<void> {
  const { db, keys, fob, atMs } = journal;
  await db
    .updateTable('fob_tasks')
    .set({ state: as, step: '', message, needs_hold: 0, changed_ms: atMs })
    .where('id', '=', task.id)
    .execute();
  await dropOldTasks(db, fob.id);
  if (task.attempts === 0 && task.cause !== 'asked') return;
  await recordAudit(db, keys, {
    atMs,
    actor: serviceActor,
    action: careActions[task.kind],
    subjectKind: 'fob',
    subjectId: fob.id,
    subject: fob.serial,
    detail: {
      what: as,
      task: task.id,
      kind: task.kind,
      cause: task.cause,
      by: task.actor,
      ...(task.subject !== '' && { account: task.subject }),
      ...(message !== '' && { message }),
    },
  });
}

/** Keeps the latest finished tasks of a fob; the audit has all of them. */
async function dropOldTasks(db: Db, fobId: string): Promise<void> {
  const oldest = await db
    .selectFrom('fob_tasks')
    .select('changed_ms')
    .where('fob_id', '=', fobId)
    .where('state', 'not in', openTaskStates)
    .orderBy('changed_ms', 'desc')
    .offset(careLimits.tasksKept)
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return;
  await db
    .deleteFrom('fob_tasks')
    .where('fob_id', '=', fobId)
    .where('state', 'not in', openTaskStates)
    .where('changed_ms', '<', oldest.changed_ms)
    .execute();
}

/** Forgets what was on a fob, and what was to be done to it. */
export async function forgetContent({ db, fob, atMs }: FobJournal): Promise<void> {
  await cancelTasksOf(db, fob.id, atMs);
  await dropPushKey(db, fob.id);
  await db.deleteFrom('fob_accounts').where('fob_id', '=', fob.id).execute();
}

/** Forgets the next recovery key of a fob: nothing opens it any more, or its next owner has the key. */
export async function forgetNextRecovery({ db, fob }: FobJournal): Promise<void> {
  await db.deleteFrom('fob_recovery').where('fob_id', '=', fob.id).execute();
}
