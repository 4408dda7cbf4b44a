import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { administrationLimits } from '@passfob/service/base/limits/administration';
import { agentLimits } from '@passfob/service/base/limits/agents';
import { webLimits } from '@passfob/service/base/limits/web';
import { connectionLimitsFor } from '@passfob/service/http/web/connection-limits';
import { Connections, type HttpConnection } from '@passfob/service/http/web/connections';
import { LargeBodies } from '@passfob/service/http/web/large-bodies';
import type { ServedRoute } from '@passfob/service/http/web/served';
import type { Service } from '@passfob/service/service';
import { Agents } from '@passfob/service/subjects/agents/agents';
import { createApiKey } from '@passfob/service/subjects/api-keys/acts';
import { identityReader } from '@passfob/service/subjects/connections/opening';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { Visitor } from '../console/kit.ts';
import { type Rig, testOfRig as test } from '../kit.ts';
import { watchApp } from '../served.ts';
import { Office } from '../users/kit.ts';
import { raw } from './kit.ts';

const ROOMS = { all: 40, strangers: 8, ofSource: 4, proxies: 5, agents: 10, areFew: true };
const PROXY = '10.0.0.1';

/** Connections without a network. */
class Bench {
  readonly all = new Connections(ROOMS, address => address === PROXY);
  readonly open: HttpConnection[] = [];

  accept(address: string): HttpConnection {
    const connection = this.all.accept(new Duplex({ read: () => undefined }), address);
    this.open.push(connection);
    return connection;
  }

  /** Begins a request that arrived completely and is in progress. */
  ask(connection: HttpConnection, source = connection.source) {
    const request = new IncomingMessage(new Socket());
    const response = new ServerResponse(request);
    const isIn = this.all.begin(connection, { request, response }, () => source);
    request.complete = true;
    return { isIn, response };
  }

  /** Counts the open connections of an address. */
  count(address?: string): number {
    const isOpen = ({ socket, source }: HttpConnection) =>
      !socket.destroyed && (address === undefined || source === address);
    return this.open.filter(isOpen).length;
  }
}

describe('unauthenticated connections', () => {
  it('connections of one source are limited, and the oldest without a request in progress gives way', () => {
    const bench = new Bench();
    const [busy, oldest, ...others] = Array.from({ length: 4 }, () => bench.accept('192.0.2.1'));
    if (busy === undefined || oldest === undefined) throw new Error('none');
    bench.ask(busy);
    const newest = bench.accept('192.0.2.1');
    expect(oldest.socket.destroyed).toBe(true);
    expect([busy, newest, ...others].filter(({ socket }) => socket.destroyed)).toEqual([]);
  });

  it('connections with a request in progress keep their place, and a new one of the same source is refused', () => {
    const bench = new Bench();
    for (let count = 0; count < 4; count++) bench.ask(bench.accept('192.0.2.1'));
    expect(bench.accept('192.0.2.1').socket.destroyed).toBe(true);
    expect(bench.count('192.0.2.1')).toBe(4);
    expect(bench.accept('192.0.2.2').socket.destroyed).toBe(false);
  });

  it('connections of all sources are limited, and one of the source with the most gives way', () => {
    const bench = new Bench();
    const few = bench.accept('192.0.2.9');
    for (const source of ['192.0.2.1', '192.0.2.2'])
      for (let count = 0; count < 4; count++) bench.accept(source);
    bench.accept('192.0.2.3');
    expect(bench.all.size).toBe(ROOMS.strangers);
    expect(few.socket.destroyed).toBe(false);
    expect([bench.count('192.0.2.1'), bench.count('192.0.2.2'), bench.count('192.0.2.3')]).toEqual([3, 3, 1]);
  });

  it('connections do not count during an authenticated request, and count again between requests', () => {
    const bench = new Bench();
    const known = Array.from({ length: 12 }, () => {
      const connection = bench.accept('192.0.2.1');
      const { response } = bench.ask(connection);
      bench.all.vouch(connection);
      return { connection, response };
    });
    expect([bench.count(), bench.all.size]).toEqual([12, 0]);
    for (const { connection, response } of known) bench.all.end(connection, response);
    expect([bench.count(), bench.all.size]).toEqual([4, 4]);
  });

  it('requests behind or before a known caller’s on the same connection are anybody’s', () => {
    const bench = new Bench();
    const behind = Array.from({ length: 12 }, () => {
      const connection = bench.accept('192.0.2.1');
      bench.ask(connection);
      bench.all.vouch(connection);
      bench.ask(connection);
      return connection;
    });
    expect(behind.filter(({ socket }) => !socket.destroyed)).toHaveLength(ROOMS.ofSource);
    const before = Array.from({ length: 12 }, () => {
      const connection = bench.accept('192.0.2.2');
      bench.ask(connection);
      bench.ask(connection);
      bench.all.vouch(connection);
      return connection;
    });
    expect(before.filter(({ socket }) => !socket.destroyed)).toHaveLength(ROOMS.ofSource);
  });

  it('a WebSocket that the service has closed counts until its client closes it, too', () => {
    const bench = new Bench();
    const sockets = Array.from({ length: 12 }, () => {
      const connection = bench.accept('192.0.2.1');
      bench.ask(connection);
      bench.all.leaveForGood(connection);
      return connection;
    });
    expect([bench.count(), bench.all.size]).toEqual([12, 0]);
    for (const connection of sockets) bench.all.comeBack(connection);
    expect([bench.count(), bench.all.size]).toEqual([ROOMS.ofSource, ROOMS.ofSource]);
  });

  it('a proxy’s connection counts for the forwarded source while a request is in progress', () => {
    const bench = new Bench();
    const ofOne = Array.from({ length: 4 }, () => bench.ask(bench.accept(PROXY), '192.0.2.1'));
    expect(ofOne.map(({ isIn }) => isIn)).toEqual([true, true, true, true]);
    const fifth = bench.accept(PROXY);
    const asked = bench.ask(fifth, '192.0.2.1');
    expect([asked.isIn, fifth.socket.destroyed]).toEqual([false, false]);
    bench.all.end(fifth, asked.response);
    expect(bench.ask(fifth, '192.0.2.2').isIn).toBe(true);
    for (let count = 0; count < 9; count++) bench.accept(PROXY);
    expect(bench.count(PROXY)).toBe(5 + ROOMS.proxies);
  });

  it('property: with any order of connections, requests, authentications and ends, no limit is exceeded', () => {
    const step = fc.record({
      act: fc.constantFrom('accept', 'ask', 'know', 'end', 'close'),
      source: fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', PROXY),
      at: fc.nat(40),
    });
    const property = fc.property(fc.array(step, { maxLength: 120 }), steps => {
      const bench = new Bench();
      const asked = new Map<HttpConnection, ServerResponse>();
      for (const { act, source, at } of steps) {
        const connection = bench.open[at % Math.max(1, bench.open.length)];
        if (act === 'accept') bench.accept(source);
        else if (connection === undefined || connection.socket.destroyed) continue;
        else if (act === 'ask') asked.set(connection, bench.ask(connection, source).response);
        else if (act === 'know') bench.all.vouch(connection);
        else if (act === 'end') {
          const response = asked.get(connection);
          if (response !== undefined) bench.all.end(connection, response);
        } else {
          connection.socket.destroy();
          bench.all.leave(connection);
        }
        const counted = bench.open.filter(({ group }) => group?.key !== undefined);
        expect(counted.length).toBe(bench.all.size);
        expect(counted.length).toBeLessThanOrEqual(ROOMS.strangers);
        for (const { group } of counted) expect(group?.members.size).toBeLessThanOrEqual(ROOMS.ofSource);
        expect(counted.every(({ socket }) => !socket.destroyed)).toBe(true);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
});

it('the system’s limit on open files is divided so that files are left for the databases', () => {
  for (const files of [0, 100, 256, 500, 1_024, 4_096, 20_000, 65_536, Number.POSITIVE_INFINITY]) {
    const { all, strangers, ofSource, proxies, agents } = connectionLimitsFor(files);
    expect(strangers + proxies + agents).toBeLessThanOrEqual(all);
    expect(Math.min(strangers, ofSource, proxies, agents)).toBeGreaterThan(0);
    if (files > webLimits.connectionsMin + webLimits.openFilesKept)
      expect(all).toBeLessThanOrEqual(files - webLimits.openFilesKept);
  }
  expect(connectionLimitsFor(1_048_576)).toMatchObject({
    agents: agentLimits.agentsMax,
    strangers: webLimits.connectionsMax,
  });
});

it('large bodies in progress are limited, and the source with the most loses its oldest one', () => {
  const reading = new LargeBodies({ most: 10, mostOfSource: 6 });
  const ended: string[] = [];
  const begin = (source: string, bytes: number) =>
    reading.begin(source, bytes, () => void ended.push(`${source} ${bytes}`));
  const first = begin('192.0.2.1', 2);
  expect(begin('192.0.2.1', 4)).toBeDefined();
  expect(begin('192.0.2.1', 1)).toBeUndefined();
  expect(begin('192.0.2.2', 4)).toBeDefined();
  expect(begin('192.0.2.3', 6)).toBeUndefined();
  expect(ended).toEqual([]);
  expect(begin('192.0.2.3', 2)).toBeDefined();
  expect(ended).toEqual(['192.0.2.1 2']);
  // Its capacity was released already, and now belongs to another request.
  first?.();
  expect(begin('192.0.2.4', 5)).toBeUndefined();
});

it('when all places of agents are taken, one of the source with the most without a fob gives way', async () => {
  await using office = await Office.open();
  const { management } = office;
  const agents = new Agents({ management, identity: identityReader(management), ticks: () => 0 }, 10);
  const closed: string[] = [];
  const connect = (from: string) =>
    agents.connect(
      { from, origin: 'https://x.example' },
      { send: () => undefined, close: () => void closed.push(from) },
    );
  connect('192.0.2.1');
  for (let count = 0; count < 30; count++) connect('192.0.2.9');
  connect('192.0.2.2');
  expect(agents.count).toBe(10);
  expect(new Set(closed)).toEqual(new Set(['192.0.2.9']));
  await agents.close();
});

/** A route as it is served. */
interface Served extends ServedRoute {
  /** The content types it takes. */
  readonly types: readonly string[];
}

const TYPES: Readonly<Record<string, string>> = {
  'application/json': 'application/json',
  'application/x-www-form-urlencoded': 'application/x-www-form-urlencoded',
  'multipart/form-data': 'multipart/form-data; boundary=b',
  'text/plain': 'text/plain',
};
const BODYLESS = ['GET', 'HEAD'];

/** Starts a service and returns every registered route of all its plugins. */
async function served(rig: Rig): Promise<{ service: Service; routes: Served[] }> {
  const started = await watchApp(() => rig.start({ clock: Date.now }), Object.keys(TYPES));
  const routes = started.routes.map(route => ({
    ...route,
    types: started.types.get(`${route.method} ${route.path}`) ?? [],
  }));
  return { service: started.result, routes };
}

/** The service's response to a body over the route's limit. */
interface Refused {
  readonly status: number;
  /** Whether the service stopped reading the body. */
  readonly isOver: boolean;
}

/** Credentials with all permissions, by the beginning of the path or the route's declaration. */
type Credentials = (route: Served) => string;

async function credentials(rig: Rig, service: Service): Promise<Credentials> {
  await using office = await Office.beside(rig);
  const key = await office.do(createApiKey, { name: 'all', role: 'admin' });
  const visitor = new Visitor(service);
  await visitor.enter();
  return ({ who }) => {
    if (who === 'application') return `authorization: Bearer ${service.apiKey}`;
    if (who === 'administration') return `authorization: Bearer ${secret(key.value)}`;
    return who === 'operator' ? `cookie: ${visitor.cookie}` : 'accept: */*';
  };
}

let sources = 0;

/** Sends a request. @param rest its length header, and the sent part of its body */
async function send(
  url: string,
  { method, path, type, shown }: { method: string; path: string; type: string; shown: string },
  rest: string,
): Promise<Refused> {
  const { host, origin } = new URL(url);
  const line = `${method} ${path.replace(/:\w+/g, '1')} HTTP/1.1`;
  const fields = [line, `host: ${host}`, `origin: ${origin}`, shown, `content-type: ${type}`];
  // Each request has its own source: rate limits are tested elsewhere.
  sources += 1;
  const connection = await raw(url, `127.0.${1 + (sources >> 8)}.${sources & 255}`);
  await connection.send(`${fields.join('\r\n')}\r\n${rest}`);
  const status = await connection.answered();
  const isOver = /^connection: close$/im.test(connection.heard);
  connection.socket.destroy();
  return { status, isOver };
}

/** Returns one chunk of so many bytes, without the end of the body. */
function chunked(bytes: number): string {
  return `transfer-encoding: chunked\r\n\r\n${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`;
}

describe('the body limits of every route', () => {
  test('every route that takes a body declares its maximum length', async rig => {
    const { routes } = await served(rig);
    const taking = routes.filter(({ method }) => !BODYLESS.includes(method));
    expect(taking.length).toBeGreaterThan(100);
    expect(taking.filter(({ bodyMaxBytes }) => bodyMaxBytes === undefined)).toEqual([]);
    const isLong = ({ bodyMaxBytes = 0 }: Served) =>
      bodyMaxBytes > administrationLimits.administrationBodyMaxBytes;
    const names = (some: readonly Served[]) => some.map(({ method, path }) => `${method} ${path}`).sort();
    expect(names(taking.filter(isLong))).toEqual([
      ...['POST /agent/poll', 'POST /carrier/poll', 'POST /operator/bulk', 'POST /operator/channels/mail'],
      ...['POST /operator/channels/syslog', 'POST /operator/channels/webhook', 'POST /operator/import'],
      ...['POST /operator/mails/server/change', 'POST /v1/imports', 'POST /v1/imports/plan'],
      ...['POST /v1/jobs', 'POST /v1/mails/bounces'],
    ]);
    const withFiles = routes.filter(({ types }) => types.includes('multipart/form-data'));
    expect(names(withFiles)).toEqual(['POST /operator/import']);
  });

  test('every route refuses a body one byte longer than its limit, in every content type, and reads no more of it', async rig => {
    const { service, routes } = await served(rig);
    const { url } = service;
    const shownFor = await credentials(rig, service);
    const wrong: string[] = [];
    const look = async (route: Served, type: string) => {
      const { method, path, bodyMaxBytes = 0 } = route;
      const limit = BODYLESS.includes(method) ? 0 : bodyMaxBytes;
      const request = { method, path, type: TYPES[type] ?? '', shown: shownFor(route) };
      for (const rest of [`content-length: ${limit + 1}\r\n\r\n`, chunked(limit + 1)]) {
        const { status, isOver } = await send(url, request, rest);
        // Unsupported methods, and pages of /me without a session, read no body at all.
        const isUnread = status === 405 || (status === 303 && path.startsWith('/me/'));
        const isRight = [413, 415].includes(status) ? isOver || limit === 0 : isUnread;
        if (!isRight) wrong.push(`${method} ${path} ${type}, ${rest.slice(0, 20)}: ${status} ${isOver}`);
      }
    };
    const all = routes.flatMap(route =>
      (route.types.length > 0 ? route.types : ['text/plain']).map(type => [route, type] as const),
    );
    const isLong = ([{ bodyMaxBytes = 0 }]: readonly [Served, string]) => bodyMaxBytes > 1_000_000;
    for (const one of all.filter(isLong)) await look(...one);
    const rest = all.filter(one => !isLong(one));
    const work = async () => {
      for (let next = rest.pop(); next !== undefined; next = rest.pop()) await look(...next);
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect(wrong).toEqual([]);
  });
});

test('a body sent to an unknown path is not read', async rig => {
  const { url } = await rig.start();
  const nowhere = { method: 'POST', path: '/nowhere', type: 'application/json', shown: 'accept: */*' };
  const told = await send(url, nowhere, 'content-length: 1000000000\r\n\r\n');
  expect(told).toEqual({ status: 404, isOver: true });
  const untold = await send(url, nowhere, chunked(1));
  expect(untold).toEqual({ status: 404, isOver: true });
});
