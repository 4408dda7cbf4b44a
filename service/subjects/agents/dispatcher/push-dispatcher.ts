import type { NoticeKind } from 'passfob/carrier/messages';
import { pause } from 'passfob/client/pause';
import { isFobError } from 'passfob/errors';
import { agentLimits } from '../../../base/limits/agents.ts';
import type { Changes } from '../../../storage/database/changes.ts';
import type { Management } from '../../../storage/management.ts';
import { claimPush, type PushToSend, pushesToSend, returnPush, wantedPushes } from '../../push/delivery.ts';
import type { Agents } from '../agents.ts';
import type { AgentFob } from '../fob.ts';
import { deliver, type PushDelivery } from './deliver.ts';

/** Dependencies of the push dispatcher. */
export interface DispatcherMeans {
  readonly management: Management;
  readonly changes: Pick<Changes, 'watch' | 'announce'>;
}

/** A request that is being delivered. */
interface Running {
  readonly push: PushToSend;
  readonly ending: AbortController;
  isClaimed: boolean;
  ended: Promise<void>;
}

/** Brings requests to the fobs that are proved on this node, and stores the decisions of their users. */
export class PushDispatcher {
  private readonly means: DispatcherMeans;
  private readonly agents: Agents;
  private readonly running: Map<string, Running>;
  private stopWatching: (() => void) | undefined;
  /** The timer of the next look. */
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

  /** Ends all deliveries. Requests that no fob has shown yet wait for another node. */
  async close(): Promise<void> {
    this.isOver = true;
    this.stopWatching?.();
    clearTimeout(this.soon);
    await this.looking;
    for (const { ending } of this.running.values()) ending.abort();
    await Promise.all([...this.running.values()].map(({ ended }) => ended));
  }

  /** Reads nothing from the database while no fob is proved. */
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
   * Schedules the next look after `waitMs`, but not too soon after the last one. An earlier look replaces a later
   * one.
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

  /** Looks once the current look has finished. */
  private async lookNext(before: Promise<void>): Promise<void> {
    await before;
    if (this.isOver) return;
    // A busy database is asked again.
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
    // Requests expire without a change, and notifications between nodes may be lost.
    if (this.running.size > 0) this.wake(agentLimits.courierAgainMs);
    else if (this.agents.provedCount > 0) this.wake(agentLimits.courierIdleMs);
  }

  /**
   * Ends deliveries over a connection when the fob has proved itself over another connection of this node: the old
   * connection may be dead without a sign. A decision that already came over it is still stored before the request
   * goes on.
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
      // A claim that fails may still have been stored.
      if (!(await claimPush(management, push.id, push.link))) return;
      running.isClaimed = true;
      await this.insist(delivery, fob);
    } finally {
      if (noticed !== undefined) notify('over');
      await this.giveBack(push);
    }
  }

  /**
   * Returns the request, so that any node can deliver it; a decided or withdrawn request stays so. Other nodes do not
   * take it while this connection is the fob's location, and the fob may be plugged in here again: the write is
   * retried until the request expires or the node stops.
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

  /** Opens sessions until one of them brings a decision, the request is over, or the fob is gone. */
  private async insist(delivery: PushDelivery, fob: AgentFob): Promise<void> {
    const { signal } = delivery;
    for (let sessions = 0; sessions < agentLimits.courierSessionsMax; sessions++) {
      try {
        return await fob.session(session => deliver(delivery, session), signal);
      } catch (error) {
        if (signal.aborted || fob.hasLeft) return;
        // The fob is not the same any more: it has to prove itself first.
        if (isFobError(error, 'not-authentic', 'not-paired')) return this.agents.lost(fob);
      }
      await pause(agentLimits.courierAgainMs, signal);
    }
  }
}
