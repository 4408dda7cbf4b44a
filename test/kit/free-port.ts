import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** Below the ports that systems assign on request: no other program gets it by chance between choice and use. */
const [FIRST, LAST] = [15_000, 32_000];

/** Returns a free port of this computer, for a program that cannot pick one itself, or that returns to it. */
export async function freePort(kind: 'tcp' | 'udp' = 'tcp'): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (await (kind === 'tcp' ? isFreeForTcp(port) : isFreeForUdp(port))) return port;
  }
}

function isFreeForTcp(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function isFreeForUdp(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
  });
}
