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

/** What connections are admitted by. */
export interface AdmissionOptions {
  readonly rooms: ConnectionLimits;
  /** Addresses whose X-Forwarded headers are believed; undefined for nobody's. */
  readonly isProxy: ((address: string | undefined) => boolean) | undefined;
  readonly log: Log;
}

/** A connection and who counts it, by its socket. */
const admitted = new WeakMap<Duplex, { readonly connection: HttpConnection; readonly all: Connections }>();

/** Bounds the connections of an app's server, also before anything was heard on them. */
export function admitConnections(app: FastifyInstance, { rooms, isProxy, log }: AdmissionOptions): void {
  const all = new Connections(rooms, isProxy ?? (() => false));
  const { server } = app;
  server.maxConnections = rooms.all;
  if (rooms.areFew)
    log('warn', 'the limit of open files is low', { connections: rooms.all, agents: rooms.agents });
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

/** Takes a request as that of somebody who is known: its connection is not counted until the request is over. */
export function vouchFor(request: FastifyRequest): void {
  const found = admitted.get(request.raw.socket);
  if (found !== undefined) found.all.leave(found.connection);
}

/** The same until the connection ends: it has become something that is bounded elsewhere. */
export function vouchForGood(request: FastifyRequest): void {
  const found = admitted.get(request.raw.socket);
  if (found === undefined) return;
  found.connection.hasLeft = true;
  found.all.leave(found.connection);
}

function accept(all: Connections, socket: Socket): HttpConnection {
  const connection = all.accept(socket, socket.remoteAddress ?? '');
  admitted.set(socket, { connection, all });
  socket.once('close', () => all.leave(connection));
  return connection;
}

/** With TLS a second socket takes the place of the first one once the handshake is over. */
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

/** Both ends of a TCP connection, which no other connection has at the same time. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

/** Has the log say that connections are refused: at once, and then how many in a while, in one line. */
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
  // Where files run out the system's connections are ended before anybody here hears of them (libuv): so it is looked.
  const looking = setInterval(() => {
    try {
      closeSync(openSync(devNull, 'r'));
    } catch (error) {
      turnedAway(systemCode(error) || 'unknown');
    }
  }, webLimits.openFilesLookMs).unref();
  server.once('close', () => clearInterval(looking));
  server.on('error', error => {
    // What fails before it listens is told by who asked for that.
    if (server.listening) turnedAway(systemCode(error) || 'unknown');
  });
}
