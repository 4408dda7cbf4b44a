import { randomBytes } from 'node:crypto';
import { type ObservedFob, observeFob } from 'passfob/owner/observe';
import type { CareKind } from '../../../base/kinds.ts';
import { careLimits } from '../../../base/limits/care.ts';
import type { CareCause, CareMessage } from '../../../base/texts/care.ts';
import { type Db, writing } from '../../../storage/database/database.ts';
import type { CareRunEnd, Management } from '../../../storage/management.ts';
import { type FobRow, isLeaving } from '../../tokens/fobs.ts';
import { dropLease, endLease, keepLease, LeaseLost, leaseOf } from '../lease.ts';
import { keepObserved } from '../observed.ts';
import { type CareStep, stepKey, type WaitingStep } from '../plan.ts';
import { recoveryKeysOf } from '../recovery-keys.ts';
import type { CareRelay, ManagedSession } from '../session.ts';
import { type StepOutcome, whyOf } from '../steps/outcome.ts';
import { performStep } from '../steps/perform.ts';
import { type PushKeyState, syncPushKey } from '../steps/push-key.ts';
import { type EndedStep, type Turn, takeTurn } from './turn.ts';

/** Something that the person at the relay is shown. */
export interface CareEvent {
  /** `step`: a step begins; `hold`: the fob asks its person to hold the button. */
  readonly phase: 'step' | 'hold';
  readonly kind: CareKind;
  readonly cause: CareCause;
  /** The account's id in hexadecimal; empty for a step about the whole fob. */
  readonly subject: string;
}

/** The circumstances in which a fob is cared for. */
export interface CareRunOptions {
  readonly relay: CareRelay;
  /** Whether the person may be asked for a hold of the button (`hold.ts`). */
  readonly mayHold: boolean;
  readonly tell?: (event: CareEvent) => void;
  /** Is told what is done once that is stored: of this run, or of an earlier one that did not hear the fob's answer. */
  readonly did?: (kind: CareKind) => void;
  /** Only steps of these kinds, `push-key` for that key; everything if left out. */
  readonly only?: ReadonlySet<CareKind>;
  /** Whether a PIN that locks the fob is reset, by a hold, although nobody has asked for that. */
  readonly resetsPin?: boolean;
  /** Ends the run; a question on the fob's screen is withdrawn. */
  readonly signal?: AbortSignal;
}

/** What a run has done. */
export interface CareRunResult {
  /** Another connection cares for the fob now: nothing was done. */
  readonly isBusy: boolean;
  readonly done: readonly CareStep[];
  /** By `stepKey`, the steps that were sent to the fob: why they did nothing, or nothing for those that are done. */
  readonly tried: ReadonlyMap<string, CareMessage | ''>;
  /** What waits, and why: `hold` if only a hold is missing. */
  readonly waiting: readonly WaitingStep[];
  /** Whether the fob asked its person for a hold. */
  readonly wasAsked: boolean;
  readonly isErased: boolean;
  readonly observed: ObservedFob;
  readonly pushKey: PushKeyState;
}

/**
 * Brings a fob to its desired state, in an open session: step by step, each stored before and after in the database.
 * A cut at any moment, of the link, the service or the fob's power, leaves tasks that the next run continues; nothing
 * is done twice, and nobody is asked again for an act that is done. One connection at a time cares for a fob.
 *
 * @throws FobError those of the link, `cancelled`; ServiceError `busy`; LeaseLost
 */
export async function careFor(
  management: Management,
  session: ManagedSession,
  options: CareRunOptions,
): Promise<CareRunResult> {
  const { signal } = options;
  const own = session.tools.signal;
  const either = signal === undefined ? own : AbortSignal.any([signal, ...(own === undefined ? [] : [own])]);
  const tools = { ...session.tools, signal: either };
  const run = new CareRun(management, { ...session, tools }, options);
  try {
    const result = await run.whole();
    management.careRan?.(endOf(result));
    return result;
  } catch (error) {
    management.careRan?.('failed');
    throw error;
  }
}

function endOf({ isBusy, done, waiting }: CareRunResult): CareRunEnd {
  if (isBusy) return 'busy';
  if (waiting.length > 0) return 'waiting';
  return done.length > 0 ? 'done' : 'idle';
}

const UNANSWERED: readonly CareMessage[] = ['no_hold', 'declined', 'reported'];

class CareRun {
  private readonly management: Management;
  private readonly session: ManagedSession;
  private readonly options: CareRunOptions;
  private readonly link: string;
  private readonly tried: Map<string, CareMessage | ''>;
  private readonly done: CareStep[];
  private observed: ObservedFob | undefined;
  private hasLease: boolean;
  private wasAsked: boolean;
  private mayHold: boolean;

  constructor(management: Management, session: ManagedSession, options: CareRunOptions) {
    this.management = management;
    this.session = session;
    this.options = options;
    this.link = randomBytes(16).toString('base64url');
    this.tried = new Map();
    this.done = [];
    this.hasLease = false;
    this.wasAsked = false;
    this.mayHold = options.mayHold;
  }

  async whole(): Promise<CareRunResult> {
    const observed = await this.observe();
    const renewing = setInterval(() => void this.renew(), careLimits.careRenewMs);
    try {
      const first = await this.turn(undefined);
      if (first === 'busy') return this.result([], { isBusy: true, observed });
      const { last, isErased } = await this.stepByStep(first);
      const pushKey = isErased ? 'none' : await this.syncPushKey(last);
      return this.result(last.waiting, { isErased, pushKey });
    } finally {
      clearInterval(renewing);
      // The lease ends by itself if the database is away; a run that goes on elsewhere is not disturbed.
      if (this.hasLease) await this.release().catch(() => undefined);
    }
  }

  private async stepByStep(first: Turn): Promise<{ last: Turn; isErased: boolean }> {
    let turn = first;
    for (let steps = 0; turn.next !== undefined && steps < careLimits.careStepsMax; steps++) {
      const ended = await this.perform(turn);
      const following = await this.turn(ended);
      if (following === 'busy') throw new LeaseLost();
      turn = following;
      if (ended.outcome.isErased) return { last: turn, isErased: true };
    }
    return { last: turn, isErased: false };
  }

  private async observe(): Promise<ObservedFob> {
    const { tools, client, hello } = this.session;
    this.observed = await observeFob(tools, client, hello);
    return this.observed;
  }

  /** One transaction. The lease is kept only while there is a step to do. */
  private async turn(ended: EndedStep | undefined): Promise<Turn | 'busy'> {
    const { management, session, link, options, tried } = this;
    const observed = ended?.outcome.observed ?? this.observed ?? (await this.observe());
    const turn = await writing(management.db, async (db): Promise<Turn | 'busy'> => {
      const nowMs = management.clock();
      const fob = await fobOf(db, session.fobId);
      // From the transaction on that wrote its keys into a file, nothing changes what that file says of it.
      if (isLeaving(fob)) return 'busy';
      const lease = { fobId: session.fobId, link, nowMs };
      const standing = await leaseOf(db, lease);
      if (standing === 'others') return 'busy';
      if (standing === 'free' && this.hasLease) throw new LeaseLost();
      const journal = { db, keys: management.keys, fob, atMs: nowMs };
      const { relay, only, resetsPin } = options;
      const { mayHold } = this;
      const next = await takeTurn(journal, { observed, relay, mayHold, only, resetsPin, tried, ended });
      if (next.next !== undefined) await keepLease(db, lease);
      else await endLease(db, session.fobId);
      return next;
    });
    if (turn === 'busy') return turn;
    this.hasLease = turn.next !== undefined;
    for (const { kind } of turn.done) this.options.did?.(kind);
    return turn;
  }

  private async perform({ next, desired }: Turn): Promise<EndedStep> {
    if (next === undefined) throw new Error('there is no step');
    const { step, task } = next;
    const { observed = await this.observe() } = this;
    this.tell('step', step);
    const outcome = await this.outcomeOf(step, async () =>
      performStep(
        {
          session: this.session,
          observed,
          recoveryKeys: this.recoveryKeys,
          task,
          mayHold: this.mayHold,
          pinDigits: desired.pinDigits,
          onHold: () => this.onHold(step),
        },
        step,
      ),
    );
    this.tried.set(stepKey(step), outcome.why ?? '');
    // A person who is away, or says no, is not asked the next question at once.
    if (outcome.why !== undefined && UNANSWERED.includes(outcome.why)) this.mayHold = false;
    if (outcome.why === undefined) this.done.push(step);
    this.observed = outcome.observed;
    if (outcome.isStale) return { task, outcome: { ...outcome, observed: await this.observe() } };
    return { task, outcome };
  }

  private async outcomeOf(step: CareStep, work: () => Promise<StepOutcome>): Promise<StepOutcome> {
    const { observed = await this.observe() } = this;
    try {
      return await work();
    } catch (error) {
      const why = whyOf(error);
      if (why === undefined) throw error;
      // The fob locks itself after a while: what needs its vault waits from now on.
      const seen = why === 'locked' ? { ...observed, accounts: 'locked' as const } : observed;
      return { observed: seen, why, needsHold: step.needsHold };
    }
  }

  private onHold(step: CareStep): void {
    this.wasAsked = true;
    this.tell('hold', step);
  }

  private tell(phase: CareEvent['phase'], { kind, cause, subject }: CareStep): void {
    this.options.tell?.({ phase, kind, cause, subject });
  }

  private get recoveryKeys() {
    const { management, session } = this;
    const tools = { keys: management.keys, random: session.tools.random };
    return recoveryKeysOf(tools, session.fobId, work => this.holding(work));
  }

  /** Runs work in a transaction that checks and renews the lease. @throws LeaseLost */
  private holding<T>(work: (db: Db, atMs: number) => Promise<T>): Promise<T> {
    const { management, session, link } = this;
    return writing(management.db, async db => {
      const nowMs = management.clock();
      const lease = { fobId: session.fobId, link, nowMs };
      if ((await leaseOf(db, lease)) !== 'mine') throw new LeaseLost();
      await keepLease(db, lease);
      return work(db, nowMs);
    });
  }

  private async renew(): Promise<void> {
    // A lost lease is noticed by the next write; a busy database is asked again.
    if (this.hasLease) await this.holding(async () => undefined).catch(() => undefined);
  }

  private release(): Promise<void> {
    const { management, session, link } = this;
    return writing(management.db, async db => {
      if (!(await dropLease(db, session.fobId, link))) return;
      // `step` stays: the next run has to find out whether the fob has done it.
      await db
        .updateTable('fob_tasks')
        .set({ state: 'waiting', changed_ms: management.clock() })
        .where('fob_id', '=', session.fobId)
        .where('state', '=', 'running')
        .execute();
    });
  }

  /** The key for approvals of a lost fob stays as it is. */
  private async syncPushKey({ desired }: Turn): Promise<PushKeyState> {
    const { management, session, options } = this;
    if (desired.state !== 'in_use' || options.only?.has('push-key') === false) return 'none';
    let isChanged = false;
    const state = await syncPushKey(management, session, () => {
      isChanged = true;
    });
    if (isChanged) await this.listAgain();
    return state;
  }

  /** The key is no planned step, so no turn stores how the fob is after it. */
  private async listAgain(): Promise<void> {
    const { management, session, options } = this;
    const { fobId } = session;
    const observed = await this.observe();
    await writing(management.db, async db => {
      if (isLeaving(await fobOf(db, fobId))) return;
      await keepObserved(db, { fobId, observed, relay: options.relay, atMs: management.clock() });
    });
  }

  private result(waiting: readonly WaitingStep[], more: Partial<CareRunResult>): CareRunResult {
    const { done, tried, wasAsked, observed } = this;
    if (observed === undefined) throw new Error('the fob was not read');
    return {
      isBusy: false,
      done,
      tried,
      waiting,
      wasAsked,
      isErased: false,
      observed,
      pushKey: 'none',
      ...more,
    };
  }
}

async function fobOf(db: Db, fobId: string): Promise<FobRow> {
  return db.selectFrom('fobs').selectAll().where('id', '=', fobId).executeTakeFirstOrThrow();
}
