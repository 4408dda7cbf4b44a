import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Guest } from './guest.ts';

/** A port of this machine that leads to one of the guest's loopback. */
export class Tunnel {
  readonly port: number;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.server = server;
    this.port = port;
  }

  static async to(guest: Guest, inside: number): Promise<Tunnel> {
    const server = createServer({ noDelay: true });
    const tunnel = new Tunnel(server, await portOf(server));
    server.on('connection', socket => {
      tunnel.keep(socket);
      tunnel.lead(socket, guest, inside).catch(() => socket.destroy());
    });
    return tunnel;
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }

  private async lead(near: Socket, guest: Guest, inside: number): Promise<void> {
    // The guest can only call out: it does so for each connection.
    const gate = createServer({ noDelay: true });
    try {
      const calling = once(gate, 'connection') as Promise<[Socket]>;
      const outside = await portOf(gate);
      await guest.ask({ do: 'join', port: inside, outside });
      const [far] = await calling;
      this.keep(far);
      near.pipe(far).pipe(near);
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    } finally {
      gate.close();
    }
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}
