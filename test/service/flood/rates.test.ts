import { agentLimits } from '@passfob/service/base/limits/agents';
import { consoleLimits } from '@passfob/service/base/limits/console';
import { webLimits } from '@passfob/service/base/limits/web';
import { makeRateLimiter } from '@passfob/service/base/rate-limit';
import { unlimited } from '@passfob/service/http/web/access';
import { connectionLimitsFor } from '@passfob/service/http/web/connection-limits';
import type { WebContext } from '@passfob/service/http/web/context';
import { routeOptions, serveRoute } from '@passfob/service/http/web/route';
import { keepRoutes, type ServedRoute } from '@passfob/service/http/web/served';
import { makeApp } from '@passfob/service/node/server';
import { makeMetrics } from '@passfob/service/subjects/metrics/metrics';
import type { FastifyInstance } from 'fastify';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { itNeeds } from '../../kit/tools.ts';
import { Visitor } from '../console/kit.ts';
import { NOON_MS } from '../kit.ts';
import { Premises } from '../serve/kit.ts';
import { type Office, startedService, testOfOffice as test } from '../users/kit.ts';
import { during, formHead, manyParts, needsLinux, PARTS_TYPE, type RawConnection, raw } from './kit.ts';

type Buckets = WebContext['buckets'];

/** Builds the HTTP side over a database only: requests get no further than their checks. */
function appOver({ management }: Office, buckets: Buckets): FastifyInstance {
  const notHere = () => Promise.reject(new Error('not here'));
  const context: WebContext = {
    db: management.db,
    management,
    clock: () => NOON_MS,
    lock: async () => ({ threshold: 3, periodMs: 1000 }),
    changes: { watch: () => () => undefined, announce: () => undefined, close: () => undefined },
    applications: { find: () => Promise.resolve(undefined), forget: () => undefined },
    buckets,
    ownApplication: { id: 'none' },
    decide: async () => 'wrong',
    consoleApplication: { id: 'none', name: 'none', factors: 'otp' },
    wakeJobs: () => undefined,
    pushes: {
      ask: notHere,
      take: async () => 'no_push',
      isDecided: async () => true,
      userOf: async () => '',
      withdraw: async () => undefined,
      end: () => undefined,
    },
    challenges: { ask: notHere, answer: async () => 'wrong', userOf: async () => '' },
    operatorCookie: () => 'none',
    userCookie: () => 'none',
    metrics: makeMetrics('0'),
    version: '0',
    isSecure: false,
  };
  return makeApp(context, {
    log: () => undefined,
    certificate: undefined,
    isProxy: undefined,
    hosts: () => new Set(['localhost:8080']),
    embeddable: false,
    isSecure: false,
    maySpeakPlain: undefined,
    connectionLimits: connectionLimitsFor(Number.POSITIVE_INFINITY),
    health: { readiness: async () => undefined, version: '0', isClosing: () => false },
  });
}

/** Sends a stranger's request without a body. @returns its status */
async function ask(app: FastifyInstance, { method, path }: ServedRoute): Promise<number> {
  const answer = await app.inject({
    method: method as 'GET',
    url: path.replace(/:\w+/g, '1'),
    headers: { host: 'localhost:8080', origin: 'http://localhost:8080' },
  });
  return answer.statusCode;
}

const nameOf = ({ method, path }: ServedRoute) => `${method} ${path}`;

describe('the rate limits of every route', () => {
  test('routes refuse a stranger whose rate limit is used up, and few routes have none', async office => {
    const app = appOver(office, { take: () => false });
    await app.ready();
    const wrong: string[] = [];
    for (const route of app.served) {
      const isRefused = (await ask(app, route)) === 429;
      if (isRefused !== route.rates.length > 0) wrong.push(nameOf(route));
    }
    expect(wrong).toEqual([]);
    expect(app.served.length).toBeGreaterThan(400);
    const described = new Set(app.served.filter(({ operation }) => operation).map(({ path }) => path));
    const free = app.served.filter(({ unlimited: why }) => why !== undefined);
    expect(free.filter(({ rates, who }) => rates.length > 0 || who !== 'anybody')).toEqual([]);
    // The responses to unsupported methods of API paths are left out.
    expect(free.filter(({ path }) => !described.has(path)).map(nameOf)).toEqual([
      ...['GET /', 'GET /health', 'GET /ready', 'GET /assets/service.css', 'GET /assets/console.css'],
      ...['GET /assets/portal.css', 'GET /assets/operator.js', 'GET /assets/copy.js'],
      ...['GET /assets/autosend.js', 'GET /assets/icon.svg', 'GET /assets/portal/:name'],
    ]);
    await app.close();
  });

  test('each route takes only from the rate limits that it declares', async office => {
    const taken: { key: string; burst: number; perSecond: number }[] = [];
    const app = appOver(office, {
      take(key, size) {
        taken.push({ key, ...size });
        return true;
      },
    });
    await app.ready();
    const wrong: string[] = [];
    let count = 0;
    for (const route of app.served) {
      taken.length = 0;
      await ask(app, route);
      count += taken.length;
      for (const { key, ...size } of taken) {
        const stated = route.rates.find(({ name }) => key.startsWith(`${name}:`));
        if (JSON.stringify(stated?.size) !== JSON.stringify(size)) wrong.push(`${nameOf(route)}: ${key}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(200);
    await app.close();
  });
});

describe('routes registered without the helper', () => {
  const handler = () => 'here';
  const access = unlimited('a test');

  test('the service refuses a route that was not registered by the helper', async office => {
    const app = appOver(office, makeRateLimiter());
    expect(() => app.get('/else', handler)).toThrow('The route GET /else was not registered by serveRoute');
    await app.close();
  });

  it('a route in a plugin that was not registered by the helper keeps the app from starting', async () => {
    const app = Fastify();
    keepRoutes(app);
    serveRoute(app, { method: 'GET', path: '/right', access, handle: handler });
    app.register(async plugin => void plugin.get('/else', handler));
    await expect(app.ready()).rejects.toThrow('The route GET /else was not registered by serveRoute');
  });

  it('a route that copies the helper’s declaration is refused, too', () => {
    const app = Fastify();
    keepRoutes(app);
    const { config } = routeOptions({ access });
    app.get('/right', { config }, handler);
    expect(() => app.get('/else', { config: { stated: { ...config.stated } } }, handler)).toThrow(
      'GET /else',
    );
  });

  it('a named exception with limits of its own is accepted', async () => {
    const app = Fastify({ exposeHeadRoutes: false });
    const limits = { who: 'anybody', rates: [], unlimited: 'it counts requests itself' } as const;
    keepRoutes(app, [{ method: 'GET', path: '/foreign', reason: 'a handler of a library', ...limits }]);
    app.get('/foreign', handler);
    expect(() => app.post('/foreign', handler)).toThrow('POST /foreign');
    expect(app.served).toMatchObject([{ method: 'GET', path: '/foreign', ...limits }]);
    await app.close();
  });
});

/** Processor time: reading such a form costs the service seconds, and not reading it next to nothing. */
const SPENT_MS = 2_500;
const GROWN_BYTES = 50 * 1_048_576;
const PIECE_BYTES = 65_536;
const STRANGERS_FORMS = [
  ...['/login', '/me/sign-in', '/me/enter', '/me/test', '/operator/sign-in', '/operator/prove'],
  ...['/operator/leave', '/operator/import'],
];

/** Sends a body in pieces until it is all sent or the service ends the connection. @returns the status of the answer */
async function sendForm(url: string, path: string, body: Buffer, length = body.length): Promise<number> {
  const connection = await raw(url);
  await connection.send(formHead(url, path, PARTS_TYPE, length));
  for (let at = 0; at < body.length; at += PIECE_BYTES)
    if (!(await connection.send(body.subarray(at, at + PIECE_BYTES)))) break;
  return length === body.length ? connection.answered() : connection.status;
}

itNeeds(
  needsLinux,
  'a stranger’s form of 247,000 files neither blocks the service nor uses up its memory',
  async () => {
    await using premises = new Premises();
    const { started, pid } = await premises.serve();
    const { url } = started;
    const body = manyParts(consoleLimits.uploadMaxBytes);
    const statuses: number[] = [];
    const { spentMs, grownBytes } = await during({ url, pid }, async () => {
      for (const path of STRANGERS_FORMS) statuses.push(await sendForm(url, path, body));
    });
    expect(statuses.filter(status => status !== 0 && status < 300)).toEqual([]);
    expect(spentMs).toBeLessThan(SPENT_MS);
    expect(grownBytes).toBeLessThan(GROWN_BYTES);
  },
);

itNeeds(needsLinux, '100 unfinished forms hold no memory of the service', async () => {
  await using premises = new Premises();
  const { started, pid } = await premises.serve();
  const { url } = started;
  const body = manyParts(consoleLimits.uploadMaxBytes).subarray(0, consoleLimits.uploadMaxBytes - 200);
  const { spentMs, grownBytes } = await during({ url, pid }, () =>
    Promise.all(Array.from({ length: 100 }, () => sendForm(url, '/login', body, body.length + 10))),
  );
  expect(spentMs).toBeLessThan(SPENT_MS);
  expect(grownBytes).toBeLessThan(GROWN_BYTES);
});

const STRANGERS = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];

/** Sends an agent's poll that states its length but whose body does not arrive. */
async function slowPoll(url: string, from: string): Promise<RawConnection> {
  const connection = await raw(url, from);
  await connection.send(formHead(url, '/agent/poll', 'application/json', agentLimits.agentPollBodyMaxBytes));
  return connection;
}

async function statusOf(url: string, from: string, head: string, body: string): Promise<number> {
  const connection = await raw(url, from);
  await connection.send(head + body);
  const status = await connection.answered();
  connection.socket.destroy();
  return status;
}

function importHead(url: string, cookie: string, length: number): string {
  return formHead(url, '/operator/import', PARTS_TYPE, length).replace('\r\n', `\r\ncookie: ${cookie}\r\n`);
}

itNeeds(
  needsLinux,
  'slow polls of strangers block neither an administrator’s import nor the poll of another source',
  async () => {
    await using service = await startedService({ clock: Date.now });
    const { url } = service;
    const visitor = new Visitor(service);
    await visitor.enter();
    const most = Math.floor(webLimits.publicBodiesOfSourceMaxBytes / agentLimits.agentPollBodyMaxBytes);
    const slow = await Promise.all(
      STRANGERS.flatMap(from => Array.from({ length: most }, () => slowPoll(url, from))),
    );
    const poll = JSON.stringify({ key: 'a'.repeat(43), from: 0, taken: 0, messages: ['x'.repeat(8_192)] });
    const pollHead = formHead(url, '/agent/poll', 'application/json', poll.length);
    const polled = await statusOf(url, '127.0.0.5', pollHead, poll);
    const file = `--b\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n${'x'.repeat(8_192)}\r\n--b--\r\n`;
    const imported = await statusOf(url, '127.0.0.5', importHead(url, visitor.cookie, file.length), file);
    for (const { socket } of slow) socket.destroy();
    // The poll has an unknown key, and the form lacks the session's token: both bodies were read.
    expect({ polled, imported }).toEqual({ polled: 404, imported: 403 });
  },
);

itNeeds(needsLinux, 'an import file over the limit is refused as too large, at any size', async () => {
  await using service = await startedService({ clock: Date.now });
  const visitor = new Visitor(service);
  await visitor.enter();
  const lengths = [consoleLimits.uploadMaxBytes + 1, webLimits.largeBodiesMaxBytes + 1];
  const statuses: number[] = [];
  for (const length of lengths) {
    const head = importHead(service.url, visitor.cookie, length);
    statuses.push(await statusOf(service.url, '127.0.0.2', head, ''));
  }
  expect(statuses).toEqual([413, 413]);
});
