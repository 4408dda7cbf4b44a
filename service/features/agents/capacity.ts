import { Holdings } from '../../base/fairness/holdings.ts';
import { agentLimits } from '../../base/limits/agents.ts';
import type { AgentConnection } from './connection.ts';

/** The connections of one source. */
interface Source {
  size: number;
  /** Those that have shown no fob of the service's, in the order in which they came: the first of them gives way. */
  readonly unproved: Set<AgentConnection>;
}

/** Who is connected, and who gives way to others: bounds of a node and of each source. */
export class ConnectionCapacity {
  private readonly all: Set<AgentConnection>;
  private readonly sources: Map<string, Source>;
  /** How many connections of each source have shown no fob of the service's. */
  private readonly unproved: Holdings;
  private readonly most: number;

  /** @param most connections of the node */
  constructor(most: number) {
    this.most = most;
    this.all = new Set();
    this.sources = new Map();
    this.unproved = new Holdings();
  }

  get connections(): ReadonlySet<AgentConnection> {
    return this.all;
  }

  /** Whether another one of this source may connect, be it in the place of one that gives way. */
  isFor(from: string): boolean {
    const source = this.sources.get(from);
    const isFree = this.all.size < this.most || this.unproved.largest !== undefined;
    return (
      isFree &&
      (source === undefined || source.size < agentLimits.agentsPerSource || source.unproved.size > 0)
    );
  }

  /**
   * Takes one in. Where there is no room for it, the oldest one of its source that has shown no fob gives way; where the node
   * has none, the oldest one of the source that has most of them: a crowd of one source pushes out nobody else.
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

  /** @param isProved whether it has a fob of the service's now */
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
