import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { boot } from '@passfob/simulator';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { usbipFront } from '@passfob/simulator/ports/usbip/front';
import { MAX_PENDING_TRANSFERS, MAX_USBIP_CLIENTS } from '@passfob/simulator/ports/usbip/limits';
import { expect, it, onTestFinished } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { UsbipClient } from './usbip-client.ts';

const SEED = firstSeed(20_260_101);
const ROUNDS = countOf(200, 2_000);
const SETTLE_MS = 20;
/** Length of the pico's configuration descriptor. */
const CONFIGURATION_BYTES = 100;
/** Requests that are written at once. */
const MANY = 10_000;

/** Returns whether the other side reads all written bytes; false where it reads nothing for a while. */
async function isTaken(socket: Socket): Promise<boolean> {
  let unsent = socket.writableLength;
  for (let still = 0; unsent > 0 && still < 10; ) {
    await wait(50);
    still = socket.writableLength === unsent ? still + 1 : 0;
    unsent = socket.writableLength;
  }
  return unsent === 0;
}

async function served(board: 'pico' | 'pico-hid' = 'pico') {
  const fob = boot({ board, seed: 1 });
  const front = await usbipFront(fob, { host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await front.close();
    fob.close();
  });
  return { fob, port: front.port };
}

async function imported(port: number): Promise<UsbipClient> {
  const client = await UsbipClient.connect(port);
  if ((await client.import()) === 0) return client;
  // The earlier connection is still closing.
  await client.closed;
  return imported(port);
}

async function works(port: number): Promise<boolean> {
  const client = await imported(port);
  const { data } = await client.get(0x8006, 0x0100);
  await client.close();
  return data.length === 18;
}

/** Returns a command of a client that has the device, with the bytes after it. */
function command(fields: Readonly<Record<number, number>>, tail = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(48);
  for (const [at, value] of Object.entries({ 0: 1, 4: 1, 8: 0x00010001, ...fields }))
    bytes.writeUInt32BE(value, Number(at));
  return Buffer.concat([bytes, tail]);
}

it.each([
  ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a version of another kind', Buffer.from('0211800500000000', 'hex')],
  ['a request that there is not', Buffer.from('0111800700000000', 'hex')],
])('a hostile client is disconnected: %s', async (_what, sent) => {
  const { port } = await served();
  const client = await UsbipClient.connect(port);
  client.socket.write(sent);
  await client.closed;
  expect(await works(port)).toBe(true);
});

it.each([
  ['another device', command({ 8: 5 })],
  ['another command', command({ 0: 3 })],
  ['a direction that there is not', command({ 12: 2 })],
  ['an endpoint that there cannot be', command({ 16: 16 })],
  ['packets of an isochronous transfer', command({ 32: 1 })],
  ['more bytes than a transfer has', command({ 24: 0xffff_ffff })],
  ['more bytes than may be answered', command({ 12: 1, 24: 0x7fff_ffff })],
  ['one number for two transfers', Buffer.concat([0, 1].map(() => command({ 4: 99, 12: 1, 16: 1, 24: 8 })))],
])('a hostile client that has the device is disconnected: %s', async (_what, sent) => {
  const { port } = await served();
  const client = await imported(port);
  await client.set(0x0009, 1);
  client.socket.write(sent);
  await client.closed;
  expect(await works(port)).toBe(true);
});

it('a client that sends more than may wait is disconnected', async () => {
  const { port } = await served();
  const client = await imported(port);
  await client.set(0x0009, 1);
  for (let count = 0; count < MAX_PENDING_TRANSFERS; count++) client.in(1, 64);
  await wait(SETTLE_MS);
  expect(client.socket.destroyed).toBe(false);
  client.in(1, 64);
  await client.closed;
  expect(await works(port)).toBe(true);
});

it('a client that does not read is not read from', async () => {
  const { port } = await served();
  const client = await imported(port);
  const { socket } = client;
  socket.removeAllListeners('data').pause();
  const one = command({ 12: 1, 24: 255 });
  Buffer.from('800600020000ff00', 'hex').copy(one, 40);
  const many = Buffer.concat(Array.from({ length: MANY }, () => one));
  let asked = 0;
  // The system decides how much it buffers both ways.
  do {
    socket.write(many);
    asked += MANY;
  } while ((await isTaken(socket)) && asked < MANY * 200);
  expect(socket.writableLength).toBeGreaterThan(0);
  let left = asked * (48 + CONFIGURATION_BYTES);
  await new Promise<void>(resolve => {
    socket.on('data', bytes => {
      left -= bytes.length;
      if (left <= 0) resolve();
    });
    socket.resume();
  });
  expect(left).toBe(0);
  await client.close();
});

it('the number of clients is limited', async () => {
  const { port } = await served();
  const clients = [];
  for (let count = 0; count <= MAX_USBIP_CLIENTS; count++) clients.push(await UsbipClient.connect(port));
  await clients.at(-1)?.closed;
  for (const client of clients) await client.close();
  expect(await works(port)).toBe(true);
});

it(`${ROUNDS} mutated conversations break nothing (seed ${SEED})`, LONG, async () => {
  const chance = makeRandomness(SEED, 'usbip');
  const { port, fob } = await served('pico-hid');
  for (let round = 0; round < ROUNDS; round++) {
    const isIn = chance.below(2);
    const data = Buffer.from(chance.bytes(chance.below(80)));
    const bytes = command({ 4: 1000 + round, 12: isIn, 16: chance.below(5), 24: data.length }, data);
    chance.bytes(8).forEach((byte, at) => {
      bytes[40 + at] = byte;
    });
    const client = chance.below(4) === 0 ? await UsbipClient.connect(port) : await imported(port);
    if (chance.below(2) === 0) await Promise.race([client.set(0x0009, 1), client.closed, wait(SETTLE_MS)]);
    for (let flips = chance.below(3); flips > 0; flips--)
      bytes[chance.below(bytes.length)] = chance.below(256);
    client.socket.write(bytes.subarray(0, chance.below(bytes.length + 1)));
    if (chance.below(3) > 0) client.socket.end();
    await Promise.race([client.closed, wait(chance.below(3))]);
    await client.close();
  }
  expect(await works(port)).toBe(true);
  expect([fob.consoleText(), fob.violations]).toEqual(['', []]);
});
