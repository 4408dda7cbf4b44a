import { administrationLimits } from '@passfob/service/base/limits/administration';
import type { ServedRoute } from '@passfob/service/doors/web/served';
import { createApiKey } from '@passfob/service/features/users/access/api-keys';
import type { Service } from '@passfob/service/service';
import { describe, expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { Visitor } from '../console/kit.ts';
import { Rig } from '../kit.ts';
import { watchApp } from '../served.ts';
import { accepted, grace, Office } from '../users/kit.ts';
import { raw } from './kit.ts';

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
  const key = accepted(await createApiKey(office.management, grace, { name: 'all', role: 'admin' }));
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
  it('every route that takes a body declares its maximum length', async () => {
    await using rig = new Rig();
    const { routes } = await served(rig);
    const taking = routes.filter(({ method }) => !BODYLESS.includes(method));
    expect(taking.length).toBeGreaterThan(100);
    expect(taking.filter(({ bodyMaxBytes }) => bodyMaxBytes === undefined)).toEqual([]);
    const isLong = ({ bodyMaxBytes = 0 }: Served) =>
      bodyMaxBytes > administrationLimits.administrationBodyMaxBytes;
    const names = (some: readonly Served[]) => some.map(({ method, path }) => `${method} ${path}`).sort();
    expect(names(taking.filter(isLong))).toEqual([
      'POST /agent/poll',
      'POST /carrier/poll',
      'POST /operator/bulk',
      'POST /operator/channels/mail',
      'POST /operator/channels/syslog',
      'POST /operator/channels/webhook',
      'POST /operator/import',
      'POST /operator/mails/server/change',
      'POST /v1/imports',
      'POST /v1/imports/plan',
      'POST /v1/jobs',
      'POST /v1/mails/bounces',
    ]);
    const withFiles = routes.filter(({ types }) => types.includes('multipart/form-data'));
    expect(names(withFiles)).toEqual(['POST /operator/import']);
  });

  it('every route refuses a body one byte longer than its limit, in every content type, and reads no more of it', async () => {
    await using rig = new Rig();
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

it('a body sent to an unknown path is not read', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  const nowhere = { method: 'POST', path: '/nowhere', type: 'application/json', shown: 'accept: */*' };
  const told = await send(url, nowhere, 'content-length: 1000000000\r\n\r\n');
  expect(told).toEqual({ status: 404, isOver: true });
  const untold = await send(url, nowhere, chunked(1));
  expect(untold).toEqual({ status: 404, isOver: true });
});
