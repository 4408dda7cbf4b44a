import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { sourceKey } from '../../base/rate-limit.ts';
import type { ConnectionLimits } from './connection-limits.ts';

/** A request in progress on a connection. */
interface UnderWay {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** One TCP connection to the service. */
export interface HttpConnection {
  /** The socket to close: with TLS the outer one after the handshake. */
  socket: Duplex;
  readonly isProxy: boolean;
  /** The source of its own address. */
  readonly source: string;
  /** The oldest first: the next request may start before a response has ended (RFC 9112 §9.3.2). */
  readonly underWay: UnderWay[];
  /** The group in which it is counted; undefined while its only request is one of a known caller. */
  group: Group | undefined;
  /** Whether it has turned into a connection that is counted elsewhere until it ends. */
  hasLeft: boolean;
}

/** Connections with a common limit, in the order of their arrival or last response. */
interface Group {
  /** The source, or undefined for those of proxies. */
  readonly key: string | undefined;
  readonly most: number;
  readonly members: Set<HttpConnection>;
}

/**
 * The connections without a known caller, limited in all and by source. When a limit is reached, the oldest
 * connection without a decision in progress is closed, of the source with most. Applications during their requests,
 * agents and relays have their own limits and are not counted here.
 */
export class Connections {
  private readonly connectionLimits: ConnectionLimits;
  private readonly isProxy: (address: string | undefined) => boolean;
  private readonly sources: Map<string, Group>;
  private readonly proxies: Group;
  private strangers: number;

  constructor(limits: ConnectionLimits, isProxy: (address: string | undefined) => boolean) {
    this.connectionLimits = limits;
    this.isProxy = isProxy;
    this.sources = new Map();
    this.proxies = { key: undefined, most: limits.proxies, members: new Set() };
    this.strangers = 0;
  }

  /** The number of connections without a known caller, without those of proxies. */
  get size(): number {
    return this.strangers;
  }

  /** Accepts a new connection; closes it if no other can be closed. */
  accept(socket: Duplex, address: string): HttpConnection {
    const isProxy = this.isProxy(address);
    const source = sourceKey(address);
    const connection: HttpConnection = {
      socket,
      isProxy,
      source,
      underWay: [],
      group: undefined,
      hasLeft: false,
    };
    this.wait(connection);
    return connection;
  }

  /**
   * Starts a request. A proxy's request counts for the source that the proxy states. A request behind that of a known
   * caller is anybody's again.
   *
   * @returns false if that source has too many requests in progress
   */
  begin(connection: HttpConnection, underWay: UnderWay, source: () => string): boolean {
    connection.underWay.push(underWay);
    if (connection.isProxy) return this.join(connection, source());
    if (connection.group === undefined && !connection.hasLeft) this.wait(connection);
    return !connection.socket.destroyed;
  }

  /** Ends a request. */
  end(connection: HttpConnection, response: ServerResponse): void {
    const { underWay } = connection;
    const at = underWay.findIndex(one => one.response === response);
    if (at >= 0) underWay.splice(at, 1);
    if (underWay.length === 0 && !connection.hasLeft && !connection.socket.destroyed) this.wait(connection);
  }

  /** Stops counting it until its request is over, if it has no other request in progress. */
  vouch(connection: HttpConnection): void {
    if (connection.underWay.length <= 1) this.leave(connection);
  }

  /** Stops counting it. */
  leave(connection: HttpConnection): void {
    const { group } = connection;
    if (group === undefined) return;
    group.members.delete(connection);
    connection.group = undefined;
    if (group.key === undefined) return;
    this.strangers--;
    if (group.members.size === 0) this.sources.delete(group.key);
  }

  /** Stops counting it until it comes back: it has turned into a connection with its own limit. */
  leaveForGood(connection: HttpConnection): void {
    connection.hasLeft = true;
    // The response to its upgrade never ends.
    connection.underWay.length = 0;
    this.leave(connection);
  }

  /** Counts a connection again that had left for good. */
  comeBack(connection: HttpConnection): void {
    connection.hasLeft = false;
    this.wait(connection);
  }

  private wait(connection: HttpConnection): void {
    const isIn = this.join(connection, connection.isProxy ? undefined : connection.source);
    if (!isIn) connection.socket.destroy();
  }

  /** @param key the source that it counts for, or undefined for the group of proxies */
  private join(connection: HttpConnection, key: string | undefined): boolean {
    this.leave(connection);
    const most = this.connectionLimits.ofSource;
    const group =
      key === undefined ? this.proxies : (this.sources.get(key) ?? { key, most, members: new Set() });
    if (group.members.size >= group.most && !this.evict(group)) return false;
    if (key !== undefined) {
      const isFull = this.strangers >= this.connectionLimits.strangers;
      if (isFull && !this.evict(this.largest())) return false;
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

  private evict(group: Group | undefined): boolean {
    for (const connection of group?.members ?? []) {
      if (!mayGiveWay(connection)) continue;
      this.leave(connection);
      connection.socket.destroy();
      return true;
    }
    return false;
  }
}

/** Whether closing it loses only an unfinished request, or a response that the client does not read. */
function mayGiveWay({ underWay }: HttpConnection): boolean {
  return underWay.every(({ request, response }) => !request.complete || response.writableEnded);
}
