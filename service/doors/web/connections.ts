import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { sourceKey } from '../../base/rate-limit.ts';
import type { ConnectionLimits } from './connection-limits.ts';

/** A request that is under way on a connection. */
interface UnderWay {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** One TCP connection to the service. */
export interface HttpConnection {
  /** The one to end: with TLS the outer one once the handshake is over. */
  socket: Duplex;
  readonly isProxy: boolean;
  /** By its own address. */
  readonly source: string;
  underWay: UnderWay | undefined;
  /** Where it is counted; undefined while somebody vouches for it. */
  group: Group | undefined;
  /** Whether it has become something that is counted elsewhere until it ends. */
  hasLeft: boolean;
}

/** Connections that are bounded together, in the order in which they came or had their last answer. */
interface Group {
  /** The source, or undefined for those of proxies. */
  readonly key: string | undefined;
  readonly most: number;
  readonly members: Set<HttpConnection>;
}

/**
 * The connections that nobody vouches for, bounded in all and by source. Where there is no room the oldest one gives way on
 * which nothing is being decided, of the source that has most. Applications while their requests are under way, agents and
 * relays have bounds of their own and are not counted here.
 */
export class Connections {
  private readonly rooms: ConnectionLimits;
  private readonly isProxy: (address: string | undefined) => boolean;
  private readonly sources: Map<string, Group>;
  private readonly proxies: Group;
  private strangers: number;

  constructor(rooms: ConnectionLimits, isProxy: (address: string | undefined) => boolean) {
    this.rooms = rooms;
    this.isProxy = isProxy;
    this.sources = new Map();
    this.proxies = { key: undefined, most: rooms.proxies, members: new Set() };
    this.strangers = 0;
  }

  /** How many there are that nobody vouches for, proxies left out. */
  get size(): number {
    return this.strangers;
  }

  /** Takes in a new connection, or ends it where no other gives way. */
  accept(socket: Duplex, address: string): HttpConnection {
    const isProxy = this.isProxy(address);
    const source = sourceKey(address);
    const connection: HttpConnection = {
      socket,
      isProxy,
      source,
      underWay: undefined,
      group: undefined,
      hasLeft: false,
    };
    this.wait(connection);
    return connection;
  }

  /**
   * A request begins. What a proxy carries counts as that of the source it speaks for.
   *
   * @returns false where that source has too many under way
   */
  begin(connection: HttpConnection, underWay: UnderWay, source: () => string): boolean {
    connection.underWay = underWay;
    return !connection.isProxy || this.join(connection, source());
  }

  /** A request is over. */
  end(connection: HttpConnection, response: ServerResponse): void {
    // The next one may have begun already (RFC 9112 §9.3.2).
    if (connection.underWay?.response === response) connection.underWay = undefined;
    if (!connection.hasLeft && !connection.socket.destroyed) this.wait(connection);
  }

  /** Counts it nowhere, until its request is over. */
  leave(connection: HttpConnection): void {
    const { group } = connection;
    if (group === undefined) return;
    group.members.delete(connection);
    connection.group = undefined;
    if (group.key === undefined) return;
    this.strangers--;
    if (group.members.size === 0) this.sources.delete(group.key);
  }

  private wait(connection: HttpConnection): void {
    const isIn = this.join(connection, connection.isProxy ? undefined : connection.source);
    if (!isIn) connection.socket.destroy();
  }

  /** @param key the source that it counts as, or undefined for that of proxies */
  private join(connection: HttpConnection, key: string | undefined): boolean {
    this.leave(connection);
    const most = this.rooms.ofSource;
    const group =
      key === undefined ? this.proxies : (this.sources.get(key) ?? { key, most, members: new Set() });
    if (group.members.size >= group.most && !this.makeRoom(group)) return false;
    if (key !== undefined) {
      const isFull = this.strangers >= this.rooms.strangers;
      if (isFull && !this.makeRoom(this.largest())) return false;
      this.sources.set(key, group);
      this.strangers++;
    }
    group.members.add(connection);
    connection.group = group;
    return true;
  }

  private largest(): Group | undefined {
    let largest: Group | undefined;
    for (const group of this.sources.values())
      if (largest === undefined || group.members.size > largest.members.size) largest = group;
    return largest;
  }

  private makeRoom(group: Group | undefined): boolean {
    for (const connection of group?.members ?? []) {
      if (!mayGiveWay(connection)) continue;
      this.leave(connection);
      connection.socket.destroy();
      return true;
    }
    return false;
  }
}

/** Whether nothing is lost with it but a request that has not arrived, or an answer that nobody takes. */
function mayGiveWay({ underWay }: HttpConnection): boolean {
  return underWay === undefined || !underWay.request.complete || underWay.response.writableEnded;
}
