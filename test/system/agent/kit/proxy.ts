import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Time } from 'passfob/agent/base/time';

export interface TestProxyOptions {
  /** Destinations that CONNECT is allowed to, each with the port of this computer behind it. */
  readonly allowed: Readonly<Record<string, number>>;
  /** `user:password` that it requires (RFC 7617). */
  readonly login?: string;
  /** The scheme that it announces instead of Basic. */
  readonly challenge?: string;
  /** Cuts a tunnel that was idle for so long, by this clock. */
  readonly idle?: { readonly ms: number; readonly time: Time };
  /** Cuts every nth connection as soon as it opens. */
  readonly dropEvery?: number;
}

/** One CONNECT as the proxy logged it. */
export interface Logged {
  readonly target: string;
  readonly status: number;
}

/** A proxy that allows CONNECT to a few destinations and nothing else, and logs all of it. */
export class TestProxy implements AsyncDisposable {
  readonly log: Logged[] = [];
  /** Requests with a method other than CONNECT. */
  readonly others: string[] = [];
  options: TestProxyOptions;
  connections = 0;
  /** Pieces that went through tunnels to the destination, and back. */
  readonly carried = { there: 0, back: 0 };
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(options: TestProxyOptions) {
    this.options = options;
    this.server = createServer((request, response) => {
      this.others.push(`${request.method} ${request.url}`);
      response.writeHead(403).end();
    });
    this.server.on('connection', socket => {
      this.keep(socket);
      this.connections += 1;
      const { dropEvery } = this.options;
      if (dropEvery !== undefined && this.connections % dropEvery === 0) socket.resetAndDestroy();
    });
    this.server.on('connect', (request, socket: Socket, head: Buffer) => {
      const target = request.url ?? '';
      const end = (status: number, headers = '') => {
        this.log.push({ target, status });
        socket.end(`HTTP/1.1 ${status} No\r\n${headers}content-length: 0\r\n\r\n`);
      };
      const { login, challenge = 'Basic realm="test"', allowed } = this.options;
      const given = request.headers['proxy-authorization'];
      const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
      if (login !== undefined && given !== wanted) return end(407, `proxy-authenticate: ${challenge}\r\n`);
      const port = allowed[target];
      if (port === undefined) return end(403);
      const far = connect(port, '127.0.0.1', () => {
        this.log.push({ target, status: 200 });
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        far.write(head);
        socket.pipe(far).pipe(socket);
        this.watch(socket, far);
      });
      this.keep(far);
      far.on('close', () => socket.destroy());
      socket.on('close', () => far.destroy());
      return undefined;
    });
  }

  static async start(options: TestProxyOptions): Promise<TestProxy> {
    const proxy = new TestProxy(options);
    await new Promise<void>(resolve => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The requested destinations, each once. */
  get targets(): string[] {
    return [...new Set(this.log.map(({ target }) => target))].sort();
  }

  /** Opens and closes a connection of another client. */
  async visit(): Promise<void> {
    const socket = connect(this.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    await once(socket, 'close');
  }

  cutAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cutAll();
    await new Promise(resolve => this.server.close(resolve));
  }

  /** Counts the pieces that go through a tunnel, and cuts it when it is idle too long. */
  private watch(near: Socket, far: Socket): void {
    const { idle } = this.options;
    let forget: () => void = () => undefined;
    const wait = () => {
      forget();
      if (idle !== undefined) forget = idle.time.after(idle.ms, () => near.destroy());
    };
    near.on('data', () => {
      this.carried.there += 1;
      wait();
    });
    far.on('data', () => {
      this.carried.back += 1;
      wait();
    });
    near.on('close', () => forget());
    wait();
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }
}
