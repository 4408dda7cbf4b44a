import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A TCP proxy on loopback that can cut connections, refuse new ones, accept them and stay silent, keep them after the
 * other side has closed its own, or lose one answer.
 */
export class CutProxy implements AsyncDisposable {
  #mode: 'open' | 'lingering' | 'refusing' | 'silent' = 'open';
  readonly #sockets = new Set<Socket>();
  #losing: { readonly words: readonly string[]; readonly lost: () => void } | undefined;
  readonly #target: URL;
  readonly #server = createServer(near => {
    this.#keep(near);
    if (this.#mode === 'refusing') near.resetAndDestroy();
    if (this.#mode === 'refusing' || this.#mode === 'silent') return;
    const isLingering = this.#mode === 'lingering';
    const far = connect(Number(this.#target.port), this.#target.hostname);
    this.#keep(far);
    this.#loseBetween(near, far);
    near.pipe(far).pipe(near, { end: !isLingering });
    near.on('close', () => far.destroy());
    if (!isLingering) far.on('close', () => near.destroy());
  });

  private constructor(target: string) {
    this.#target = new URL(target);
  }

  /** @param target address of the server behind it */
  static async before(target: string): Promise<CutProxy> {
    const proxy = new CutProxy(target);
    await new Promise<void>(resolve => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The target's address through this proxy. */
  get address(): string {
    const address = new URL(this.#target);
    address.port = String((this.#server.address() as AddressInfo).port);
    return address.href;
  }

  /** Cuts all connections, and sets the mode for new ones. */
  cut(mode: 'open' | 'lingering' | 'refusing' | 'silent'): void {
    this.#mode = mode;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /**
   * Keeps all connections but carries nothing more, as after a silent failure of the other side.
   * @param mode of new ones, which work as before if it is not given
   */
  freeze(mode = this.#mode): void {
    this.#mode = mode;
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  /**
   * Loses an answer, once, and the connection with it: on the first connection that sends these words to the target,
   * one after the other, the answer to the last of them. The target has executed the request by then.
   * @returns when it is lost
   */
  loseAnswer(...words: readonly string[]): Promise<void> {
    return new Promise(lost => {
      this.#losing = { words, lost };
    });
  }

  #loseBetween(near: Socket, far: Socket): void {
    let losing = this.#losing;
    let said = 0;
    near.on('data', (bytes: Buffer) => {
      if (losing !== this.#losing) said = 0;
      losing = this.#losing;
      while (losing !== undefined && said < losing.words.length && bytes.includes(losing.words[said] ?? ''))
        said++;
      if (losing === undefined || said < losing.words.length) return;
      const { lost } = losing;
      this.#losing = undefined;
      far.unpipe(near);
      far.once('data', () => {
        near.resetAndDestroy();
        lost();
      });
      far.resume();
    });
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
