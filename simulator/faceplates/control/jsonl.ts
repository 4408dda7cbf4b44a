import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { MAX_CONTROL_CLIENTS, MAX_REQUEST_BYTES } from './limits.ts';
import type { SendMessage } from './message.ts';
import { openSession } from './session.ts';
import type { ControlTarget } from './target.ts';

const NEWLINE = 0x0a;

/**
 * Yields the lines of a byte stream in order, each without its newline and a carriage return before it. Reads the
 * next line only on request and skips empty lines. A line of more than `maxBytes` yields undefined; no more than
 * `maxBytes` of it are kept.
 */
export async function* boundedLines(
  input: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string | undefined> {
  let kept = Buffer.alloc(0);
  let isTooLong = false;
  for await (const chunk of input) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      isTooLong ||= kept.length + end - from > maxBytes;
      const line = isTooLong ? undefined : textOf(kept, chunk.subarray(from, end));
      kept = Buffer.alloc(0);
      isTooLong = false;
      from = end + 1;
      if (line !== '') yield line;
    }
    isTooLong ||= kept.length + chunk.length - from > maxBytes;
    kept = isTooLong ? Buffer.alloc(0) : Buffer.concat([kept, chunk.subarray(from)]);
  }
  if (isTooLong) yield undefined;
  else if (kept.length > 0) yield textOf(kept);
}

function textOf(...parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
}

/**
 * Serves the control protocol over a pair of byte streams until the input ends: one JSON object per line, answered
 * one after the other in the order of the requests.
 */
export async function controlStreams(
  target: ControlTarget,
  input: Readable,
  output: Writable,
): Promise<void> {
  const session = openSession(target, lineWriter(output));
  try {
    for await (const line of boundedLines(input, MAX_REQUEST_BYTES)) {
      await session.receive(line);
      await drained(output);
    }
  } finally {
    session.close();
  }
}

export interface ControlServer {
  close(): Promise<void>;
}

/**
 * Serves the control protocol to every client of a Unix socket that only this user can open.
 * @throws the system's error if the socket cannot be made (`EADDRINUSE` if the path exists).
 */
export async function controlServer(target: ControlTarget, path: string): Promise<ControlServer> {
  const clients = new Set<Socket>();
  const server = createServer(socket => {
    // An error is always followed by `close`.
    socket.on('error', () => undefined);
    if (clients.size >= MAX_CONTROL_CLIENTS) {
      socket.destroy();
      return;
    }
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    controlStreams(target, socket, socket).then(
      () => socket.end(),
      () => socket.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  chmodSync(path, 0o600);
  return {
    async close() {
      for (const client of clients) client.destroy();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

function lineWriter(output: Writable): SendMessage {
  return message => {
    if (output.writableNeedDrain && 'event' in message) return false;
    if (output.writable) output.write(`${JSON.stringify(message)}\n`);
    return true;
  };
}

/** Waits until the reader has taken the written data, or has disconnected. */
function drained(output: Writable): Promise<void> {
  if (!output.writableNeedDrain || !output.writable) return Promise.resolve();
  return new Promise(resolve => {
    const done = () => {
      output.off('drain', done);
      output.off('close', done);
      output.off('error', done);
      resolve();
    };
    output.on('drain', done);
    output.on('close', done);
    output.on('error', done);
  });
}
