import { isFobError, isRefusal } from 'passfob/errors';
import { agentLimits } from '../../base/limits/agents.ts';
import { alertLimits } from '../../base/limits/alerts.ts';
import { alertOfRefusal } from '../care/alerts.ts';
import { noteReported } from '../care/reports.ts';
import type { TextConnection } from '../connections/connection.ts';
import { ConnectionCapacity } from './capacity.ts';
import { type AgentCaller, AgentConnection, type AgentMeans, type FobListener } from './connection.ts';
import { type AgentFob, NotManaged } from './fob.ts';
import { FobCare, type HoldListener } from './fob-care.ts';
import { FobLocations, type LocatedFob, locationsOf, markSeen, type Reached } from './locations.ts';
import { ProofQueue } from './proving.ts';

/** The agents connected to this node, and the fobs that they have announced. */
export class Agents implements FobListener {
  private readonly means: AgentMeans;
  private readonly capacity: ConnectionCapacity;
  private readonly links: FobLocations;
  private readonly care: FobCare;
  /** Fobs that are proving themselves or wait for their turn. */
  private readonly proofs: ProofQueue<AgentFob>;
  /** The proved fobs, by their ids. */
  private readonly proved: Map<string, AgentFob>;
  /** Fobs whose location is being stored. */
  private readonly coming: Map<AgentFob, LocatedFob>;
  /** Connections for which the end of a fob's location could not be stored. */
  private readonly unwritten: Set<string>;
  /** Fobs that another connection of this node has since proved, by their ids. */
  private readonly displaced: Map<string, AgentFob>;
  /** The time before which a fob is not asked again. */
  private readonly later: Map<AgentFob, number>;
  /** The sessions that prove fobs and care for them. */
  private readonly running: Set<Promise<void>>;
  private readonly onProved: Set<(fob: AgentFob) => void>;
  private readonly onPutOff: Set<(fob: AgentFob) => void>;
  private readonly onSwept: Set<(connections: ReadonlySet<AgentConnection>) => void>;
  private readonly sweeping: NodeJS.Timeout;
  private seenMs: number;
  private isOver: boolean;
  private reportedMs: number;

  /** @param most how many agents may be connected at once */
  constructor(means: AgentMeans, most: number = agentLimits.agentsMax) {
    this.means = means;
    this.capacity = new ConnectionCapacity(most);
    this.links = new FobLocations(means.management);
    this.care = new FobCare(means);
    this.proofs = new ProofQueue(means.ticks);
    this.proved = new Map();
    this.coming = new Map();
    this.unwritten = new Set();
    this.displaced = new Map();
    this.later = new Map();
    this.running = new Set();
    this.onProved = new Set();
    this.onPutOff = new Set();
    this.onSwept = new Set();
    this.seenMs = means.ticks();
    this.reportedMs = this.seenMs;
    this.isOver = false;
    this.sweeping = setInterval(() => this.sweep(), agentLimits.agentSweepMs).unref();
  }

  /** Whether another agent from this source may connect. */
  hasCapacityFor(from: string): boolean {
    return !this.isOver && this.capacity.isFor(from);
  }

  connect(caller: AgentCaller, line: TextConnection): AgentConnection {
    const connection = new AgentConnection(this.means, this, caller, line);
    this.capacity.add(connection);
    return connection;
  }

  /** Returns the fob with this id if an agent connected to this node was the last to prove it. */
  fobOf(fobId: string): AgentFob | undefined {
    return this.proved.get(fobId);
  }

  get provedCount(): number {
    return this.proved.size;
  }

  /** How many fobs are being proved now, on this node. */
  get proofsUnderWay(): number {
    return this.proofs.underWay;
  }

  get count(): number {
    return this.capacity.connections.size;
  }

  /** @param listener called when a fob has been proved or has left */
  onFobs(listener: (fob: AgentFob) => void): void {
    this.onProved.add(listener);
  }

  /** @param listener called when the person puts off the tasks of a proved fob that need a hold */
  onLater(listener: (fob: AgentFob) => void): void {
    this.onPutOff.add(listener);
  }

  /** @param listener called when a fob asks its person to hold the button, and why */
  onHoldWanted(listener: HoldListener): void {
    this.care.onHoldWanted(listener);
  }

  /** @param listener called periodically with the open connections */
  onSweep(listener: (connections: ReadonlySet<AgentConnection>) => void): void {
    this.onSwept.add(listener);
  }

  came(fob: AgentFob): void {
    this.ask(fob);
  }

  left(fob: AgentFob): void {
    this.proofs.leave(fob);
    this.later.delete(fob);
    for (const [fobId, displaced] of this.displaced) if (displaced === fob) this.displaced.delete(fobId);
    // Immediately: the fob may prove itself again over the same connection before the loss is noticed.
    const coming = this.coming.get(fob);
    if (coming !== undefined) this.drop(coming);
    this.unprove(fob);
  }

  putOff(fob: AgentFob): void {
    // Anybody can announce a serial: only a proved fob has tasks.
    if (fob.fobId === undefined) return;
    for (const receive of this.onPutOff) receive(fob);
    // A busy database keeps the question: its person puts it off again.
    const stored = this.care.putOff(fob).catch(() => undefined);
    this.running.add(stored);
    void stored.then(() => {
      this.running.delete(stored);
      if (fob.carrier.isForeground) this.askAgain(fob);
    });
  }

  over(connection: AgentConnection): void {
    this.capacity.remove(connection);
  }

  /** Has a fob prove itself again after its current session, and brings its push key up to date. */
  askAgain(fob: AgentFob): void {
    if (!fob.hasLeft) this.ask(fob);
  }

  /** The fob no longer proves itself: it is asked again. */
  lost(fob: AgentFob): void {
    this.unprove(fob);
    if (!fob.hasLeft) this.askLater(fob);
  }

  /** Checks all agents: one timer serves all of them. */
  sweep(): void {
    const nowMs = this.means.ticks();
    // Before they are asked again: whoever waits has failed.
    this.noteReported(nowMs);
    for (const connection of this.capacity.connections) connection.sweep(nowMs);
    for (const [fob, dueMs] of this.later) if (dueMs <= nowMs) this.ask(fob);
    for (const receive of this.onSwept) receive(this.capacity.connections);
    // A busy database is asked at the next sweep.
    this.careForDue(nowMs).catch(() => undefined);
    if (nowMs - this.seenMs < agentLimits.agentSeenMs && this.unwritten.size === 0) return;
    this.seenMs = nowMs;
    // A busy database is updated at the next sweep.
    this.refreshLocations().catch(() => undefined);
  }

  /** Cares for the proved fobs that have new tasks, and for those whose person may be asked for a hold now. */
  private async careForDue(nowMs: number): Promise<void> {
    const fresh = this.proved.size === 0 ? [] : await this.care.fobsWithNewTasks(this.proved.keys(), nowMs);
    for (const fob of fresh.map(fobId => this.proved.get(fobId)))
      if (fob !== undefined && !this.later.has(fob)) this.ask(fob);
    for (const [fobId, fob] of [...this.proved])
      if (await this.care.isHoldDue(fob, fobId)) this.askAgain(fob);
  }

  /** Stores which fobs are reported while their sessions fail: if that goes on for a day, it is an alert. */
  private noteReported(nowMs: number): void {
    if (nowMs - this.reportedMs < alertLimits.fobReportsEveryMs) return;
    this.reportedMs = nowMs;
    const failing = [...this.later.keys()].filter(fob => !fob.isStranger);
    const { db, clock } = this.means.management;
    // If the database is busy, the next report counts.
    noteReported(
      db,
      failing.map(({ serial }) => serial),
      clock(),
    ).catch(() => undefined);
  }

  /** Stores that this node's fobs were seen. A fob without a stored location is asked again. */
  private async refreshLocations(): Promise<void> {
    const unwritten = [...this.unwritten];
    if (this.count === 0 && unwritten.length === 0) return;
    const { db, clock } = this.means.management;
    this.unwritten.clear();
    try {
      await markSeen(db, () => this.reached(unwritten), clock());
    } catch (error) {
      for (const link of unwritten) this.unwritten.add(link);
      throw error;
    }
    const here = new Map([...this.displaced, ...this.proved]);
    if (here.size === 0) return;
    const known = await locationsOf(db, [...here.keys()]);
    for (const [fobId, fob] of here) {
      if (known.has(fobId) || fob.hasLeft) continue;
      this.displaced.delete(fobId);
      this.ask(fob);
    }
  }

  private reached(ended: readonly string[]): Reached {
    const links = new Set(ended);
    for (const { link } of this.capacity.connections) links.add(link);
    const proved = [...this.proved].map(([fobId, fob]) => linkedFob(fob, fobId));
    return { links: [...links], fobs: [...proved, ...this.coming.values()] };
  }

  /** Tells all agents to reconnect to another node, or later. */
  async close(): Promise<void> {
    this.isOver = true;
    clearInterval(this.sweeping);
    for (const connection of [...this.capacity.connections]) connection.shutDown();
    // Their leases end with them, so that another node can care for the fobs at once.
    await Promise.all(this.running);
    await this.links.settled();
  }

  private ask(fob: AgentFob): void {
    this.later.delete(fob);
    if (this.proofs.add(fob)) this.askNext();
    else this.askLater(fob);
  }

  private askNext(): void {
    for (let fob = this.proofs.next(); fob !== undefined; fob = this.proofs.next()) this.begin(fob);
  }

  private begin(fob: AgentFob): void {
    const proof = this.prove(fob).finally(() => {
      this.running.delete(proof);
      if (this.proofs.end(fob) && !fob.hasLeft) this.ask(fob);
      this.askNext();
    });
    this.running.add(proof);
  }

  private askLater(fob: AgentFob): void {
    // An unknown fob costs only a look-up, and may have been enrolled meanwhile.
    const mostMs = fob.isStranger ? agentLimits.agentStrangerAgainMs : agentLimits.agentAgainMaxMs;
    const waitMs = Math.min(agentLimits.agentAgainMinMs * 2 ** fob.failures, mostMs);
    fob.failures++;
    this.later.set(fob, this.means.ticks() + waitMs);
  }

  /** Has a fob prove itself, and cares for it in the same session. */
  private async prove(fob: AgentFob): Promise<void> {
    let isKept = false;
    try {
      const isLeft = await fob.session(async session => {
        isKept = await this.keep(fob, session.fobId);
        return isKept && (await this.care.careFor(fob, session));
      });
      // A locked fob is tried less and less often: its user may unlock it only tomorrow.
      if (!isLeft) fob.failures = 0;
      else if (!fob.hasLeft) this.askLater(fob);
    } catch (error) {
      if (fob.hasLeft || this.isOver) return;
      if (isRefusalOfOwner(error)) this.alertOfRefusal(fob);
      // A proved fob that is only busy stays proved.
      if (!isKept && (fob.fobId === undefined || isDoubt(error))) {
        this.unprove(fob);
        fob.stand(error instanceof NotManaged ? 'other' : 'unproved');
      }
      this.askLater(fob);
      this.care.tellFailure(fob, isDoubt(error));
    }
  }

  private alertOfRefusal({ serial, carrier }: AgentFob): void {
    // If the database is busy, the next attempt raises it.
    alertOfRefusal(this.means.management, { serial, source: carrier.from }).catch(() => undefined);
  }

  /** @returns false if the fob has left meanwhile */
  private async keep(fob: AgentFob, fobId: string): Promise<boolean> {
    // The last response and the end of the fob may come in one turn of the event loop; then `left` ran before there
    // was anything to undo.
    if (fob.hasLeft) return false;
    const linked = linkedFob(fob, fobId);
    this.coming.set(fob, linked);
    try {
      await this.links.came(linked);
    } finally {
      this.coming.delete(fob);
    }
    if (fob.hasLeft) return false;
    const before = this.proved.get(fobId);
    if (before !== undefined && before !== fob) {
      // The same fob on another connection of this node: the new location counts.
      this.forget(before);
      this.displaced.set(fobId, before);
      before.stand('unproved');
    }
    fob.fobId = fobId;
    this.proved.set(fobId, fob);
    this.proofs.trust(fob);
    this.updateCapacity(fob);
    fob.stand('own');
    for (const receive of this.onProved) receive(fob);
    return true;
  }

  private unprove(fob: AgentFob): void {
    const { fobId } = fob;
    if (fobId === undefined) return;
    this.forget(fob);
    this.drop(linkedFob(fob, fobId));
    for (const receive of this.onProved) receive(fob);
  }

  private drop(linked: LocatedFob): void {
    this.links.gone(linked).catch(() => this.unwritten.add(linked.link));
  }

  private forget(fob: AgentFob): void {
    if (fob.fobId !== undefined && this.proved.get(fob.fobId) === fob) this.proved.delete(fob.fobId);
    fob.fobId = undefined;
    this.updateCapacity(fob);
  }

  private updateCapacity({ carrier }: AgentFob): void {
    if (carrier instanceof AgentConnection) this.capacity.mark(carrier, carrier.hasProved);
  }
}

function linkedFob({ carrier, port }: AgentFob, fobId: string): LocatedFob {
  return { fobId, link: carrier.link, port };
}

/** Whether a device has not proved that it is the fob, or has refused the proof of the service. */
function isRefusalOfOwner(error: unknown): boolean {
  return isFobError(error, 'not-authentic', 'not-paired') || isRefusal(error, 'wrong-proof');
}

/** Whether an error shows that the fob is not, or no longer, the fob that it claims to be. */
function isDoubt(error: unknown): boolean {
  return error instanceof NotManaged || isFobError(error, 'not-authentic', 'not-paired', 'refused');
}
