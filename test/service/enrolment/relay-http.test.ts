import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Rig } from '../kit.ts';
import { startedService } from '../users/kit.ts';

/** Opens a connection. @returns it, or the status of the refusal */
function dial(url: string, headers: Record<string, string> = {}): Promise<WebSocket | number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/relay`, { headers });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (request, { statusCode = 0 }) => {
      request.destroy();
      resolve(statusCode);
    });
    socket.once('error', reject);
  });
}

async function opened(url: string): Promise<WebSocket> {
  const socket = await dial(url);
  if (typeof socket === 'number') throw new Error(`refused: ${socket}`);
  return socket;
}

/** Returns the code with which the service closes a connection after these messages. */
async function endAfter(url: string, ...said: readonly (string | Buffer)[]): Promise<number> {
  const socket = await opened(url);
  const ended = once(socket, 'close');
  for (const one of said) socket.send(one);
  const [code] = await ended;
  return code as number;
}

const OPEN = JSON.stringify({ type: 'open', version: 1, nonce: 'A'.repeat(43) });

it('relay connections are accepted from programs and from the service’s own pages only', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  expect(await dial(url, { origin: 'https://elsewhere.example' })).toBe(403);
  expect(await dial(url, { origin: 'null' })).toBe(403);
  expect(await dial(url, { host: 'elsewhere.example' })).toBe(421);
  for (const headers of [{}, { origin: url }]) {
    const socket = await dial(url, headers);
    if (typeof socket === 'number') throw new Error(`refused: ${socket}`);
    socket.send(OPEN);
    const [answer] = await once(socket, 'message');
    expect(JSON.parse(String(answer))).toMatchObject({ type: 'identity' });
    socket.close();
  }
  const plain = await fetch(`${url}/relay`);
  expect(plain.status).toBe(404);
});

it('a malformed or out-of-turn message ends the relay connection', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  const enter = JSON.stringify({ type: 'enter', code: 'A'.repeat(22), relay: 'A'.repeat(22) });
  const wrong = [
    ['{'],
    ['[]'],
    ['{"type":"constructor"}'],
    [JSON.stringify({ type: 'open', version: 2, nonce: 'A'.repeat(43) })],
    [JSON.stringify({ type: 'open', version: 1, nonce: 'A'.repeat(42) })],
    [JSON.stringify({ type: 'open', version: 1, nonce: `${'A'.repeat(42)}B` })],
    [JSON.stringify({ type: 'open', version: 1, nonce: 'A'.repeat(43), more: 1 })],
    [enter],
    [OPEN, OPEN],
    [JSON.stringify({ type: 'bytes', text: '~' })],
    [Buffer.from(OPEN)],
  ];
  for (const said of wrong) expect([said, await endAfter(url, ...said)]).toEqual([said, 1008]);
  expect(await endAfter(url, 'x'.repeat(100_000))).toBe(1009);
});

it('upgrades that arrive while the service closes get no response and are not processed', async () => {
  await using service = await startedService();
  const { hostname, port, host } = new URL(service.url);
  const late = Array.from({ length: 20 }, () => connect({ host: hostname, port: Number(port) }).pause());
  for (const socket of late) socket.on('error', () => undefined);
  await Promise.all(late.map(socket => once(socket, 'connect')));
  const ended = service.close();
  for (const [n, socket] of late.entries()) {
    // Each request arrives at another moment of the shutdown.
    for (let turns = 0; turns < n; turns++) await new Promise(setImmediate);
    socket.write(
      `GET /${n % 2 === 0 ? 'relay' : 'agent'} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
  }
  await ended;
  for (const socket of late) socket.destroy();
});

it('an upgrade request for another path gets an ordinary response, and its connection ends', async () => {
  await using rig = new Rig();
  const { hostname, port, host } = new URL((await rig.start()).url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(
    `GET /login HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  let answer = '';
  socket.on('data', chunk => {
    answer += chunk;
  });
  await once(socket, 'close');
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});
