import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback that can cut connections, refuse new ones, or take them and say nothing. */
export class CutProxy implements AsyncDisposable {
  #mode: 'open' | 'refusing' | 'silent' = 'open';
  readonly #sockets = new Set<Socket>();
  readonly #target: URL;
  readonly #server = createServer(near => {
    this.#keep(near);
    if (this.#mode === 'refusing') near.resetAndDestroy();
    if (this.#mode !== 'open') return;
    const far = connect(Number(this.#target.port), this.#target.hostname);
    this.#keep(far);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });

  private constructor(target: string) {
    this.#target = new URL(target);
  }

  /** @param target address of what it stands in front of */
  static async before(target: string): Promise<CutProxy> {
    const proxy = new CutProxy(target);
    await new Promise<void>(resolve => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The target's address by way of this proxy. */
  get address(): string {
    const address = new URL(this.#target);
    address.port = String((this.#server.address() as AddressInfo).port);
    return address.href;
  }

  /** Cuts all connections, and treats new ones so. */
  cut(mode: 'open' | 'refusing' | 'silent'): void {
    this.#mode = mode;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut('refusing');
    await new Promise(resolve => this.#server.close(resolve));
  }
}
