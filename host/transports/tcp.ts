import { connect, type Socket } from 'node:net';
import { type ErrorKind, FobError, systemCode } from '../errors.ts';
import { TCP_CONNECT_TIMEOUT_MS } from '../limits.ts';
import { pipe } from './pipe.ts';
import type { Transport } from './transport.ts';

/**
 * Opens a fob over TCP: a simulated one, or a port shared by a serial server.
 * @throws FobError `port-absent` if nothing listens, `port-forbidden`, `port-failed`
 */
export async function openTcp(host: string, port: number): Promise<Transport> {
  const name = tcpName(host, port);
  const socket = await connected(name, host, port);
  let hasSpoken = false;
  const { transport, receive, lost } = pipe({
    name,
    write: text =>
      new Promise((resolve, reject) =>
        socket.write(text, 'latin1', cause =>
          cause ? reject(new FobError('unplugged', { subject: name, cause })) : resolve(),
        ),
      ),
    release: async () => {
      socket.destroy();
    },
  });
  socket.on('data', bytes => {
    hasSpoken = true;
    receive(bytes);
  });
  // An error is always followed by `close`.
  socket.on('error', () => undefined);
  socket.on('close', () => lost(hasSpoken ? new FobError('unplugged', { subject: name }) : turnedAway(name)));
  return transport;
}

/** Formats `tcp:HOST:PORT`, an IPv6 host in brackets. */
export function tcpName(host: string, port: number): string {
  return `tcp:${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** If the connection ends before any byte arrives, the other side serves another client, or has no fob. */
function turnedAway(name: string): FobError {
  return new FobError('port-busy', {
    sentence: `The fob at ${name} closed the connection at once: another program uses it, or it is unplugged.`,
    next: 'End the other program or plug the fob in, then run the command again.',
  });
}

/** The timeout has two halves, so that a process that was suspended handles pending events before it gives up. */
function connected(name: string, host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const fail = (cause: unknown) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new FobError(kindOf(systemCode(cause)), { subject: name, cause }));
    };
    let timer = setTimeout(() => {
      timer = setTimeout(() => fail(undefined), TCP_CONNECT_TIMEOUT_MS / 2);
    }, TCP_CONNECT_TIMEOUT_MS / 2);
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

function kindOf(code: string): ErrorKind {
  return code === 'EACCES' || code === 'EPERM' ? 'port-forbidden' : 'port-absent';
}
