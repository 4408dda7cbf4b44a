import { Holdings } from '../../base/fairness/holdings.ts';
import { agentLimits } from '../../base/limits/agents.ts';
import type { AgentConnection } from './connection.ts';

/** The connections of one source. */
interface Source {
  size: number;
  /** Connections without a proved fob of the service, oldest first: the oldest is closed first. */
  readonly unproved: Set<AgentConnection>;
}

/** Limits the connections of a node and of each source, and decides which connection is closed for a new one. */
export class ConnectionCapacity {
  private readonly all: Set<AgentConnection>;
  private readonly sources: Map<string, Source>;
  /** How many connections of each source have no proved fob of the service. */
  private readonly unproved: Holdings;
  private readonly most: number;

  /** @param most connections that the node allows */
  constructor(most: number) {
    this.most = most;
    this.all = new Set();
    this.sources = new Map();
    this.unproved = new Holdings();
  }

  get connections(): ReadonlySet<AgentConnection> {
    return this.all;
  }

  /** Whether another connection from this source is allowed, if need be by closing an unproved one. */
  isFor(from: string): boolean {
    const source = this.sources.get(from);
    const isFree = this.all.size < this.most || this.unproved.largest !== undefined;
    return (
      isFree &&
      (source === undefined || source.size < agentLimits.agentsPerSource || source.unproved.size > 0)
    );
  }

  /**
   * Adds a connection. Where its source is at its limit, the oldest unproved connection of that source is closed.
   * Where the node is at its limit, the oldest unproved connection of the source that has most of them is closed: a
   * crowd from one source displaces no other source.
   */
  add(connection: AgentConnection): void {
    const { from } = connection;
    const before = this.sources.get(from);
    if (before !== undefined && before.size >= agentLimits.agentsPerSource) giveWay(before);
    if (this.all.size >= this.most) giveWay(this.sources.get(this.unproved.largest ?? ''));
    const source = this.sources.get(from) ?? { size: 0, unproved: new Set() };
    this.sources.set(from, source);
    this.all.add(connection);
    source.size++;
    source.unproved.add(connection);
    this.unproved.add(from);
  }

  /** @param isProved whether the connection now has a proved fob of the service */
  mark(connection: AgentConnection, isProved: boolean): void {
    const source = this.sources.get(connection.from);
    if (source === undefined || !this.all.has(connection)) return;
    if (isProved) this.forget(source, connection);
    else if (!source.unproved.has(connection)) {
      source.unproved.add(connection);
      this.unproved.add(connection.from);
    }
  }

  remove(connection: AgentConnection): void {
    const source = this.sources.get(connection.from);
    if (source === undefined || !this.all.delete(connection)) return;
    source.size--;
    this.forget(source, connection);
    if (source.size === 0) this.sources.delete(connection.from);
  }

  private forget(source: Source, connection: AgentConnection): void {
    if (source.unproved.delete(connection)) this.unproved.remove(connection.from);
  }
}

function giveWay(source: Source | undefined): void {
  const [oldest] = source?.unproved ?? [];
  oldest?.giveWay();
}
