import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { relayLimits } from '@passfob/service/base/limits/relay';
import { RECONNECT_MIN_MS, RELAY_SILENCE_MS } from 'passfob/activation/limits';
import { relayActivation } from 'passfob/activation/relay';
import { endpointOf } from 'passfob/agent/network/endpoint';
import { bytesOf, fieldOf } from 'passfob/carrier/fields';
import { openingTranscript, type ServiceSays } from 'passfob/carrier/messages';
import { openNodeSocket } from 'passfob/cli/activate-socket';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { secret } from '../../kit/secrets.ts';
import { failure } from '../../unit/host/kit/failure.ts';

/** Uses no proxy, and trusts the authorities that Node knows. */
const directTo = (url: string) => ({
  target: endpointOf(url.replace(/^ws/, 'http')),
  proxy: undefined,
  ca: undefined,
});

/** A service that accepts every code, waits for a press, and pings only when the test tells it to. */
async function heldService() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'jwk' }).x ?? '';
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  const service = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sockets: WebSocket[] = [];
  server.on('connection', socket => {
    sockets.push(socket);
    const say = (message: ServiceSays<'activation'>) => socket.send(JSON.stringify(message));
    socket.on('message', data => {
      const message = JSON.parse(String(data));
      if (message.type === 'open') {
        const nonce = randomBytes(32);
        const transcript = openingTranscript(bytesOf(message.nonce) ?? nonce, nonce, service);
        const signature = fieldOf(sign(null, transcript, privateKey));
        say({ type: 'identity', key, nonce: fieldOf(nonce), signature, name: 'Tokens' });
      } else if (message.type === 'enter') {
        say({ type: 'entered', service: 'Passfob', user: 'ada', fobs: 'any', expiresMs: 5 });
        say({ type: 'step', step: 'press', text: 'Hold the button.' });
      }
    });
  });
  const digest = createHash('sha256').update(Buffer.from(key, 'base64url')).digest();
  return { service, fingerprint: new Uint8Array(digest.subarray(0, 16)), sockets };
}

/** Polls without timers: the timers belong to the test. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setImmediate(resolve));
}

it('a relay on the command line reopens its connection when the service stays silent', async () => {
  expect(RELAY_SILENCE_MS).toBeGreaterThan(2 * relayLimits.relayPingMs);
  const { service, fingerprint, sockets } = await heldService();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const events: string[] = [];
  const ending = new AbortController();
  const code = randomBytes(16);
  secret(fieldOf(code));
  const relayed = relayActivation({
    activation: { service, code, fingerprint },
    openSocket: (url, signal) => openNodeSocket(url, directTo(url), signal),
    openFob: () => new Promise(() => undefined),
    askCode: () => new Promise(() => undefined),
    report: ({ event }) => events.push(event),
    signal: ending.signal,
  });
  await until(() => events.includes('step'));
  for (const socket of [sockets[0], sockets[0]]) {
    vi.advanceTimersByTime(RELAY_SILENCE_MS - 1);
    socket?.ping();
    await once(socket as WebSocket, 'pong');
  }
  expect(events).not.toContain('lost');
  vi.advanceTimersByTime(RELAY_SILENCE_MS);
  await until(() => events.includes('lost'));
  vi.advanceTimersByTime(RECONNECT_MIN_MS);
  await until(() => sockets.length === 2 && events.at(-1) === 'step');
  expect(events).toEqual(['connecting', 'entered', 'step', 'lost', 'connecting', 'entered', 'step']);
  const ended = failure(relayed);
  ending.abort();
  expect((await ended).kind).toBe('cancelled');
});

it.each([
  [404, 'activation'],
  [503, 'service-silent'],
])('a server that answers %i is recognised at once', async (status, kind) => {
  const server = createServer();
  server.on('upgrade', (_, socket) =>
    socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  // Time stands still while a request waits for its answer.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { port } = server.address() as AddressInfo;
  const url = `ws://127.0.0.1:${port}/`;
  expect((await failure(openNodeSocket(url, directTo(url), new AbortController().signal))).kind).toBe(kind);
});
