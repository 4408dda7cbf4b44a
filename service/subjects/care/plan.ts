import { needsHold } from 'passfob/owner/clock';
import { isOff } from 'passfob/owner/health';
import type { ListedAccount, ObservedFob } from 'passfob/owner/observe';
import { isOpenWithoutPin } from 'passfob/owner/recovery';
import type { CareKind } from '../../base/kinds.ts';
import { careLimits } from '../../base/limits/care.ts';
import type { CareCause, CareMessage } from '../../base/texts/care.ts';
import type { FobTaskRow } from '../tokens/fob-tasks.ts';
import type { DesiredFob } from './desired.ts';
import { readNames, readOrder } from './wanted.ts';

/** One thing to do to a fob. Accounts by their ids in hexadecimal. */
export interface CareStep {
  readonly kind: CareKind;
  /** The account; empty if it concerns the whole fob. */
  readonly subject: string;
  readonly cause: CareCause;
  readonly needsHold: boolean;
  /** The stored task, if there is one already. */
  readonly task: FobTaskRow | undefined;
}

/** A step that cannot be done now. */
export interface WaitingStep extends CareStep {
  readonly why: CareMessage;
}

/** A stored task that ends without a step: it is so already, is not right any more, or is not possible. */
export interface ClosedTask {
  readonly task: FobTaskRow;
  readonly as: 'done' | 'cancelled' | 'refused';
  readonly message: CareMessage | '';
}

/** What brings a fob from its observed to its desired state. */
export interface CarePlan {
  /** In the order in which they are done: accounts that must go are the first. */
  readonly steps: readonly CareStep[];
  readonly waiting: readonly WaitingStep[];
  readonly closed: readonly ClosedTask[];
}

/** The circumstances of a run. */
export interface PlanFacts {
  /** Whether the person may be asked for a hold of the button. */
  readonly mayHold: boolean;
  /** Whether a person has opened the relay for this fob: an agent does it alone. */
  readonly isAttended: boolean;
  /** By `stepKey`, the steps that this run has tried: why they wait now, or nothing for those that are done. */
  readonly tried: ReadonlyMap<string, CareMessage | ''>;
  /** Only steps of these kinds; all if left out. */
  readonly only?: ReadonlySet<CareKind> | undefined;
  /** Whether a PIN that locks the fob is reset without being asked for: nobody who is present has to know it. */
  readonly resetsPin?: boolean | undefined;
}

/** Identifies a step within one fob. */
export function stepKey({ kind, subject }: { readonly kind: CareKind; readonly subject: string }): string {
  return `${kind}:${subject}`;
}

/** A step with the conditions under which it can be done. */
interface Wish extends CareStep {
  readonly needsVault: boolean;
  /** Why it cannot be done at all now. */
  readonly obstacle?: CareMessage;
}

type PlanItem = Wish | ClosedTask;

/**
 * Compares a fob with its desired state. What is right follows from the present state alone; a stored task only adds
 * that a person asked for something.
 *
 * @param tasks the open tasks of the fob
 */
export function planCare(
  desired: DesiredFob,
  observed: ObservedFob,
  tasks: readonly FobTaskRow[],
  facts: PlanFacts,
): CarePlan {
  const compared: Compared = { desired, observed, tasks };
  const removals = removalWishes(compared);
  const rest = [
    ...pinReset(compared, facts),
    ...clock(compared),
    ...policy(compared),
    ...requirePin(compared),
    ...recoveryKey(compared),
    ...powerLoss(compared, facts),
    ...renames(compared),
    ...order(compared),
  ];
  const erasure = erase(compared);
  // Whatever is done to a fob that is about to be erased is for nothing, except that accounts go at once.
  const isErased = facts.mayHold && erasure.some(step => isOfRun(step, facts));
  const found = [...removals, ...(isErased ? [] : rest), ...erasure];
  const wishes = found.filter((one): one is Wish => !isClosed(one) && (facts.only?.has(one.kind) ?? true));
  const steps: CareStep[] = [];
  const waiting: WaitingStep[] = [];
  for (const { needsVault, obstacle, ...step } of wishes) {
    const tried = facts.tried.get(stepKey(step));
    const isLocked = needsVault && observed.accounts === 'locked';
    const why =
      tried ?? obstacle ?? (isLocked ? 'locked' : step.needsHold && !facts.mayHold ? 'hold' : undefined);
    if (why === undefined) steps.push(step);
    else if (why !== '') waiting.push({ ...step, why });
  }
  return { steps, waiting, closed: found.filter(isClosed) };
}

/** Whether a run may do a step, and has not tried it yet. */
function isOfRun(found: PlanItem, { only, tried }: PlanFacts): boolean {
  return !isClosed(found) && (only?.has(found.kind) ?? true) && !tried.has(stepKey(found));
}

function isClosed(found: PlanItem): found is ClosedTask {
  return 'as' in found;
}

interface Compared {
  readonly desired: DesiredFob;
  readonly observed: ObservedFob;
  readonly tasks: readonly FobTaskRow[];
}

function taskOf({ tasks }: Compared, kind: CareKind, subject = ''): FobTaskRow | undefined {
  return tasks.find(task => task.kind === kind && task.subject === subject);
}

function closed(task: FobTaskRow, as: ClosedTask['as'], message: CareMessage | ''): ClosedTask {
  return { task, as, message };
}

/** A task whose aim is reached: by a run whose answer was lost, or by somebody else. */
function reached(task: FobTaskRow): ClosedTask {
  return closed(task, 'done', task.step === 'sent' ? '' : 'gone');
}

function isAsked(task: FobTaskRow | undefined): boolean {
  return task?.cause === 'asked';
}

function idOf({ id }: ListedAccount): string {
  return Buffer.from(id).toString('hex');
}

function accountsOf({ observed }: Compared): ReadonlyMap<string, ListedAccount> {
  const { accounts } = observed;
  return new Map(accounts === 'locked' ? [] : accounts.map(account => [idOf(account), account]));
}

function removalWishes(compared: Compared): PlanItem[] {
  const { desired, observed, tasks } = compared;
  const wish = (subject: string, cause: CareCause): Wish => {
    const task = taskOf(compared, 'remove-account', subject);
    return { kind: 'remove-account', subject, cause, needsHold: false, needsVault: true, task };
  };
  const stored = tasks.filter(({ kind }) => kind === 'remove-account');
  const judged = (task: FobTaskRow, isThere: boolean): PlanItem[] => {
    const { subject } = task;
    const cause = desired.removals.get(subject);
    if (!isThere) return [reached(task)];
    if (cause !== undefined) return [wish(subject, cause)];
    if (desired.held.has(subject))
      return [closed(task, isAsked(task) ? 'refused' : 'cancelled', isAsked(task) ? 'in_use' : 'not_needed')];
    return isAsked(task) ? [wish(subject, 'asked')] : [closed(task, 'cancelled', 'not_needed')];
  };
  // Which accounts a locked fob holds is not known: the stored tasks wait.
  if (observed.accounts === 'locked') return stored.flatMap(task => judged(task, true));
  const there = accountsOf(compared);
  const found = stored.flatMap(task => judged(task, there.has(task.subject)));
  const isStored = new Set(stored.map(({ subject }) => subject));
  const derived = [...there.keys()].flatMap(id => {
    const cause = desired.removals.get(id);
    return cause === undefined || isStored.has(id) ? [] : [wish(id, cause)];
  });
  return [...found, ...derived];
}

function pinReset(compared: Compared, { resetsPin = false, tried }: PlanFacts): PlanItem[] {
  const task = taskOf(compared, 'pin-reset');
  const { status } = compared.observed;
  const cause = isAsked(task) ? 'asked' : 'given';
  const wish = { kind: 'pin-reset', subject: '', cause, needsVault: false, task } as const;
  if (task === undefined) {
    const isWanted = resetsPin && status?.isLocked === true && status.canBeReset;
    return isWanted && !tried.has(stepKey(wish)) ? [{ ...wish, needsHold: true }] : [];
  }
  if (status === undefined) return [closed(task, 'refused', 'old_firmware')];
  // The answer to an earlier reset was lost: the fob has no PIN, or its person has chosen one and opened it. What is
  // left is its new recovery key.
  if (task.step === 'sent' && !status.isLocked) return [{ ...wish, needsHold: false }];
  if (isOpenWithoutPin(status)) return [reached(task)];
  // Nobody else than the person of that activation expects to be asked.
  if (cause === 'given' && !resetsPin) return [closed(task, 'cancelled', 'not_needed')];
  if (!status.canBeReset) return [closed(task, 'refused', 'no_recovery')];
  return [{ ...wish, needsHold: true }];
}

function clock(compared: Compared): PlanItem[] {
  const task = taskOf(compared, 'clock');
  const { clock: seen } = compared.observed;
  const cause = clockCause(seen);
  if (cause === undefined) return task === undefined ? [] : [reached(task)];
  // The fob has the last word on its budget: `needs_hold` tells that it has asked its person before.
  const isHeld = needsHold(seen) || task?.needs_hold === 1;
  const isSmall = Math.abs(seen.errorMs ?? 0) <= careLimits.clockHoldErrorMs;
  if (cause === 'clock_off' && isHeld && isSmall && task === undefined) return [];
  return [
    {
      kind: 'clock',
      subject: '',
      cause: isAsked(task) ? 'asked' : cause,
      needsHold: isHeld,
      needsVault: false,
      task,
    },
  ];
}

function clockCause(seen: ObservedFob['clock']): CareCause | undefined {
  if (seen.state === 'unset') return 'clock_unset';
  if (seen.state === 'stale') return 'clock_stale';
  return isOff(seen) ? 'clock_off' : undefined;
}

function policy(compared: Compared): PlanItem[] {
  const task = taskOf(compared, 'policy');
  const { desired, observed } = compared;
  const digits = observed.status?.policy.pinDigits ?? 0;
  if (desired.pinDigits <= digits) return task === undefined ? [] : [reached(task)];
  const wish = {
    kind: 'policy',
    subject: '',
    cause: 'policy',
    needsHold: false,
    needsVault: false,
    task,
  } as const;
  return [observed.status === undefined ? { ...wish, obstacle: 'old_firmware' } : wish];
}

function requirePin(compared: Compared): PlanItem[] {
  const task = taskOf(compared, 'require-pin');
  const { status } = compared.observed;
  if (task === undefined) return [];
  if (status === undefined) return [closed(task, 'refused', 'old_firmware')];
  if (status.pin === 'to-be-chosen') return [reached(task)];
  const isPinless = status.policy.pinDigits === 0 && compared.desired.pinDigits === 0;
  if (isPinless) return [closed(task, 'refused', 'no_pin')];
  return [{ kind: 'require-pin', subject: '', cause: 'asked', needsHold: false, needsVault: false, task }];
}

function recoveryKey(compared: Compared): PlanItem[] {
  const task = taskOf(compared, 'recovery-key');
  const { desired, observed } = compared;
  // An earlier firmware knows no recovery key.
  const isRight = observed.status === undefined || (observed.status.canBeReset && !desired.hasNextRecovery);
  if (isRight) return task === undefined ? [] : [reached(task)];
  const cause = desired.hasNextRecovery ? 'recovery_used' : 'no_recovery';
  return [{ kind: 'recovery-key', subject: '', cause, needsHold: false, needsVault: true, task }];
}

/** Whether the fob was in the right hands is known to people alone. */
function powerLoss(compared: Compared, { isAttended }: PlanFacts): PlanItem[] {
  const task = taskOf(compared, 'power-loss');
  const { status } = compared.observed;
  if (task === undefined) return [];
  if (status === undefined) return [closed(task, 'refused', 'old_firmware')];
  if (status.wentBack === 'no') return [reached(task)];
  if (status.wentBack === 'yes') return [closed(task, 'refused', 'went_back')];
  const wish = {
    kind: 'power-loss',
    subject: '',
    cause: 'asked',
    needsHold: false,
    needsVault: false,
    task,
  } as const;
  return [isAttended ? wish : { ...wish, obstacle: 'alone' }];
}

function renames(compared: Compared): PlanItem[] {
  const there = accountsOf(compared);
  return compared.tasks
    .filter(({ kind }) => kind === 'rename-account')
    .map((task): PlanItem => {
      const wish: Wish = {
        kind: 'rename-account',
        subject: task.subject,
        cause: 'asked',
        needsHold: false,
        needsVault: true,
        task,
      };
      if (compared.observed.accounts === 'locked') return wish;
      const account = there.get(task.subject);
      const names = readNames(task.wanted);
      if (account === undefined || names === undefined) return closed(task, 'refused', 'no_account');
      const isRight = account.issuer === names.issuer && account.label === names.label;
      return isRight ? reached(task) : wish;
    });
}

function order(compared: Compared): PlanItem[] {
  const task = taskOf(compared, 'order');
  if (task === undefined) return [];
  const { accounts } = compared.observed;
  const wish: Wish = { kind: 'order', subject: '', cause: 'asked', needsHold: false, needsVault: true, task };
  if (accounts === 'locked') return [wish];
  const present = accounts.map(idOf);
  const isRight = orderOn(present, readOrder(task.wanted)).every((id, place) => present[place] === id);
  return [isRight ? reached(task) : wish];
}

/** Returns the order of a fob's accounts in which the wanted ones come first. */
export function orderOn(present: readonly string[], wanted: readonly string[]): readonly string[] {
  const first = wanted.filter(id => present.includes(id));
  return [...first, ...present.filter(id => !first.includes(id))];
}

function erase(compared: Compared): PlanItem[] {
  const task = taskOf(compared, 'erase');
  if (task === undefined) return [];
  // Since it was asked for, the fob was given to a user, whose accounts would go with it.
  if (compared.desired.held.size > 0)
    return [isAsked(task) ? closed(task, 'refused', 'in_use') : closed(task, 'cancelled', 'not_needed')];
  const cause = task.cause === 'returned' ? 'returned' : 'asked';
  return [{ kind: 'erase', subject: '', cause, needsHold: true, needsVault: false, task }];
}
