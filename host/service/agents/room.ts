import { limits } from '../limits.ts';
import type { AgentConnection } from './connection.ts';

/** The connections of one source, or of all: in the order in which they came. */
interface Group {
  size: number;
  /** Those that have shown no fob of the service's: the first of them gives way where there is no room. */
  readonly unproved: Set<AgentConnection>;
}

/** Who is connected, and who gives way to others: bounds of a node and of each source. */
export class Room {
  private readonly all: Set<AgentConnection>;
  private readonly every: Group;
  private readonly sources: Map<string, Group>;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
    this.all = new Set();
    this.every = { size: 0, unproved: new Set() };
    this.sources = new Map();
  }

  get connections(): ReadonlySet<AgentConnection> {
    return this.all;
  }

  /** Whether another one of this source may connect, be it in the place of one that gives way. */
  isFor(from: string): boolean {
    const ofSource = this.sources.get(from);
    return (
      hasRoom(this.every, this.most) && (ofSource === undefined || hasRoom(ofSource, limits.agentsPerSource))
    );
  }

  /** Takes one in. The oldest that has shown no fob gives way: of its source, or of the source that has most of those. */
  add(connection: AgentConnection): void {
    const { from } = connection;
    const own = this.sources.get(from);
    if (own !== undefined && own.size >= limits.agentsPerSource) giveWay(own);
    if (this.every.size >= this.most) giveWay(this.mostUnproved());
    const ofSource = this.sources.get(from) ?? { size: 0, unproved: new Set() };
    this.sources.set(from, ofSource);
    this.all.add(connection);
    for (const group of [this.every, ofSource]) {
      group.size++;
      group.unproved.add(connection);
    }
  }

  /** @param isProved whether it has a fob of the service's now */
  mark(connection: AgentConnection, isProved: boolean): void {
    if (!this.all.has(connection)) return;
    for (const { unproved } of this.groupsOf(connection)) {
      if (isProved) unproved.delete(connection);
      else unproved.add(connection);
    }
  }

  remove(connection: AgentConnection): void {
    if (!this.all.delete(connection)) return;
    for (const group of this.groupsOf(connection)) {
      group.size--;
      group.unproved.delete(connection);
    }
    if (this.sources.get(connection.from)?.size === 0) this.sources.delete(connection.from);
  }

  private mostUnproved(): Group {
    let most = this.every;
    let count = 0;
    for (const group of this.sources.values())
      if (group.unproved.size > count) {
        most = group;
        count = group.unproved.size;
      }
    return most;
  }

  private groupsOf({ from }: AgentConnection): Group[] {
    const ofSource = this.sources.get(from);
    return ofSource === undefined ? [this.every] : [this.every, ofSource];
  }
}

function hasRoom({ size, unproved }: Group, most: number): boolean {
  return size < most || unproved.size > 0;
}

function giveWay({ unproved }: Group): void {
  const { value: oldest } = unproved.values().next();
  oldest?.giveWay();
}
