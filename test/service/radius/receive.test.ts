import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { receive } from '@passfob/service/doors/radius/listener';
import { expect, test } from 'vitest';

const HERE = '127.0.0.1';
const ANSWER = Buffer.from('answer');

/** Opens a receiving socket and a client's socket; the test decides when requests are answered. */
async function scene() {
  const [socket, asking] = [createSocket('udp4'), createSocket('udp4')];
  for (const each of [socket, asking]) {
    each.bind(0, HERE);
    await once(each, 'listening');
  }
  const decisions: ((answer: Uint8Array | undefined) => void)[] = [];
  const fates: string[] = [];
  const underWay = new Set<Promise<void>>();
  const handle = () => new Promise<Uint8Array | undefined>(resolve => decisions.push(resolve));
  receive(socket, { handle, underWay, told: fate => void fates.push(fate) });
  const from = ({ port }: { readonly port: number }): RemoteInfo => ({
    address: HERE,
    family: 'IPv4',
    port,
    size: 1,
  });
  return {
    ...{ socket, asking, decisions, fates, underWay },
    comesFrom: (sender: { readonly port: number }) => socket.emit('message', Buffer.of(1), from(sender)),
  };
}

function close(...sockets: readonly Socket[]): Promise<unknown> {
  return Promise.all(sockets.map(socket => new Promise<void>(resolve => socket.close(() => resolve()))));
}

test('a packet with source port 0 is dropped, and the next one is answered', async () => {
  const { socket, asking, decisions, fates, underWay, comesFrom } = await scene();
  comesFrom({ port: 0 });
  expect([decisions.length, underWay.size, fates]).toEqual([0, 0, ['malformed']]);
  const heard = once(asking, 'message');
  comesFrom(asking.address());
  decisions[0]?.(ANSWER);
  expect((await heard)[0]).toEqual(ANSWER);
  await Promise.all(underWay);
  await close(socket, asking);
});

test('a response after its socket was closed is counted, and ends nothing', async () => {
  const { socket, asking, decisions, fates, underWay, comesFrom } = await scene();
  comesFrom(asking.address());
  const [answering] = underWay;
  await close(socket);
  decisions[0]?.(ANSWER);
  // A rejected promise would end the process, and break the closing of the service.
  await answering;
  expect([fates, underWay.size]).toEqual([['error'], 0]);
  await close(asking);
});
