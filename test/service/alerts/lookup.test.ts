import { createSocket } from 'node:dgram';
import { once, setMaxListeners } from 'node:events';
import { vetHost } from '@passfob/service/features/notify/address';
import { addressesOf } from '@passfob/service/features/notify/lookup';
import { expect, test } from 'vitest';

/** Starts a name server on loopback that answers each question with addresses, or never. */
async function nameServer(answer: 'never' | { readonly a: number[]; readonly code?: number }) {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    const end = query.indexOf(0, 12);
    const isA = query.readUInt16BE(end + 1) === 1;
    asked.push(isA ? 'A' : 'AAAA');
    if (answer === 'never') return;
    const question = query.subarray(12, end + 5);
    const has = isA && answer.code === undefined;
    const header = Buffer.from([
      ...query.subarray(0, 2),
      0x81,
      0x80 | (answer.code ?? 0),
      0,
      1,
      0,
      has ? 1 : 0,
      0,
      0,
      0,
      0,
    ]);
    const record = has
      ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...answer.a])
      : Buffer.alloc(0);
    socket.send(Buffer.concat([header, question, record]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    asked,
    servers: [`127.0.0.1:${socket.address().port}`],
    socket,
    [Symbol.dispose]: () => {
      socket.close();
    },
  };
}

test('host names are resolved by the name server, and its addresses are checked', async () => {
  using open = await nameServer({ a: [93, 184, 215, 14] });
  const host = 'hooks.example.test';
  expect(await vetHost(host, { loopback: false, servers: open.servers })).toEqual({
    address: '93.184.215.14',
    family: 4,
  });
  expect(open.asked.sort()).toEqual(['A', 'AAAA']);
  using inside = await nameServer({ a: [10, 0, 0, 7] });
  await expect(vetHost(host, { loopback: true, servers: inside.servers })).rejects.toThrow(
    'address not allowed',
  );
  using failing = await nameServer({ a: [], code: 2 });
  await expect(addressesOf(host, { servers: failing.servers })).rejects.toThrow(/^DNS ESERVFAIL$/);
});

test('addresses and localhost are resolved without a name server', async () => {
  using never = await nameServer('never');
  const { servers } = never;
  expect(await addressesOf('2001:db8::7', { servers })).toEqual([{ address: '2001:db8::7', family: 6 }]);
  expect(await addressesOf('localhost', { servers })).toEqual([
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]);
  expect(never.asked).toEqual([]);
});

test('a silent name server blocks nobody: many lookups wait without a thread and can be cancelled', async () => {
  using never = await nameServer('never');
  const { servers } = never;
  const { signal, abort } = cancelling(16);
  const lookups = Array.from({ length: 16 }, (_, at) =>
    addressesOf(`slow${at}.example.test`, { servers, signal }),
  );
  const ended = Promise.allSettled(lookups);
  while (never.asked.length < 32) await once(never.socket, 'message');
  abort();
  for (const lookup of await ended) {
    expect(lookup.status).toBe('rejected');
    if (lookup.status === 'rejected') expect(String(lookup.reason.message)).toBe('DNS ECANCELLED');
  }
});

/** @param most how many lookups it ends at once */
function cancelling(most: number) {
  const controller = new AbortController();
  setMaxListeners(most, controller.signal);
  return { signal: controller.signal, abort: () => controller.abort() };
}
