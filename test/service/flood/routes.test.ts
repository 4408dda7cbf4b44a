import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../host/service/limits.ts';
import { Rig } from '../kit.ts';
import { raw } from './kit.ts';

/** A route as it is served. */
interface Served {
  readonly method: string;
  readonly path: string;
  readonly bodyLimit: number | undefined;
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

/** Starts a service and notes every route that it puts up, of all its plugins. */
async function served(rig: Rig): Promise<{ url: string; routes: Served[] }> {
  const noted: { method: string; path: string; bodyLimit: number | undefined; scope: FastifyInstance }[] = [];
  const note = (message: unknown) => {
    const { fastify } = message as { readonly fastify: FastifyInstance };
    fastify.addHook('onRoute', function (this: FastifyInstance, { method, url, bodyLimit }) {
      for (const one of [method].flat()) noted.push({ method: one, path: url, bodyLimit, scope: this });
    });
  };
  subscribe('fastify.initialization', note);
  const { url } = await rig.start({ clock: Date.now });
  unsubscribe('fastify.initialization', note);
  const routes = noted.map(({ method, path, bodyLimit, scope }) => ({
    method,
    path,
    bodyLimit,
    types: Object.keys(TYPES).filter(type => scope.hasContentTypeParser(type)),
  }));
  return { url, routes };
}

/** What a service answers to a request whose body is longer than the route takes. */
interface Refused {
  readonly status: number;
  /** Whether the service reads no more of it. */
  readonly isOver: boolean;
}

/** Sends a request. @param head the fields that say how long its body is, and what there is of that */
async function send(url: string, { method, path }: Served, type: string, rest: string): Promise<Refused> {
  const { host, origin } = new URL(url);
  const fields = [`host: ${host}`, `origin: ${origin}`, `content-type: ${type}`];
  const connection = await raw(url, '127.0.0.1');
  await connection.send(
    `${method} ${path.replace(/:\w+/g, '1')} HTTP/1.1\r\n${fields.join('\r\n')}\r\n${rest}`,
  );
  const status = await connection.answered();
  const isOver = /^connection: close$/im.test(connection.heard);
  connection.socket.destroy();
  return { status, isOver };
}

/** One byte more than a route takes, in one chunk that the body goes on behind. */
function chunked(bytes: number): string {
  return `transfer-encoding: chunked\r\n\r\n${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`;
}

describe('every route of the service', () => {
  it('that takes a body states how long it may be', async () => {
    await using rig = new Rig();
    const { routes } = await served(rig);
    const taking = routes.filter(({ method }) => !BODYLESS.includes(method));
    expect(taking.length).toBeGreaterThan(100);
    expect(taking.filter(({ bodyLimit }) => bodyLimit === undefined)).toEqual([]);
    const isLong = ({ bodyLimit = 0 }: Served) => bodyLimit > limits.administrationBodyMaxBytes;
    const names = (some: readonly Served[]) => some.map(({ method, path }) => `${method} ${path}`).sort();
    expect(names(taking.filter(isLong))).toEqual([
      'POST /agent/poll',
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

  it('refuses a body that is a byte longer than its limit, in every content type, and reads no more of it', async () => {
    await using rig = new Rig();
    const { url, routes } = await served(rig);
    const wrong: string[] = [];
    const look = async (route: Served, type: string) => {
      const limit = BODYLESS.includes(route.method) ? 0 : (route.bodyLimit ?? 0);
      const told = await send(url, route, TYPES[type] ?? '', `content-length: ${limit + 1}\r\n\r\n`);
      const untold = await send(url, route, TYPES[type] ?? '', chunked(limit + 1));
      // Who has not shown who they are is told that first.
      const isRight = told.status === 413 && untold.status >= 300 && untold.isOver;
      if (!isRight)
        wrong.push(`${route.method} ${route.path} ${type}: ${told.status} ${JSON.stringify(untold)}`);
    };
    const rest = routes.flatMap(route =>
      (route.types.length > 0 ? route.types : ['text/plain']).map(type => [route, type] as const),
    );
    const work = async () => {
      for (let next = rest.pop(); next !== undefined; next = rest.pop()) await look(...next);
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect(wrong).toEqual([]);
  });
});
