import { closeSync, openSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { devNull } from 'node:os';
import type { Duplex } from 'node:stream';
import { type TLSSocket, Server as TlsServer } from 'node:tls';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { systemCode } from '../../base/errors.ts';
import { webLimits } from '../../base/limits/web.ts';
import type { Log } from '../../base/log.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { Connections, type HttpConnection } from './connections.ts';
import { Problem } from './problems.ts';

/** Options of the admission of connections. */
export interface AdmissionOptions {
  readonly connectionLimits: ConnectionLimits;
  /** Whether to believe the X-Forwarded headers from an address; undefined: never. */
  readonly isProxy: ((address: string | undefined) => boolean) | undefined;
  readonly log: Log;
}

/** The connection of each socket, and the object that counts it. */
const admitted = new WeakMap<Duplex, { readonly connection: HttpConnection; readonly all: Connections }>();

/** Limits the connections of an app's server, even before any request arrives on them. */
export function admitConnections(
  app: FastifyInstance,
  { connectionLimits: limits, isProxy, log }: AdmissionOptions,
): void {
  const all = new Connections(limits, isProxy ?? (() => false));
  const { server } = app;
  server.maxConnections = limits.all;
  if (limits.areFew)
    log('warn', 'the limit of open files is low', { connections: limits.all, agents: limits.agents });
  tellTurnedAway(server, log);
  if (server instanceof TlsServer) acceptTls(server, all);
  else server.prependListener('connection', (socket: Socket) => void accept(all, socket));

  app.addHook('onRequest', (request, reply, done) => {
    const connection = admitted.get(request.raw.socket)?.connection;
    const underWay = { request: request.raw, response: reply.raw };
    const isIn = connection === undefined || all.begin(connection, underWay, () => sourceKey(request.ip));
    done(isIn ? undefined : new Problem('too_many'));
  });
  app.addHook('onResponse', (request, reply, done) => {
    const connection = admitted.get(request.raw.socket)?.connection;
    if (connection !== undefined) all.end(connection, reply.raw);
    done();
  });
}

/**
 * Marks a request as one of a known caller: its connection is not counted until the request is over, unless it has
 * others in progress.
 */
export function vouchFor(request: FastifyRequest): void {
  const found = admitted.get(request.raw.socket);
  if (found !== undefined) found.all.vouch(found.connection);
}

/** The same until the connection ends: it has turned into a connection with its own limit, such as a WebSocket. */
export function vouchForGood(request: FastifyRequest): void {
  const found = admitted.get(request.raw.socket);
  if (found !== undefined) found.all.leaveForGood(found.connection);
}

/** Counts such a connection again, because its own limit no longer does: the service closes it, and its client may not. */
export function countAgain(request: FastifyRequest): void {
  const found = admitted.get(request.raw.socket);
  if (found !== undefined && !request.raw.socket.destroyed) found.all.comeBack(found.connection);
}

function accept(all: Connections, socket: Socket): HttpConnection {
  const connection = all.accept(socket, socket.remoteAddress ?? '');
  admitted.set(socket, { connection, all });
  socket.once('close', () => all.leave(connection));
  return connection;
}

/** With TLS a second socket replaces the first one after the handshake. */
function acceptTls(server: TlsServer, all: Connections): void {
  const shaking = new Map<string, HttpConnection>();
  server.prependListener('connection', (socket: Socket) => {
    const ends = endsOf(socket);
    const connection = accept(all, socket);
    shaking.set(ends, connection);
    socket.once('close', () => {
      if (shaking.get(ends) === connection) shaking.delete(ends);
    });
  });
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const ends = endsOf(socket);
    const connection = shaking.get(ends);
    shaking.delete(ends);
    if (connection === undefined) return;
    connection.socket = socket;
    admitted.set(socket, { connection, all });
    socket.once('close', () => all.leave(connection));
  });
}

/** Returns both ends of a TCP connection, which identify it among all open ones. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

/** Logs refused connections: the first at once, then their number at intervals, in one line. */
function tellTurnedAway(server: Server, log: Log): void {
  let count = 0;
  let telling: NodeJS.Timeout | undefined;
  const tell = (why: string) => {
    log('warn', 'connections are refused', { why, count, connections: server.maxConnections });
    count = 0;
    telling = setTimeout(() => {
      telling = undefined;
      if (count > 0) tell(why);
    }, webLimits.turnedAwayLogMs).unref();
  };
  const turnedAway = (why: string) => {
    count++;
    if (telling === undefined) tell(why);
  };
  server.on('drop', () => turnedAway('full'));
  // Without free files libuv closes new connections before any event is raised here, so the service tests by opening
  // one.
  const looking = setInterval(() => {
    try {
      closeSync(openSync(devNull, 'r'));
    } catch (error) {
      turnedAway(systemCode(error) || 'unknown');
    }
  }, webLimits.openFilesLookMs).unref();
  server.once('close', () => clearInterval(looking));
  server.on('error', error => {
    // The caller of `listen` reports a failure before it listens.
    if (server.listening) turnedAway(systemCode(error) || 'unknown');
  });
}
