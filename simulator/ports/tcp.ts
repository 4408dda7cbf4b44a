import { createServer, type Server, type Socket } from 'node:net';
import type { Wire } from '../base/fob.ts';
import type { Front } from './front.ts';
import { CLIENT_GRACE_MS, MAX_UNREAD_BYTES } from './limits.ts';

export interface TcpFront extends Front {
  /** The port on 127.0.0.1. */
  readonly port: number;
}

/**
 * Carries the wire over TCP on 127.0.0.1: raw bytes both ways, for one client at a time. A second client is closed
 * unless the first leaves within a moment, and so is every client while the cable is unplugged (the port stays
 * reserved, so that a replug cannot fail).
 * @param port 0 lets the system choose.
 * @throws the system's error if the server cannot listen on the port (`EADDRINUSE`, `EACCES`).
 */
export async function tcpFront(wire: Wire, port = 0): Promise<TcpFront> {
  /** Includes waiting clients, and refused ones that have not disconnected yet. */
  const sockets = new Set<Socket>();
  let client: Socket | undefined;
  let plugged = true;

  const take = (socket: Socket) => {
    client = socket;
    socket.on('data', bytes => wire.write(bytes));
    socket.resume();
  };
  const server = createServer({ pauseOnConnect: true }, socket => {
    sockets.add(socket);
    // An error is always followed by `close`, which releases the client.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      if (client === socket) client = undefined;
    });
    socket.setNoDelay(true);
    if (!plugged) refuse(socket);
    else if (client === undefined) take(socket);
    else {
      setTimeout(() => {
        if (plugged && client === undefined && !socket.destroyed) take(socket);
        else refuse(socket);
      }, CLIENT_GRACE_MS);
    }
  });
  const stopListening = wire.onData(bytes => {
    if (client === undefined || client.writableLength > MAX_UNREAD_BYTES) return;
    client.write(bytes);
  });

  try {
    await listening(server, port);
  } catch (error) {
    stopListening();
    throw error;
  }
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async unplug() {
      plugged = false;
      client?.destroy();
      client = undefined;
    },
    async replug() {
      plugged = true;
    },
    async close() {
      stopListening();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

/**
 * Closes gracefully: reads the bytes that the client has already sent, because otherwise it would see a reset
 * connection.
 */
function refuse(socket: Socket): void {
  socket.resume();
  socket.end();
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
