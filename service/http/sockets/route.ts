import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import websocket from '@fastify/websocket';
import { CARRIER_MESSAGE_CHARS_MAX } from '@passfob/protocol/limits';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { agentLimits } from '../../base/limits/agents.ts';
import { webLimits } from '../../base/limits/web.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { GOING_AWAY, type Talker, type TextConnection } from '../../subjects/connections/connection.ts';
import { originOf } from '../../subjects/connections/opening.ts';
import { bySource, narrowed, type RouteAccess } from '../web/access.ts';
import { countAgain, vouchForGood } from '../web/admission.ts';
import type { WebContext } from '../web/context.ts';
import { LargeBodies } from '../web/large-bodies.ts';
import { Problem, problemOf, sendProblem } from '../web/problems.ts';
import type { Rate } from '../web/rates.ts';
import { routeOptions } from '../web/route.ts';
import { FrameWatch } from './frames.ts';

/** A character of JSON text takes at most three bytes in UTF-8. */
const MESSAGE_BYTES = CARRIER_MESSAGE_CHARS_MAX * 3;

/** One of the service's WebSockets (RFC 6455). */
export interface SocketRoute {
  readonly path: string;
  /** How often one source may connect. */
  readonly rate: Rate;
  /** Bytes that may wait to be sent; a slower reader is disconnected. */
  readonly bufferedMax: number;
  /** Checks that there is capacity. @throws Problem */
  admit(request: FastifyRequest): void;
  talk(line: TextConnection, request: FastifyRequest): Talker;
}

/** Serves WebSockets. When the service ends, each is closed in its own protocol. */
export function serveSockets(
  app: FastifyInstance,
  context: WebContext,
  routes: readonly SocketRoute[],
): void {
  refuseUpgrades(app);
  const upgrading = new Upgrading(app.server);
  const open = new Set<Talker>();
  const incomplete = new LargeBodies({
    most: agentLimits.incompleteMaxBytes,
    mostOfSource: agentLimits.incompleteOfSourceMaxBytes,
  });
  app.register(async scope => {
    scope.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
    await scope.register(websocket, {
      options: {
        maxPayload: MESSAGE_BYTES,
        maxFragments: agentLimits.fragmentsMax,
        maxBufferedChunks: agentLimits.fragmentPacketsMax,
        perMessageDeflate: false,
      },
      // `ws` closes a connection after a protocol error; there is nothing to report.
      errorHandler: (_error, socket) => socket.terminate(),
      preClose: function end(done) {
        for (const talker of open) talker.shutDown();
        const cut = setTimeout(() => {
          for (const client of scope.websocketServer.clients) client.terminate();
        }, webLimits.socketsClosingMs);
        scope.websocketServer.close(() => {
          clearTimeout(cut);
          upgrading.end();
          done();
        });
      },
    });
    for (const route of routes) {
      const options = routeOptions({ access: socketAccess(context, route) });
      scope.get(route.path, { ...options, websocket: true }, (socket, request) => {
        upgrading.done(request.raw.socket);
        boundMessages(incomplete, socket, request);
        connectSocket(route, open, socket, request);
      });
    }
  });
}

/** Programs send no Origin; of web pages only the service's own may connect. @throws Problem `forbidden` */
export function refuseOrigins(request: FastifyRequest): void {
  const { origin } = request.headers;
  if (origin !== undefined && origin !== originOf(request)) throw new Problem('forbidden');
}

function socketAccess(context: WebContext, { rate, admit }: SocketRoute): RouteAccess {
  const limited = bySource(context, rate, [async request => refuseOrigins(request)]);
  return narrowed(limited, { beforeBody: [async request => admit(request)] });
}

function connectSocket(
  { bufferedMax, talk }: SocketRoute,
  open: Set<Talker>,
  socket: WebSocket,
  request: FastifyRequest,
): void {
  let pings: NodeJS.Timeout | undefined;
  const line: TextConnection = {
    send(text) {
      // A client that reads nothing is disconnected.
      if (socket.bufferedAmount > bufferedMax) socket.terminate();
      else socket.send(text);
    },
    close(code) {
      socket.close(code);
      if (code !== GOING_AWAY) countAgain(request);
    },
    keepAlive(everyMs) {
      pings ??= ping(socket, everyMs);
    },
  };
  vouchForGood(request);
  const talker = talk(line, request);
  open.add(talker);
  socket.on('message', (data, isBinary) => talker.receive(isBinary ? undefined : String(data)));
  socket.on('close', () => {
    clearInterval(pings);
    open.delete(talker);
    talker.lost();
  });
}

/** Disconnects a client whose message stays incomplete, takes up too much, or has to give way to those of others. */
function boundMessages(incomplete: LargeBodies, socket: WebSocket, request: FastifyRequest): void {
  const source = sourceKey(request.ip);
  const frames = new FrameWatch();
  const end = () => socket.terminate();
  let release: (() => void) | undefined;
  let late: NodeJS.Timeout | undefined;
  const settle = () => {
    clearTimeout(late);
    release?.();
    release = undefined;
  };
  request.raw.socket.on('data', (bytes: Uint8Array) => {
    if (frames.take(bytes)) settle();
    // Later, so that `ws` can first say why it refuses these bytes.
    if (frames.held > MESSAGE_BYTES + agentLimits.messageOverheadMaxBytes) return void setImmediate(end);
    if (frames.held === 0 || release !== undefined) return;
    release = incomplete.begin(source, agentLimits.incompleteBytes, end);
    if (release === undefined) return end();
    late = setTimeout(end, webLimits.requestTimeoutMs);
  });
  socket.once('close', settle);
}

/** Disconnects a client that does not answer before the next ping. */
function ping(socket: WebSocket, everyMs: number): NodeJS.Timeout {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  return setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, everyMs);
}

/**
 * The connections of upgrades, which the HTTP server no longer tracks: one that never became a WebSocket would keep
 * an ending service waiting for ever.
 */
class Upgrading {
  private readonly sockets: Set<Duplex>;
  private readonly late: WeakMap<Duplex, NodeJS.Timeout>;
  private isOver: boolean;

  constructor(server: FastifyInstance['server']) {
    this.sockets = new Set();
    this.late = new WeakMap();
    this.isOver = false;
    server.on('upgrade', (_request: IncomingMessage, socket: Duplex) => {
      this.sockets.add(socket);
      // The server's own timeouts no longer apply to it.
      this.late.set(
        socket,
        setTimeout(() => socket.destroy(), webLimits.requestTimeoutMs),
      );
      socket.once('close', () => {
        this.done(socket);
        this.sockets.delete(socket);
      });
      if (this.isOver) socket.destroy();
    });
  }

  /** Marks it as a WebSocket. */
  done(socket: Duplex): void {
    clearTimeout(this.late.get(socket));
  }

  /** Ends all of them, and all later ones. */
  end(): void {
    this.isOver = true;
    for (const socket of this.sockets) socket.destroy();
  }
}

/**
 * On other routes an upgrade is answered like any request; its connection, which the server no longer tracks, is then
 * closed.
 */
function refuseUpgrades(app: FastifyInstance): void {
  app.addHook('onResponse', async request => {
    if (request.raw.headers.upgrade !== undefined) request.raw.socket.destroySoon();
  });
}
