import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { webLimits } from '../../base/limits/web.ts';

/** The responses of each connection that are not finished: still being made, or not taken by the client. */
const unfinished = new WeakMap<Socket, Set<ServerResponse>>();

/**
 * A request of Node's server, made before any hook of Fastify runs. A body in very many small pieces ends its connection:
 * each piece costs far more than its bytes. Node makes a piece of each chunk (RFC 9112 §7.1) and of each packet.
 */
export class BoundedRequest extends IncomingMessage {
  private pieces: number;
  private bytes: number;

  constructor(socket: Socket) {
    super(socket);
    this.pieces = 0;
    this.bytes = 0;
  }

  override push(chunk: Uint8Array | null, encoding?: BufferEncoding): boolean {
    this.pieces += 1;
    this.bytes += chunk?.length ?? 0;
    if (this.pieces <= webLimits.bodyPiecesMin + this.bytes / webLimits.bodyPieceBytes)
      return super.push(chunk, encoding);
    this.socket.destroy();
    return false;
  }
}

/**
 * Its response. Node parses all pipelined requests of a packet (RFC 9112 §9.3.2) before the first one is answered, and
 * answers some of them by itself, so they are counted here. A response that the client does not take in time ends the
 * connection.
 */
export class BoundedResponse<Request extends IncomingMessage> extends ServerResponse<Request> {
  constructor(...given: ConstructorParameters<typeof ServerResponse<Request>>) {
    super(...given);
    const { socket } = this.req;
    const all = unfinished.get(socket) ?? unfinishedOn(socket);
    if (all.size >= webLimits.pipelinedMax) socket.destroy();
    if (socket.destroyed) return;
    all.add(this);
    let late: NodeJS.Timeout | undefined;
    // Nothing is written afterwards.
    this.once('prefinish', () => {
      const unread = this.writableLength;
      const mostMs = webLimits.unreadMs + (unread * 1_000) / webLimits.unreadBytesPerSecond;
      if (unread > 0) late = setTimeout(() => socket.destroy(), mostMs);
    });
    this.once('close', () => {
      clearTimeout(late);
      all.delete(this);
    });
  }
}

/** Node tells only the response that is being sent that its connection has closed, none of those behind it. */
function unfinishedOn(socket: Socket): Set<ServerResponse> {
  const all = new Set<ServerResponse>();
  unfinished.set(socket, all);
  socket.once('close', () => {
    for (const response of [...all]) {
      if (response.socket !== null) continue;
      response.destroyed = true;
      response.emit('close');
    }
  });
  return all;
}

/** Calls once a response has been taken, or its connection has ended; at once if that is over already. */
export function whenOver(response: ServerResponse, act: () => void): void {
  if (response.destroyed || response.req.socket.destroyed) act();
  else response.once('close', act);
}

/** Handles no request of a connection that was ended while Node was still parsing its packet. */
export function skipEnded(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.raw.socket.destroyed) reply.hijack();
    else done();
  });
}
