import { createConnection, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Requests to send; each body is made when it is needed. */
export interface Load {
  readonly url: URL;
  readonly apiKey: string;
  readonly path: string;
  /** Returns the body of the n-th request. */
  readonly body: (nth: number) => string;
  readonly connections: number;
  readonly requests: number;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Milliseconds of the n-th request. */
  readonly times: Float64Array;
  /** How many responses had each status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/**
 * Sends requests over keep-alive connections, one at a time on each, and reads only the necessary part of a response:
 * the client shares the machine with the service it measures.
 */
export async function run(load: Load): Promise<LoadResult> {
  const times = new Float64Array(load.requests);
  const statuses: Record<string, number> = {};
  let sent = 0;
  const beganMs = performance.now();
  const work = async () => {
    const socket = await connect(load.url);
    while (sent < load.requests) {
      const nth = sent++;
      const atMs = performance.now();
      const status = await exchange(socket, request(load, nth));
      times[nth] = performance.now() - atMs;
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: load.connections }, work));
  return resultOf(times, statuses, performance.now() - beganMs);
}

/** Requests that come as people do, whatever the service has answered so far. */
export interface Arrivals extends Omit<Load, 'requests'> {
  readonly perSecond: number;
  readonly forMs: number;
}

/**
 * Sends requests by a plan of evenly spaced times. A request whose connections are all taken waits, and that wait is part of
 * its time: what a service that stalls for a second does to all who come in that second is seen.
 */
export async function arrive({ perSecond, forMs, ...load }: Arrivals): Promise<LoadResult> {
  const requests = Math.round((perSecond * forMs) / 1_000);
  const times = new Float64Array(requests);
  const statuses: Record<string, number> = {};
  let sent = 0;
  const beganMs = performance.now();
  const work = async () => {
    const socket = await connect(load.url);
    while (sent < requests) {
      const nth = sent++;
      const plannedMs = beganMs + (nth * 1_000) / perSecond;
      const earlyMs = plannedMs - performance.now();
      if (earlyMs > 1) await pause(earlyMs);
      const status = await exchange(socket, request({ ...load, requests }, nth));
      times[nth] = performance.now() - plannedMs;
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: load.connections }, work));
  return resultOf(times, statuses, performance.now() - beganMs);
}

function resultOf(times: Float64Array, statuses: LoadResult['statuses'], tookMs: number): LoadResult {
  const sorted = times.slice().sort();
  const quantile = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const perSecond = times.length / (tookMs / 1_000);
  return { perSecond, p50Ms: quantile(0.5), p99Ms: quantile(0.99), times, statuses };
}

function request({ url, apiKey, path, body }: Load, nth: number): string {
  const text = body(nth);
  return `POST ${path} HTTP/1.1\r\nhost: ${url.host}\r\nauthorization: Bearer ${apiKey}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

function connect(url: URL): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: url.hostname, port: Number(url.port), noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

function exchange(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = '';
    const done = (error?: Error) => {
      socket.off('data', read);
      socket.off('close', closed);
      if (error) reject(error);
      else resolve(head.slice(9, 12));
    };
    const closed = () => done(new Error('the service closed the connection'));
    const read = (data: Buffer) => {
      head += data.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (head.length >= end + 4 + length) done();
    };
    socket.on('data', read);
    socket.on('close', closed);
    socket.write(text);
  });
}
