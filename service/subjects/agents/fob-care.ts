import { serviceActor } from '../../base/actor.ts';
import type { CareKind } from '../../base/kinds.ts';
import { careLimits } from '../../base/limits/care.ts';
import { careTexts } from '../../base/texts/care.ts';
import type { Management } from '../../storage/management.ts';
import { mayHold } from '../care/hold.ts';
import { putOffHolds } from '../care/life.ts';
import { type CareEvent, type CareRunOptions, type CareRunResult, careFor } from '../care/run/run.ts';
import type { ManagedSession } from '../care/session.ts';
import { fobsWithNewTasks } from '../care/tasks.ts';
import { hasOpenPush } from '../push/rows.ts';
import { endText, stepMessage, waitingText } from './care-messages.ts';
import type { AgentFob } from './fob.ts';
import { HoldSlots } from './hold-slots.ts';

/** Is told that a fob asks its person to hold the button. */
export type HoldListener = (fob: AgentFob, event: CareEvent) => void;

/** The care of the fobs that the agents of this node reach. */
export class FobCare {
  private readonly management: Management;
  private readonly ticks: () => number;
  private readonly listeners: Set<HoldListener>;
  /** The time before which the database is not asked again whether a fob's person may be asked. */
  private readonly holdsAgain: WeakMap<AgentFob, number>;
  /** The fobs whose persons are asked in the next session. */
  private readonly due: WeakSet<AgentFob>;
  private readonly slots: HoldSlots;
  private lookedMs: number;

  constructor({ management, ticks }: { readonly management: Management; readonly ticks: () => number }) {
    this.management = management;
    this.ticks = ticks;
    this.listeners = new Set();
    this.holdsAgain = new WeakMap();
    this.due = new WeakSet();
    this.slots = new HoldSlots();
    this.lookedMs = Number.NEGATIVE_INFINITY;
  }

  onHoldWanted(listener: HoldListener): void {
    this.listeners.add(listener);
  }

  /**
   * Cares for a fob in its session, and tells its relay about steps and tasks. What needs a hold waits until its person
   * may be asked; where a person is present, that is at once.
   * @returns whether something is left that may be possible later: its user has to unlock it first, or another
   * connection cares for it now
   */
  async careFor(fob: AgentFob, session: ManagedSession): Promise<boolean> {
    const { management } = this;
    const options = {
      relay: { kind: fob.carrier.kind, name: fob.carrier.from },
      tell: (event: CareEvent) => this.tell(fob, event),
      did: (kind: CareKind) => fob.did(careTexts.kinds[kind]),
    } as const satisfies Partial<CareRunOptions>;
    const isDue = this.due.delete(fob) || (fob.carrier.isForeground && !fob.isPutOff);
    const isAsking = isDue && (await this.mayHold(fob, session.fobId)) && this.slots.take(fob.carrier.from);
    const result = isAsking
      ? await fob
          .asking(signal => careFor(management, session, { ...options, mayHold: true, signal }))
          .finally(() => this.slots.give(fob.carrier.from))
      : await careFor(management, session, { ...options, mayHold: false });
    const isWanted = result.waiting.some(({ why }) => why === 'hold');
    if (fob.hold !== 'asked') fob.hold = isWanted ? 'wanted' : 'none';
    tellResult(fob, result);
    return isLeft(result);
  }

  /**
   * "Later": stores that nobody is asked for a hold of this fob's button for a day, and withdraws the present question.
   * @throws ServiceError `busy`
   */
  async putOff(fob: AgentFob): Promise<void> {
    const { fobId, serial } = fob;
    if (fobId === undefined) return;
    fob.isPutOff = true;
    // First: the person has said so, even if it cannot be stored.
    fob.withdraw();
    await putOffHolds(this.management, serviceActor, { serial });
  }

  /** Tells a person who waits for the fob that it failed: a fob in doubt at once, another one after a few attempts. */
  tellFailure({ carrier, number, failures, isStranger }: AgentFob, isDoubtful: boolean): void {
    // That it belongs to another owner says its standing.
    if (!carrier.isForeground || isStranger || (!isDoubtful && failures < careLimits.foregroundTries)) return;
    const { doubtful, unreached } = careTexts.relay;
    carrier.say({ type: 'done', fob: number, text: isDoubtful ? doubtful : unreached });
  }

  /**
   * Whether the person of a fob is to be asked for a hold in a session that begins now. The database is asked now and
   * then only.
   */
  async isHoldDue(fob: AgentFob, fobId: string): Promise<boolean> {
    const nowMs = this.ticks();
    const fromMs = this.holdsAgain.get(fob) ?? fob.sinceMs + careLimits.holdAfterMs;
    if (fob.hold !== 'wanted' || nowMs < fromMs) return false;
    this.holdsAgain.set(fob, nowMs + careLimits.holdAgainMs);
    const isDue = await this.mayHold(fob, fobId);
    if (isDue) this.due.add(fob);
    return isDue;
  }

  /**
   * Returns the ids of those of these fobs that have tasks which were stored since the last call, not more often than
   * now and then.
   */
  async fobsWithNewTasks(reached: Iterable<string>, nowMs: number): Promise<readonly string[]> {
    if (nowMs - this.lookedMs < careLimits.careLookMs) return [];
    this.lookedMs = nowMs;
    const { db, clock } = this.management;
    return fobsWithNewTasks(db, [...reached], clock());
  }

  private async mayHold(fob: AgentFob, fobId: string): Promise<boolean> {
    const { db, clock } = this.management;
    const nowMs = clock();
    const row = await db
      .selectFrom('fobs')
      .select('put_off_until_ms')
      .where('id', '=', fobId)
      .executeTakeFirst();
    return mayHold({
      isForeground: fob.carrier.isForeground,
      connectedMs: this.ticks() - fob.sinceMs,
      isPushPending: await hasOpenPush(db, fobId, nowMs),
      wasAsked: fob.hold === 'asked',
      putOffUntilMs: row?.put_off_until_ms ?? 0,
      nowMs,
    });
  }

  private tell(fob: AgentFob, event: CareEvent): void {
    // In the background people are disturbed only if the fob needs them.
    if (event.phase === 'hold' || fob.carrier.isForeground)
      fob.carrier.say({ type: 'step', fob: fob.number, ...stepMessage(event) });
    if (event.phase !== 'hold') return;
    fob.hold = 'asked';
    for (const receive of this.listeners) receive(fob, event);
  }
}

/** Tells the relay the tasks of a fob, if they changed, and where a person waits for it, that nothing more is done. */
function tellResult(fob: AgentFob, result: CareRunResult): void {
  const { carrier, number } = fob;
  if (result.isBusy) {
    if (carrier.isForeground)
      carrier.say({ type: 'step', fob: number, step: 'care', text: careTexts.relay.busy });
    return;
  }
  fob.sayTasks(result.waiting.map(waitingText));
  if (carrier.isForeground) carrier.say({ type: 'done', fob: number, text: endText(result) });
}

function isLeft({ isBusy, pushKey, waiting }: CareRunResult): boolean {
  return isBusy || pushKey === 'locked' || waiting.some(({ why }) => why === 'locked' || why === 'fob_busy');
}
