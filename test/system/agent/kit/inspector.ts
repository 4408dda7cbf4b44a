import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Issued } from '../../../service/serve/certificates.ts';

/**
 * An inspecting device as some companies run it behind their proxy: it ends TLS with a certificate of its own
 * authority, reads the requests, and forwards everything but upgrades.
 */
export class Inspector implements AsyncDisposable {
  /** The requests that it saw. */
  readonly seen: string[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(shown: Issued, port: number, ca: string) {
    const carry = (from: IncomingMessage, to: ServerResponse) => {
      this.seen.push(`${from.method} ${from.url}`);
      const { host = '' } = from.headers;
      const onward = request(
        {
          host: '127.0.0.1',
          port,
          ca,
          servername: host.replace(/:\d+$/, ''),
          method: from.method,
          path: from.url,
          headers: from.headers,
          agent: false,
        },
        answer => {
          to.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(to);
        },
      );
      onward.on('error', () => to.destroy());
      to.on('close', () => onward.destroy());
      from.pipe(onward);
    };
    this.server = createServer({ cert: readFileSync(shown.cert), key: readFileSync(shown.key) }, carry);
    this.server.on('upgrade', (from: IncomingMessage, socket: Socket) => {
      this.seen.push(`upgrade ${from.url}`);
      socket.end('HTTP/1.1 403 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    });
    this.server.on('connection', socket => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  /** @param port of the service on this computer @param ca PEM of its authority */
  static async start(shown: Issued, port: number, ca: string): Promise<Inspector> {
    const inspector = new Inspector(shown, port, ca);
    await new Promise<void>(resolve => inspector.server.listen(0, '127.0.0.1', resolve));
    return inspector;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise(resolve => this.server.close(resolve));
  }
}
