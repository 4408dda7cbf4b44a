import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Serves HTTP on a free port of loopback until the test, or what `after` stands for, ends. @returns the origin */
export async function listening(
  answer: RequestListener | Server,
  after: (end: () => void) => void = onTestFinished,
): Promise<string> {
  const server = typeof answer === 'function' ? createServer(answer) : answer;
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
