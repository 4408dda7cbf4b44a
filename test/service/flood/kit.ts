import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { get as getTls } from 'node:https';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Need } from '../../kit/tools.ts';

/** On Linux every address of 127.0.0.0/8 is this computer, so that the attacker has an address of its own. */
export const needsLinux: Need<true> = {
  name: 'Linux: addresses of 127.0.0.0/8, and /proc',
  found: process.platform === 'linux' ? true : undefined,
};

const ATTACKER = '127.0.0.2';

/** A connection for raw bytes. */
export class RawConnection {
  readonly socket: Socket;
  readonly #sinceMs = performance.now();
  #heard = '';
  #closedMs: number | undefined;
  readonly #waiting: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', chunk => {
      this.#heard += chunk;
      this.#wake();
    });
    // The service may end a connection by a reset.
    socket.on('error', () => undefined);
    socket.once('end', () => this.#markClosed());
    socket.once('close', () => this.#markClosed());
  }

  #markClosed(): void {
    this.#closedMs ??= performance.now() - this.#sinceMs;
    this.#wake();
  }

  get heard(): string {
    return this.#heard;
  }

  /** Status of the response, or 0 before there is one. */
  get status(): number {
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(this.#heard)?.[1] ?? 0);
  }

  get isOpen(): boolean {
    return this.#closedMs === undefined;
  }

  /** When the service closed the connection, in milliseconds since its opening; undefined while it is open. */
  get closedMs(): number | undefined {
    return this.#closedMs;
  }

  /** Sends bytes, and waits while the service does not read; returns false once the connection is over. */
  async send(bytes: string | Buffer): Promise<boolean> {
    if (!this.isOpen || this.socket.destroyed) return false;
    if (!this.socket.write(bytes))
      await Promise.race([once(this.socket, 'drain'), this.closed()]).catch(() => undefined);
    return this.isOpen;
  }

  /** Resolves with the status of the response, or with 0 if the connection ends without one. */
  async answered(): Promise<number> {
    while (this.isOpen && !this.#heard.includes('\r\n\r\n')) await this.#something();
    return this.status;
  }

  async closed(): Promise<void> {
    while (this.isOpen) await this.#something();
  }

  #something(): Promise<void> {
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Opens a TCP connection to a service. */
export async function raw(url: string, from = ATTACKER): Promise<RawConnection> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port), localAddress: from });
  const connection = new RawConnection(socket);
  await Promise.race([once(socket, 'connect'), connection.closed()]).catch(() => undefined);
  return connection;
}

/** Opens a TLS connection to a service. */
export async function rawTls(url: string, options: ConnectionOptions): Promise<RawConnection> {
  const { hostname: host, port } = new URL(url);
  const socket = connectTls({ host, port: Number(port), ...options });
  const connection = new RawConnection(socket);
  await once(socket, 'secureConnect');
  return connection;
}

/** Returns the head of a form that a browser sends to a page of the service. */
export function formHead(url: string, path: string, type: string, length: number): string {
  const { host, origin } = new URL(url);
  const lines = [`POST ${path} HTTP/1.1`, `host: ${host}`, `origin: ${origin}`, `content-type: ${type}`];
  return `${[...lines, `content-length: ${length}`].join('\r\n')}\r\n\r\n`;
}

/** One of the smallest parts of a form with files. */
const PART = '--b\r\ncontent-disposition: form-data; name="a"; filename="b"\r\n\r\nx\r\n';
export const PARTS_TYPE = 'multipart/form-data; boundary=b';

/** Returns a form with as many small parts as fit. */
export function manyParts(length: number): Buffer {
  const end = '--b--\r\n';
  const count = Math.floor((length - end.length) / PART.length);
  return Buffer.from(PART.repeat(count) + end);
}

/** The cost of an attack for a service. */
export interface Cost {
  /** Processor time, which limits how long others waited; unlike waiting times it does not depend on the load. */
  readonly spentMs: number;
  /** The highest memory use above the initial one. */
  readonly grownBytes: number;
  /** The longest response time of `/health`. */
  readonly slowestMs: number;
}

/** Requests `/health` repeatedly during an attack, and measures the process. */
export async function during(
  { url, pid }: { readonly url: string; readonly pid: number },
  attack: () => Promise<unknown>,
): Promise<Cost> {
  await health(url);
  const before = residentBytes(pid);
  const beforeMs = processorMs(pid);
  let slowestMs = 0;
  let most = before;
  let isOver = false;
  const look = async () => {
    while (!isOver) {
      const startMs = performance.now();
      await health(url);
      slowestMs = Math.max(slowestMs, performance.now() - startMs);
      most = Math.max(most, residentBytes(pid));
      await wait(50);
    }
  };
  const looking = look();
  await attack();
  isOver = true;
  await looking;
  return { spentMs: processorMs(pid) - beforeMs, grownBytes: most - before, slowestMs };
}

/** Returns the processor time of a process so far (proc(5)), whose clock ticks 100 times a second. */
export function processorMs(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}

/** Returns the status of `/health`, on a connection of its own. */
export function health(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const heard = (response: IncomingMessage) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    };
    const address = `${url}/health`;
    const asked = url.startsWith('https:')
      ? getTls(address, { agent: false, rejectUnauthorized: false }, heard)
      : get(address, { agent: false }, heard);
    asked.once('error', reject);
  });
}

/** Returns the resident memory of a process (proc(5)). */
function residentBytes(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

/** Counts the open sockets of a process, including listening ones. */
export function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  const isSocket = (name: string) => {
    try {
      return readlinkSync(`${folder}/${name}`).startsWith('socket:');
    } catch {
      // The descriptor was closed meanwhile.
      return false;
    }
  };
  return readdirSync(folder).filter(isSocket).length;
}
