import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { tcpFront } from '@passfob/simulator/ports/tcp';
import { expect, it, onTestFinished } from 'vitest';
import { FLOOD_BYTES, keptOfFlood, loopedWire, spokenWire, taken } from './kit.ts';

async function front() {
  const opened = await tcpFront(loopedWire());
  onTestFinished(() => opened.close());
  return opened;
}

function client(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port });
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

/** Returns whether the far end answers a byte (a client is accepted or cut off only after it has connected). */
async function isServed(socket: Socket): Promise<boolean> {
  const received = taken(socket);
  socket.on('error', () => undefined);
  const ended = once(socket, 'close').then(() => false);
  socket.write(Buffer.from([1]));
  return Promise.race([received.until(1).then(() => true), ended]);
}

it('the TCP front carries every byte value both ways', async () => {
  const { port } = await front();
  const socket = client(port);
  const received = taken(socket);
  const sent = Buffer.from(Array.from({ length: 65_536 }, (_, index) => [index >> 8, index & 0xff]).flat());
  for (let from = 0; from < sent.length; from += 4_096) {
    socket.write(sent.subarray(from, from + 4_096));
    await received.until(from + 4_096);
  }
  expect(received.bytes().equals(sent)).toBe(true);
});

it('the TCP front serves one client at a time, and the next when it has gone', async () => {
  const { port } = await front();
  const first = client(port);
  expect(await isServed(first)).toBe(true);
  expect(await isServed(client(port))).toBe(false);
  expect(await isServed(first)).toBe(true);
  first.destroy();
  await expect.poll(() => isServed(client(port))).toBe(true);
});

it('the TCP front cuts its client off when unplugged, and serves none until it is replugged', async () => {
  const tcp = await front();
  const before = client(tcp.port);
  expect(await isServed(before)).toBe(true);
  const gone = once(before, 'close');
  await tcp.unplug();
  await gone;
  expect(await isServed(client(tcp.port))).toBe(false);
  await tcp.replug();
  expect(await isServed(client(tcp.port))).toBe(true);
});

it('the TCP front closes while a client waits for the one before it to go', async () => {
  const tcp = await tcpFront(loopedWire());
  const first = client(tcp.port);
  expect(await isServed(first)).toBe(true);
  const second = client(tcp.port);
  second.on('error', () => undefined);
  await once(second, 'connect');
  // The echo to the first follows the acceptance of the second.
  expect(await isServed(first)).toBe(true);
  const ended = [first, second].map(socket => once(socket.resume(), 'close'));
  await tcp.close();
  await Promise.all(ended);
});

it('the TCP front refuses a port in use', async () => {
  const { port } = await front();
  await expect(tcpFront(loopedWire(), port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

it('the TCP front loses bytes for a client that does not read, instead of keeping them all', async () => {
  const { wire, say, heard } = spokenWire();
  const tcp = await tcpFront(wire);
  onTestFinished(() => tcp.close());
  const socket = client(tcp.port);
  socket.pause().write(Buffer.from([1]));
  await heard;
  expect(await keptOfFlood(socket, say)).toBeLessThan(FLOOD_BYTES / 4);
});
