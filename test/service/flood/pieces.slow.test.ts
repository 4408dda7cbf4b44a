import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { agentLimits } from '@passfob/service/base/limits/agents';
import { relayLimits } from '@passfob/service/base/limits/relay';
import { webLimits } from '@passfob/service/base/limits/web';
import { FrameWatch } from '@passfob/service/http/sockets/frames';
import { BoundedRequest, BoundedResponse, whenOver } from '@passfob/service/http/web/exchange';
import fc from 'fast-check';
import { fieldOf } from 'passfob/carrier/fields';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { itNeeds } from '../../kit/tools.ts';
import { makeActivation } from '../enrolment/kit.ts';
import { Rig, testOfRig as test } from '../kit.ts';
import { Office } from '../users/kit.ts';
import { chunkedHead, fragments, frame, OPEN, RELAY_OPEN, rawSocket, requests } from './attacks.ts';
import { needsLinux, type RawConnection, raw } from './kit.ts';

const HERE = '127.0.0.1';

/** Stops the timers of the service, which runs in this process. */
function stopTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Waits until the service has read everything that was sent before. */
async function turns(): Promise<void> {
  for (let count = 0; count < 200; count++) await new Promise(setImmediate);
}

/** Returns the responses that have arrived on a connection. */
const statuses = ({ heard }: RawConnection) =>
  [...heard.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);

/** Cuts bytes into frames of one message. */
function inFragments(bytes: Buffer, count: number): Buffer {
  const size = Math.ceil(bytes.length / count);
  return Buffer.concat(
    Array.from({ length: count }, (_, at) =>
      frame(at === 0 ? 1 : 0, bytes.subarray(at * size, (at + 1) * size), at === count - 1),
    ),
  );
}

describe('the fragments of a WebSocket message', () => {
  test('a message in as many fragments as allowed is read, and one more ends the connection', async rig => {
    const { url } = await rig.start();
    const most = await rawSocket(url, '/carrier', HERE);
    await most.send(inFragments(OPEN, agentLimits.fragmentsMax));
    await expect.poll(() => most.heard).toContain('"identity"');
    most.socket.destroy();
    for (const path of ['/carrier', '/agent', '/relay']) {
      const more = await rawSocket(url, path, HERE);
      await more.send(fragments(agentLimits.fragmentsMax));
      await more.closed();
    }
  });

  test('a message that arrives a few bytes at a time is read, and many packets of one byte end the connection', async rig => {
    const { url } = await rig.start();
    const slow = await rawSocket(url, '/carrier', HERE);
    const bytes = frame(1, OPEN);
    for (let at = 0; at < bytes.length; at += 2) {
      await slow.send(bytes.subarray(at, at + 2));
      await new Promise(setImmediate);
    }
    await expect.poll(() => slow.heard).toContain('"identity"');
    slow.socket.destroy();
    const slower = await rawSocket(url, '/carrier', HERE);
    await slower.send(frame(1, Buffer.alloc(4_000)).subarray(0, 8));
    for (let count = 0; count < 4_000 && slower.isOpen; count++) {
      await slower.send('x');
      await new Promise(setImmediate);
    }
    expect(slower.isOpen).toBe(false);
  });

  test('a message that stays incomplete for ten seconds ends its connection, with pings as without', async rig => {
    const { url } = await rig.start();
    const connection = await rawSocket(url, '/carrier', HERE);
    stopTime();
    // The opening is complete, so its own time limit no longer applies.
    await connection.send(Buffer.concat([frame(1, OPEN), fragments(1)]));
    await turns();
    vi.advanceTimersByTime(webLimits.requestTimeoutMs - 1);
    await connection.send(frame(9, Buffer.alloc(0)));
    await turns();
    expect(connection.isOpen).toBe(true);
    vi.advanceTimersByTime(1);
    await connection.closed();
  });

  itNeeds(
    needsLinux,
    'incomplete messages of one source are limited in number, and others get in',
    async () => {
      await using rig = new Rig();
      const { url } = await rig.start();
      const most = agentLimits.incompleteOfSourceMaxBytes / agentLimits.incompleteBytes;
      const connections = await Promise.all(
        Array.from({ length: most + 20 }, () => rawSocket(url, '/carrier', '127.0.0.2')),
      );
      for (const connection of connections) await connection.send(fragments(1));
      await expect.poll(() => connections.filter(({ isOpen }) => isOpen).length).toBe(most);
      const other = await rawSocket(url, '/carrier', HERE);
      await other.send(fragments(1));
      await other.send(frame(0, Buffer.from('x')));
      // The message is complete, and no opening: its connection ends by the protocol.
      await expect.poll(() => other.heard.includes('\u0003')).toBe(true);
      for (const { socket } of [...connections, other]) socket.destroy();
    },
  );

  test('pings between the fragments that take more than a message ends the connection', async rig => {
    const { url } = await rig.start();
    const connection = await rawSocket(url, '/carrier', HERE);
    await connection.send(fragments(1));
    for (let count = 0; count < 300 && connection.isOpen; count++)
      await connection.send(frame(9, Buffer.alloc(125)));
    await connection.closed();
  });

  it('property: the watch knows at every byte whether a message is incomplete', () => {
    const frames = fc.array(
      fc.record({ length: fc.oneof(fc.nat(130), fc.constant(1_000)), cut: fc.boolean(), ping: fc.boolean() }),
      { maxLength: 12 },
    );
    const property = fc.property(frames, fc.integer({ min: 1, max: 200 }), (given, packet) => {
      const watch = new FrameWatch();
      let isOpen = false;
      for (const { length, cut, ping } of given) {
        const bytes = ping
          ? frame(9, Buffer.alloc(Math.min(length, 125)))
          : frame(isOpen ? 0 : 1, Buffer.alloc(length), !cut);
        const before = watch.held;
        let isComplete = false;
        for (let at = 0; at < bytes.length; at += packet) {
          if (at > 0) expect(watch.held).toBe(before + at);
          isComplete = watch.take(bytes.subarray(at, at + packet)) || isComplete;
        }
        if (!ping) isOpen = cut;
        expect([watch.held, isComplete]).toEqual(isOpen ? [before + bytes.length, false] : [0, true]);
      }
    });
    fc.assert(property);
  });
});

describe('pipelined requests', () => {
  test('as many as allowed are answered in their order, and more end the connection', async rig => {
    const { url } = await rig.start();
    const few = await raw(url, HERE);
    await few.send(requests(url, ['GET /health HTTP/1.1'], webLimits.pipelinedMax));
    await expect.poll(() => statuses(few).length).toBe(webLimits.pipelinedMax);
    expect(new Set(statuses(few))).toEqual(new Set(['200']));
    // The answered ones no longer count.
    await few.send(requests(url, ['GET /health HTTP/1.1'], webLimits.pipelinedMax));
    await expect.poll(() => statuses(few).length).toBe(2 * webLimits.pipelinedMax);
    few.socket.destroy();
    const many = await raw(url, HERE);
    await many.send(requests(url, ['GET /health HTTP/1.1'], webLimits.pipelinedMax + 1));
    await many.closed();
  });

  it('a response behind another one hears that its connection has ended, also afterwards', async () => {
    const responses: BoundedResponse<IncomingMessage>[] = [];
    const server = createServer(
      { IncomingMessage: BoundedRequest, ServerResponse: BoundedResponse },
      // None is answered.
      (_request, response) => void responses.push(response),
    );
    await new Promise<void>(resolve => server.listen(0, HERE, resolve));
    const { port } = server.address() as AddressInfo;
    const connection = await raw(`http://${HERE}:${port}`, HERE);
    await connection.send('GET / HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(3));
    await expect.poll(() => responses.length).toBe(3);
    const over: number[] = [];
    for (const [at, response] of responses.entries()) whenOver(response, () => void over.push(at));
    connection.socket.destroy();
    await expect.poll(() => [...over].sort()).toEqual([0, 1, 2]);
    for (const [at, response] of responses.entries()) whenOver(response, () => void over.push(at));
    expect([...over].sort()).toEqual([0, 0, 1, 1, 2, 2]);
    server.close();
  });

  it('a response that the client does not read ends its connection in time', async () => {
    // More than the system keeps for a connection.
    const long = Buffer.alloc(32 * 1_048_576);
    const answered: BoundedResponse<IncomingMessage>[] = [];
    const server = createServer(
      { IncomingMessage: BoundedRequest, ServerResponse: BoundedResponse },
      (_request, response) => void answered.push(response.end(long)),
    );
    await new Promise<void>(resolve => server.listen(0, HERE, resolve));
    const { port } = server.address() as AddressInfo;
    stopTime();
    const connection = await raw(`http://${HERE}:${port}`, HERE);
    connection.socket.pause();
    await connection.send('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await turns();
    const [response] = answered;
    vi.advanceTimersByTime(webLimits.unreadMs);
    expect(response?.destroyed).toBe(false);
    // The head counts, too.
    vi.advanceTimersByTime(((long.length + 1_024) * 1_000) / webLimits.unreadBytesPerSecond);
    await turns();
    expect(response?.destroyed).toBe(true);
    connection.socket.destroy();
    server.close();
  });
});

describe('the pieces of a body', () => {
  const body = (pieces: number, length: number) =>
    `${length.toString(16)}\r\n${'x'.repeat(length)}\r\n`.repeat(pieces);

  test('a body in very many small chunks ends its connection on every kind of route', async rig => {
    const { url, apiKey } = await rig.start();
    const kinds = [
      ['/carrier/poll', 'application/json', 'accept: */*'],
      ['/login', 'application/x-www-form-urlencoded', 'accept: */*'],
      ['/v1/validate', 'application/json', `authorization: Bearer ${apiKey}`],
    ] as const;
    for (const [path, type, field] of kinds) {
      const connection = await raw(url, HERE);
      await connection.send(chunkedHead(url, path, type).replace('\r\n', `\r\n${field}\r\n`));
      await connection.send(body(2 * webLimits.bodyPiecesMin, 1));
      await connection.closed();
      expect([path, connection.status]).toEqual([path, 0]);
    }
  });

  test('few small chunks, and many that are not small, are read', async rig => {
    const { url } = await rig.start();
    for (const [pieces, length] of [
      [200, 1],
      [600, 400],
    ] as const) {
      const connection = await raw(url, HERE);
      await connection.send(
        `${chunkedHead(url, '/carrier/poll', 'application/json')}${body(pieces, length)}0\r\n\r\n`,
      );
      // It is no JSON: the service has read it all.
      expect(await connection.answered()).toBe(400);
      connection.socket.destroy();
    }
  });
});

describe('relays without an accepted code', () => {
  itNeeds(needsLinux, 'a crowd of them from many sources keeps nobody from activating', async () => {
    await using rig = new Rig();
    const { url } = await rig.start();
    const sources = Math.ceil(relayLimits.relaysUnopenedMax / relayLimits.relaysUnopenedPerSource) + 2;
    const crowd: RawConnection[] = [];
    for (let source = 0; source < sources; source++)
      crowd.push(
        ...(await Promise.all(
          Array.from({ length: relayLimits.relaysUnopenedPerSource }, async () => {
            const connection = await rawSocket(url, '/relay', `127.0.1.${source + 1}`);
            await connection.send(frame(1, RELAY_OPEN));
            return connection;
          }),
        )),
      );
    const socket = new WebSocket(`${url.replace('http', 'ws')}/relay`);
    await once(socket, 'open');
    socket.send(RELAY_OPEN.toString());
    expect(JSON.parse(String((await once(socket, 'message'))[0]))).toMatchObject({ type: 'identity' });
    socket.send(JSON.stringify({ type: 'enter', code: 'A'.repeat(22), relay: 'A'.repeat(22) }));
    expect(JSON.parse(String((await once(socket, 'message'))[0]))).toMatchObject({ type: 'refused' });
    for (const { socket } of crowd) socket.destroy();
  });

  itNeeds(
    needsLinux,
    'only an accepted code takes a place, and a source with all of its places comes later',
    async () => {
      await using rig = new Rig();
      const { url } = await rig.start();
      await using office = await Office.beside(rig);
      const enter = async (user: string, localAddress: string) => {
        const { code } = await makeActivation(office, url, {}, user);
        const socket = new WebSocket(`${url.replace('http', 'ws')}/relay`, { localAddress });
        onTestFinished(() => socket.terminate());
        await once(socket, 'open');
        const ended = once(socket, 'close').then(([code]) => code as number);
        socket.send(RELAY_OPEN.toString());
        await once(socket, 'message');
        const answer = once(socket, 'message').then(([text]) => JSON.parse(String(text)).type as string);
        socket.send(JSON.stringify({ type: 'enter', code: fieldOf(code), relay: 'A'.repeat(22) }));
        return Promise.race([answer, ended]);
      };
      const results: unknown[] = [];
      for (let at = 0; at < relayLimits.relaysPerSource; at++) results.push(await enter(`user${at}`, HERE));
      expect(new Set(results)).toEqual(new Set(['entered']));
      expect(await enter('ada', HERE)).toBe(1013);
      expect(await enter('bob', '127.0.0.2')).toBe('entered');
    },
  );
});
