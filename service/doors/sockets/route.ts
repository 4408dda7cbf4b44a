import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import websocket from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MESSAGE_CHARS_MAX } from 'passfob/activation/limits';
import type { WebSocket } from 'ws';
import { webLimits } from '../../base/limits/web.ts';
import type { Talker, TextConnection } from '../../features/lines/line.ts';
import { originOf } from '../../features/lines/opening.ts';
import { bySource, narrowed, type RouteAccess } from '../web/access.ts';
import { vouchForGood } from '../web/admission.ts';
import type { WebContext } from '../web/context.ts';
import { Problem, problemOf, sendProblem } from '../web/problems.ts';
import type { Rate } from '../web/rates.ts';
import { routeOptions } from '../web/route.ts';

/** A character of JSON text takes at most three bytes in UTF-8. */
const MESSAGE_BYTES = MESSAGE_CHARS_MAX * 3;

/** One of the service's WebSockets (RFC 6455). */
export interface SocketRoute {
  readonly path: string;
  /** How often one source may connect. */
  readonly rate: Rate;
  /** Who takes less than that at once is gone: bytes that wait to be sent. */
  readonly bufferedMax: number;
  /** How often the other end is asked whether it is there; absent where it says so by itself. */
  readonly pingMs?: number;
  /** Whether there is capacity for it. @throws Problem */
  admit(request: FastifyRequest): void;
  talk(line: TextConnection, request: FastifyRequest): Talker;
}

/** Serves WebSockets. They all end, in their own words, when the service does. */
export function serveSockets(
  app: FastifyInstance,
  context: WebContext,
  routes: readonly SocketRoute[],
): void {
  refuseUpgrades(app);
  const upgrading = new Upgrading(app.server);
  const open = new Set<Talker>();
  app.register(async scope => {
    scope.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
    await scope.register(websocket, {
      options: { maxPayload: MESSAGE_BYTES, perMessageDeflate: false },
      // What is sent wrongly ends its connection, by `ws` itself; there is nobody to tell.
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
        connectSocket(route, open, socket, request);
      });
    }
  });
}

/** Programs say no Origin; of pages only the service's own may connect. @throws Problem `forbidden` */
export function refuseOrigins(request: FastifyRequest): void {
  const { origin } = request.headers;
  if (origin !== undefined && origin !== originOf(request)) throw new Problem('forbidden');
}

function socketAccess(context: WebContext, { rate, admit }: SocketRoute): RouteAccess {
  const limited = bySource(context, rate, [async request => refuseOrigins(request)]);
  return narrowed(limited, { beforeBody: [async request => admit(request)] });
}

function connectSocket(
  { bufferedMax, pingMs, talk }: SocketRoute,
  open: Set<Talker>,
  socket: WebSocket,
  request: FastifyRequest,
): void {
  const line: TextConnection = {
    send(text) {
      // Who takes nothing is gone.
      if (socket.bufferedAmount > bufferedMax) socket.terminate();
      else socket.send(text);
    },
    close: code => socket.close(code),
  };
  vouchForGood(request);
  const talker = talk(line, request);
  open.add(talker);
  const pings = pingMs === undefined ? undefined : ping(socket, pingMs);
  socket.on('message', (data, isBinary) => talker.receive(isBinary ? undefined : String(data)));
  socket.on('close', () => {
    clearInterval(pings);
    open.delete(talker);
    talker.lost();
  });
}

/** Who does not answer before the next ping is gone. */
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
 * The connections of upgrades, which no HTTP server minds any more: one that never became a WebSocket would keep a service
 * that ends waiting for ever.
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
      // The server's own times do not hold for it any more.
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

  /** It has become a WebSocket. */
  done(socket: Duplex): void {
    clearTimeout(this.late.get(socket));
  }

  /** Ends all that there are, and those that come from now on. */
  end(): void {
    this.isOver = true;
    for (const socket of this.sockets) socket.destroy();
  }
}

/** Elsewhere an upgrade is answered as any request, and its connection, which no server minds any more, ended. */
function refuseUpgrades(app: FastifyInstance): void {
  app.addHook('onResponse', async request => {
    if (request.raw.headers.upgrade !== undefined) request.raw.socket.destroySoon();
  });
}
