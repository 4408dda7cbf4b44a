import websocket from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { MESSAGE_CHARS_MAX } from '../../../activation/limits.ts';
import { limits } from '../../limits.ts';
import { ensureIdentity, type Identity } from '../../sealing/identity.ts';
import { prepareSource } from '../../validation/source.ts';
import { sourceKey } from '../../web/buckets.ts';
import { limitSource, type WebContext } from '../../web/context.ts';
import { Problem, problemOf, sendProblem } from '../../web/problems.ts';
import { Conversation, type RelayMeans } from './conversation.ts';

const PATH = '/relay';
/** A character of JSON text takes at most three bytes in UTF-8. */
const MESSAGE_BYTES = MESSAGE_CHARS_MAX * 3;

/** `GET /relay`: a WebSocket by which relays carry the bytes of fobs (`docs/relay.md`). */
export function serveRelay(app: FastifyInstance, context: WebContext): void {
  refuseUpgrades(app);
  const open = new Set<Open>();
  app.register(async scope => {
    scope.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
    await scope.register(websocket, {
      options: { maxPayload: MESSAGE_BYTES, perMessageDeflate: false },
      // What a relay sends wrongly ends its connection, by `ws` itself; there is nobody to tell.
      errorHandler: (_error, socket) => socket.terminate(),
      preClose: function end(done) {
        for (const { conversation } of open) conversation.shutDown();
        const cut = setTimeout(() => {
          for (const client of scope.websocketServer.clients) client.terminate();
        }, limits.relayClosingMs);
        scope.websocketServer.close(() => {
          clearTimeout(cut);
          done();
        });
      },
    });
    const means = meansOf(context);
    scope.get(
      PATH,
      { websocket: true, config: { permission: 'public' }, onRequest: admission(context, open) },
      (socket, request) => talk(means, open, socket, request),
    );
  });
}

interface Open {
  readonly from: string;
  readonly conversation: Conversation;
}

function meansOf({ management, ownApplication, changes }: WebContext): RelayMeans {
  let reading: Promise<Identity> | undefined;
  return {
    management,
    applicationId: ownApplication.id,
    announce: () => changes.announce(),
    identity() {
      reading ??= ensureIdentity(management.db, management.keys, management.clock());
      reading.catch(() => {
        reading = undefined;
      });
      return reading;
    },
  };
}

/** Who may connect: programs, which say no Origin, and the service's own pages; few at once from one source. */
function admission(context: WebContext, open: ReadonlySet<Open>) {
  return async (request: FastifyRequest) => {
    limitSource(context, request, 'relay', limits.relayBucket);
    const { origin } = request.headers;
    if (origin !== undefined && origin !== originOf(request)) throw new Problem('forbidden');
    const from = sourceKey(request.ip);
    const ofSource = [...open].filter(one => one.from === from).length;
    if (open.size >= limits.relaysMax || ofSource >= limits.relaysPerSource) throw new Problem('too_many');
  };
}

/** The service's own address that this request used: `guard` has seen to it that it is one. */
function originOf({ protocol, host }: FastifyRequest): string {
  return new URL(`${protocol}://${host}`).origin;
}

function talk(means: RelayMeans, open: Set<Open>, socket: WebSocket, request: FastifyRequest): void {
  const caller = { source: prepareSource(request.ip), requestId: request.id };
  const conversation = new Conversation(means, caller, originOf(request), {
    send(text) {
      // Who takes nothing is gone.
      if (socket.bufferedAmount > limits.relayBufferedMax) socket.terminate();
      else socket.send(text);
    },
    close: code => socket.close(code),
  });
  const one = { from: sourceKey(request.ip), conversation };
  open.add(one);
  let isAlive = true;
  const pings = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, limits.relayPingMs);
  socket.on('pong', () => {
    isAlive = true;
  });
  socket.on('message', (data, isBinary) => conversation.receive(isBinary ? undefined : String(data)));
  socket.on('close', () => {
    clearInterval(pings);
    open.delete(one);
    conversation.lost();
  });
}

/** Elsewhere an upgrade is answered as any request, and its connection, which no server minds any more, ended. */
function refuseUpgrades(app: FastifyInstance): void {
  app.addHook('onResponse', async request => {
    if (request.raw.headers.upgrade !== undefined) request.raw.socket.destroySoon();
  });
}
