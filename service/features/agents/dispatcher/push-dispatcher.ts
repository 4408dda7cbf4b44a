import type { NoticeKind } from 'passfob/agent/base/messages';
import { pause } from 'passfob/client/pause';
import { isFobError } from 'passfob/errors';
import { agentLimits } from '../../../base/limits/agents.ts';
import type { Changes } from '../../../storage/database/changes.ts';
import type { Management } from '../../../storage/management.ts';
import { claimPush, type PushToSend, pushesToSend, returnPush, wantedPushes } from '../../push/delivery.ts';
import type { Agents } from '../agents.ts';
import type { AgentFob } from '../fob.ts';
import { deliver, type PushDelivery } from './deliver.ts';

/** What it works with. */
export interface DispatcherMeans {
  readonly management: Management;
  readonly changes: Pick<Changes, 'watch' | 'announce'>;
}

/** A request that is on its way. */
interface Running {
  readonly push: PushToSend;
  readonly ending: AbortController;
  isClaimed: boolean;
  ended: Promise<void>;
}

/** Brings requests to the fobs that this node's agents have shown, and what their people decide. */
export class PushDispatcher {
  private readonly means: DispatcherMeans;
  private readonly agents: Agents;
  private readonly running: Map<string, Running>;
  private stopWatching: (() => void) | undefined;
  /** When it is about to look. */
  private soon: NodeJS.Timeout | undefined;
  private dueMs: number;
  private lookedMs: number;
  private looking: Promise<void>;
  private isOver: boolean;

  constructor(means: DispatcherMeans, agents: Agents) {
    this.means = means;
    this.agents = agents;
    this.running = new Map();
    this.dueMs = Number.POSITIVE_INFINITY;
    this.lookedMs = Number.NEGATIVE_INFINITY;
    this.looking = Promise.resolve();
    this.isOver = false;
    agents.onFobs(() => this.fobsChanged());
  }

  /** Ends what is under way. What no fob has shown yet waits for another node. */
  async close(): Promise<void> {
    this.isOver = true;
    this.stopWatching?.();
    clearTimeout(this.soon);
    await this.looking;
    for (const { ending } of this.running.values()) ending.abort();
    await Promise.all([...this.running.values()].map(({ ended }) => ended));
  }

  /** Nothing is read while there is no fob to ask. */
  private fobsChanged(): void {
    if (this.isOver) return;
    if (this.agents.provedCount > 0) this.stopWatching ??= this.means.changes.watch(() => this.wake());
    else {
      this.stopWatching?.();
      this.stopWatching = undefined;
    }
    this.wake();
  }

  /**
   * Has it look after so long, and not too soon after it looked last; one that is to be sooner takes the place of one that
   * is to be later.
   */
  private wake(waitMs = 0): void {
    const nowMs = performance.now();
    const dueMs = Math.max(nowMs + waitMs, this.lookedMs + agentLimits.courierGatherMs);
    if (this.isOver || dueMs >= this.dueMs) return;
    clearTimeout(this.soon);
    this.dueMs = dueMs;
    this.soon = setTimeout(() => {
      this.dueMs = Number.POSITIVE_INFINITY;
      this.lookedMs = performance.now();
      this.looking = this.lookNext(this.looking);
    }, dueMs - nowMs);
  }

  /** Looks once what is being looked at is through. */
  private async lookNext(before: Promise<void>): Promise<void> {
    await before;
    if (this.isOver) return;
    // A database that is in use now is asked again.
    await this.look().catch(() => this.wake(agentLimits.courierAgainMs));
  }

  private async look(): Promise<void> {
    const { management } = this.means;
    this.leaveSuperseded();
    if (this.running.size > 0) {
      const claimed = [...this.running.values()].filter(({ isClaimed }) => isClaimed);
      const wanted = await wantedPushes(
        management,
        claimed.map(({ push }) => push.id),
      );
      for (const { push, ending } of claimed) if (wanted.get(push.id) !== push.link) ending.abort();
    }
    if (this.agents.provedCount > 0)
      for (const push of await pushesToSend(management.db, management.clock())) {
        const fob = this.agents.fobOf(push.fobId);
        if (fob?.carrier.link === push.link && !this.running.has(push.id)) this.start(push, fob);
      }
    // Time passes without a change, and word of one may be lost between nodes.
    if (this.running.size > 0) this.wake(agentLimits.courierAgainMs);
    else if (this.agents.provedCount > 0) this.wake(agentLimits.courierIdleMs);
  }

  /**
   * Ends what goes over a connection when the fob has proved itself by another one of this node: the old one may be dead
   * without a sign. What was pressed and has come over it is written all the same, before the request goes on.
   */
  private leaveSuperseded(): void {
    for (const { push, ending } of this.running.values()) {
      const fob = this.agents.fobOf(push.fobId);
      if (fob !== undefined && fob.carrier.link !== push.link) ending.abort();
    }
  }

  private start(push: PushToSend, fob: AgentFob): void {
    const running: Running = {
      push,
      ending: new AbortController(),
      isClaimed: false,
      ended: Promise.resolve(),
    };
    this.running.set(push.id, running);
    running.ended = this.carry(running, fob)
      .catch(() => undefined)
      .finally(() => {
        this.running.delete(push.id);
        this.wake();
      });
  }

  private async carry(running: Running, fob: AgentFob): Promise<void> {
    const { management, changes } = this.means;
    const { push } = running;
    const { signal } = running.ending;
    let noticed: NoticeKind | undefined;
    const notify = (kind: NoticeKind) => {
      if (noticed === kind) return;
      noticed = kind;
      fob.carrier.say({ type: 'notice', fob: fob.number, kind });
    };
    const announce = () => changes.announce();
    const askAgain = () => this.agents.askAgain(fob);
    const delivery: PushDelivery = { management, push, signal, announce, notify, askAgain, isShown: false };
    try {
      // One that fails may have been made all the same.
      if (!(await claimPush(management, push.id, push.link))) return;
      running.isClaimed = true;
      await this.insist(delivery, fob);
    } finally {
      if (noticed !== undefined) notify('over');
      await this.giveBack(push);
    }
  }

  /**
   * Whoever can may have it; one that was decided or withdrawn stays so. Nobody takes it from a connection that is still the
   * fob's, and the fob may be plugged in there again: it is tried for as long as the request is open, or the node is.
   */
  private async giveBack(push: PushToSend): Promise<void> {
    const { management, changes } = this.means;
    for (;;)
      try {
        if (await returnPush(management, push)) changes.announce();
        return;
      } catch (error) {
        if (this.isOver || management.clock() >= push.expiresMs) throw error;
        await pause(agentLimits.courierAgainMs);
      }
  }

  /** Opens sessions until one of them brings the answer, the request is over, or the fob is gone. */
  private async insist(delivery: PushDelivery, fob: AgentFob): Promise<void> {
    const { signal } = delivery;
    for (let sessions = 0; sessions < agentLimits.courierSessionsMax; sessions++) {
      try {
        return await fob.session(session => deliver(delivery, session), signal);
      } catch (error) {
        if (signal.aborted || fob.hasLeft) return;
        // It is not the fob any more that it was: it has to prove itself first.
        if (isFobError(error, 'not-authentic', 'not-paired')) return this.agents.lost(fob);
      }
      await pause(agentLimits.courierAgainMs, signal);
    }
  }
}
