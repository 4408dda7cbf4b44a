import type { ObservedFob } from 'passfob/owner/observe';
import { serviceActor } from '../../../base/actor.ts';
import type { CareKind } from '../../../base/kinds.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import type { CareMessage } from '../../../base/texts/care.ts';
import { recordAudit } from '../../audit/record.ts';
import { type FobTaskRow, wantTask } from '../../tokens/fob-tasks.ts';
import type { FobRow } from '../../tokens/fobs.ts';
import { alertOfObserved } from '../alerts.ts';
import { type DesiredFob, readDesired } from '../desired.ts';
import {
  beginStep,
  closeTask,
  type FobJournal,
  forgetContent,
  forgetNextRecovery,
  giveUpStep,
  keepWaiting,
  openTasksOf,
} from '../journal.ts';
import { keepObserved } from '../observed.ts';
import { type CareStep, planCare, type WaitingStep } from '../plan.ts';
import { endReports } from '../reports.ts';
import type { CareRelay } from '../session.ts';
import { isFinal, type StepOutcome } from '../steps/outcome.ts';

/** A step that has been sent to the fob, and its result. */
export interface EndedStep {
  readonly task: FobTaskRow;
  readonly outcome: StepOutcome;
}

/** The circumstances of one turn of a run: the transaction between two steps. */
export interface TurnFacts {
  readonly observed: ObservedFob;
  readonly relay: CareRelay;
  readonly mayHold: boolean;
  readonly tried: ReadonlyMap<string, CareMessage | ''>;
  readonly only?: ReadonlySet<CareKind> | undefined;
  readonly resetsPin?: boolean | undefined;
  /** The step before this turn, if there was one. */
  readonly ended?: EndedStep | undefined;
}

/** The next step, with its stored task; none if nothing is left to do now. */
export interface Turn {
  readonly next: { readonly step: CareStep; readonly task: FobTaskRow } | undefined;
  readonly waiting: readonly WaitingStep[];
  /** The tasks that this turn has stored as done by the fob. */
  readonly done: readonly FobTaskRow[];
  readonly desired: DesiredFob;
}

/**
 * Stores the end of the last step with its audit row and what the fob told, compares again, and stores the begin of
 * the next step: all in the caller's transaction.
 */
export async function takeTurn(journal: FobJournal, facts: TurnFacts): Promise<Turn> {
  const { observed, ended } = facts;
  if (ended !== undefined) await endStep(journal, ended);
  const did = ended !== undefined && ended.outcome.why === undefined ? [ended.task] : [];
  const { db, fob, atMs } = journal;
  if (ended?.outcome.isErased) {
    await forgetFob(journal);
    return { next: undefined, waiting: [], done: did, desired: await readDesired(db, fob) };
  }
  await keepObserved(db, { fobId: fob.id, observed, relay: facts.relay, atMs });
  if (ended === undefined)
    await alertOfObserved(db, { fobId: fob.id, observed, source: facts.relay.name, atMs });
  const present = await noteReturn(journal, facts.relay);
  const desired = await readDesired(db, present);
  const { kind } = facts.relay;
  const isAttended = kind === 'page' || kind === 'command';
  const plan = planCare(desired, observed, await openTasksOf(db, fob.id), { ...facts, isAttended });
  for (const closed of plan.closed) await closeTask(journal, closed);
  for (const step of plan.waiting) await keepWaiting(journal, step);
  const [step] = plan.steps;
  const next = step && { step, task: await beginStep(journal, step) };
  // A relay that cuts the session at each step keeps the fob from its owner, too.
  if (next === undefined) await endReports(db, fob);
  const found = plan.closed.filter(({ as, message }) => as === 'done' && message === '');
  return { next, waiting: plan.waiting, done: [...did, ...found.map(({ task }) => task)], desired };
}

async function endStep(journal: FobJournal, { task, outcome }: EndedStep): Promise<void> {
  const { db, fob } = journal;
  const { why, needsHold = task.needs_hold === 1, clockSet } = outcome;
  if (why !== undefined) {
    // A reset for a new user ends with the activation: nobody else may be asked for it.
    if (task.cause === 'given' || (task.cause === 'asked' && isFinal(why)))
      await closeTask(journal, { task, as: 'refused', message: why });
    else await giveUpStep(journal, task, { why, needsHold });
    return;
  }
  if (clockSet !== undefined) {
    const { setMs, errorMs } = clockSet;
    const isKept = errorMs !== null && Math.abs(errorMs) <= tokenLimits.clockErrorMaxMs;
    const columns = { clock_set_ms: setMs, clock_error_ms: isKept ? errorMs : null };
    await db.updateTable('fobs').set(columns).where('id', '=', fob.id).execute();
  }
  if (await hasNewWishes(journal, task)) await askAgain(journal, task);
  else await closeTask(journal, { task, as: 'done', message: '' });
}

/** Whether somebody has asked for other names or another order while the fob was given the earlier ones. */
async function hasNewWishes({ db }: FobJournal, { id, wanted }: FobTaskRow): Promise<boolean> {
  const row = await db.selectFrom('fob_tasks').select('wanted').where('id', '=', id).executeTakeFirst();
  return row !== undefined && row.wanted !== wanted;
}

async function askAgain({ db, atMs }: FobJournal, { id }: FobTaskRow): Promise<void> {
  const changes = { state: 'waiting', step: '', changed_ms: atMs } as const;
  await db.updateTable('fob_tasks').set(changes).where('id', '=', id).execute();
}

/**
 * A fob that was reported lost has proved itself: it is found, and its accounts go. One that counts as erased was not.
 */
async function noteReturn({ db, keys, fob, atMs }: FobJournal, relay: CareRelay): Promise<FobRow> {
  if (fob.state !== 'lost' && fob.state !== 'returned') return fob;
  const isLost = fob.state === 'lost';
  const changes = { state: isLost ? 'found' : 'in_use', state_ms: atMs } as const;
  await db.updateTable('fobs').set(changes).where('id', '=', fob.id).execute();
  if (!isLost) {
    const task = { fobId: fob.id, kind: 'erase', cause: 'returned', needsHold: true } as const;
    await wantTask({ db, actor: serviceActor, atMs }, task);
  }
  const about = { subjectKind: 'fob', subjectId: fob.id, subject: fob.serial } as const;
  const detail = { what: isLost ? 'came back' : 'not erased', relay: relay.kind, name: relay.name };
  const action = isLost ? 'fob.found' : 'fob.erase';
  await recordAudit(db, keys, { atMs, actor: serviceActor, action, ...about, detail });
  return { ...fob, ...changes };
}

/** The fob is blank: the service has no secrets for it any more, and nothing is left to do. */
async function forgetFob(journal: FobJournal): Promise<void> {
  const { db, fob, atMs } = journal;
  await forgetContent(journal);
  await forgetNextRecovery(journal);
  await db
    .updateTable('fobs')
    .set({ state: 'returned', state_ms: atMs, sealed_secrets: null, key_id: null })
    .where('id', '=', fob.id)
    .execute();
}
