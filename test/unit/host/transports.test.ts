import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type PtyFront, ptyFront } from '@passfob/simulator/ports/pty';
import fc from 'fast-check';
import { FobError } from 'passfob/errors';
import { TCP_CONNECT_TIMEOUT_MS } from 'passfob/limits';
import { addressText, openTransport, readAddress } from 'passfob/transports/discover';
import { openSerial } from 'passfob/transports/serial';
import { openTcp } from 'passfob/transports/tcp';
import type { Transport } from 'passfob/transports/transport';
import { afterEach, expect, it } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { failure } from './kit/failure.ts';
import { needsPty } from './kit/simulated-fob.ts';

/** The far end of a pseudo-terminal, controlled by the test. */
interface FarEnd {
  readonly front: PtyFront;
  say(bytes: Uint8Array): void;
  onHeard(listener: (bytes: Uint8Array) => void): void;
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function pty(): Promise<FarEnd> {
  let say: (bytes: Uint8Array) => void = () => undefined;
  let heard: (bytes: Uint8Array) => void = () => undefined;
  const front = await ptyFront({
    write: bytes => heard(bytes),
    onData(listener) {
      say = listener;
      return () => undefined;
    },
  });
  closers.push(() => front.close());
  return {
    front,
    say: bytes => say(bytes),
    onHeard(listener) {
      heard = listener;
    },
  };
}

async function serial(path: string): Promise<Transport> {
  const transport = await openSerial(path);
  closers.push(() => transport.close());
  return transport;
}

/** Collects the input of a transport until it has the given length. */
function heardBy(transport: Transport, length: number): Promise<string> {
  return new Promise(resolve => {
    let heard = '';
    transport.onText(text => {
      heard += text;
      if (heard.length >= length) resolve(heard);
    });
  });
}

const closed = (transport: Transport) =>
  new Promise<FobError | undefined>(resolve => transport.onClose(resolve));

describeNeeds(needsPty, 'the serial transport', () => {
  it('a transport carries every byte but XON and XOFF, which it removes from its input', async () => {
    const far = await pty();
    const transport = await serial(far.front.path);
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const sent = new Promise<Buffer>(resolve => {
      let heard = Buffer.alloc(0);
      far.onHeard(bytes => {
        heard = Buffer.concat([heard, bytes]);
        if (heard.length === 256) resolve(heard);
      });
    });
    await transport.send(Buffer.from(all).toString('latin1'));
    expect([...(await sent)]).toEqual([...all]);

    const heard = heardBy(transport, 254);
    far.say(all);
    expect(Buffer.from(await heard, 'latin1')).toEqual(
      Buffer.from(all.filter(byte => byte !== 0x11 && byte !== 0x13)),
    );
  });

  it('a transport has the port for itself', async () => {
    const far = await pty();
    const first = await serial(far.front.path);
    expect((await failure(openSerial(far.front.path))).kind).toBe('port-busy');
    await first.close();
    await serial(far.front.path);
  });

  it('a transport closes with the reason when the fob is unplugged, and sends no more', async () => {
    const far = await pty();
    const transport = await serial(far.front.path);
    const reason = closed(transport);
    await far.front.unplug();
    expect((await reason)?.kind).toBe('unplugged');
    expect((await failure(transport.send('x'))).kind).toBe('unplugged');
    expect((await closed(transport))?.kind).toBe('unplugged');
  });

  it('a transport notices a hang-up inside its own data callback, which serialport does not report', async () => {
    const far = await pty();
    const transport = await serial(far.front.path);
    const reason = closed(transport);
    transport.onText(() => void far.front.unplug());
    far.say(Uint8Array.of(0x41));
    expect((await reason)?.kind).toBe('unplugged');
  });

  it('a transport closes without a reason on request, and opens again after a replug', async () => {
    const far = await pty();
    const transport = await serial(far.front.path);
    const reason = closed(transport);
    await transport.close();
    await transport.close();
    expect(await reason).toBeUndefined();
    await far.front.unplug();
    expect((await failure(openSerial(far.front.path))).kind).toBe('port-absent');
    await far.front.replug();
    const again = await serial(far.front.path);
    const heard = heardBy(again, 1);
    far.say(Uint8Array.of(0x42));
    expect(await heard).toBe('B');
  });
});

it('an absent serial port and a path that is no serial port are distinguished', async () => {
  const absent = join(tmpdir(), `passfob-${randomBytes(6).toString('hex')}`);
  expect((await failure(openSerial(absent))).kind).toBe('port-absent');
  expect((await failure(openTransport({ kind: 'serial', path: tmpdir() }))).kind).toBe('port-failed');
});

async function listening(onClient: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer(onClient);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

it('TCP carries bytes both ways', async () => {
  const { port } = await listening(socket => socket.pipe(socket));
  const transport = await openTcp('127.0.0.1', port);
  closers.push(() => transport.close());
  const text = '\u0000\u0080\u00ff~\n';
  const heard = heardBy(transport, text.length);
  await transport.send(text);
  expect(await heard).toBe(text);
});

it('TCP reports port-absent where nothing listens', async () => {
  const { server, port } = await listening(() => undefined);
  await new Promise(resolve => server.close(resolve));
  expect((await failure(openTcp('127.0.0.1', port))).kind).toBe('port-absent');
});

it('TCP uses a connection that was made while this process stood still', async () => {
  const listener = new Worker(
    `const { parentPort } = require('node:worker_threads');
       const server = require('node:net').createServer(socket => socket.on('error', () => undefined));
       server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  closers.push(() => listener.terminate());
  const [port] = (await once(listener, 'message')) as [number];
  const opening = openTcp('127.0.0.1', port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TCP_CONNECT_TIMEOUT_MS + 300);
  const transport = await opening;
  await transport.close();
});

it('TCP reports port-busy when it is closed before any byte, and unplugged after one', async () => {
  const { port } = await listening(socket => socket.destroy());
  const turnedAway = await openTcp('127.0.0.1', port);
  expect((await closed(turnedAway))?.kind).toBe('port-busy');

  const chatty = await listening(socket => socket.end('x'));
  const spokenTo = await openTcp('127.0.0.1', chatty.port);
  expect((await closed(spokenTo))?.kind).toBe('unplugged');
});

it('an address is read as it is written', () => {
  const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
  const path = fc.stringMatching(/^\/[\w/.-]+$/);
  fc.assert(
    fc.property(host, fc.integer({ min: 1, max: 65535 }), path, (name, port, file) => {
      for (const address of [
        { kind: 'tcp', host: name, port },
        { kind: 'serial', path: file },
      ] as const) {
        expect(readAddress(addressText(address))).toEqual(address);
      }
    }),
  );
});

it('an address may be a bare path or a COM port', () => {
  expect(readAddress('/dev/ttyACM0')).toEqual({ kind: 'serial', path: '/dev/ttyACM0' });
  expect(readAddress('COM12')).toEqual({ kind: 'serial', path: 'COM12' });
  expect(readAddress('serial:COM3')).toEqual({ kind: 'serial', path: 'COM3' });
});

it.each([
  '',
  'fob',
  'tcp:',
  'tcp:host',
  'tcp:host:0',
  'tcp:host:65536',
  'tcp::7070',
  'http://a:1',
  'serial:',
])('an address such as %j is refused', text => {
  expect(() => readAddress(text)).toThrow(FobError);
});
