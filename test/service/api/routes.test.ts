import { makeBuckets } from '@passfob/service/base/buckets';
import { permissions } from '@passfob/service/base/permissions';
import { apiTexts } from '@passfob/service/base/texts/api';
import { texts } from '@passfob/service/base/texts/texts';
import { otherOperations } from '@passfob/service/doors/api/describe/others';
import { refusalJson, refusalStatuses } from '@passfob/service/doors/api/kit/refusals';
import { apiRoutes } from '@passfob/service/doors/api/routes';
import { serveApi } from '@passfob/service/doors/api/serve/serve';
import type { WebContext } from '@passfob/service/doors/web/context';
import { makeMetrics } from '@passfob/service/features/metrics/metrics';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { NOON_MS } from '../kit.ts';
import { Office } from '../people/kit.ts';

/** What the routes are registered with; none of it is used here. */
function contextOf({ management }: Office): WebContext {
  return {
    db: management.db,
    management,
    clock: () => NOON_MS,
    lock: async () => ({ threshold: 3, periodMs: 1000 }),
    changes: { watch: () => () => undefined, announce: () => undefined, close: () => undefined },
    applications: { find: () => Promise.resolve(undefined), forget: () => undefined },
    buckets: makeBuckets(),
    ownApplication: { id: 'none' },
    decide: async () => 'wrong',
    consoleApplication: { id: 'none', name: 'none', factors: 'otp' },
    wakeJobs: () => undefined,
    pushes: {
      ask: () => Promise.reject(new Error('not here')),
      take: async () => 'no_push',
      isDecided: async () => true,
      userOf: async () => '',
      withdraw: async () => undefined,
      end: () => undefined,
    },
    challenges: {
      ask: () => Promise.reject(new Error('not here')),
      answer: async () => 'wrong',
      userOf: async () => '',
    },
    operatorCookie: () => 'none',
    userCookie: () => 'none',
    metrics: makeMetrics('0'),
    version: '0',
    isSecure: false,
  };
}

test('every route that is served declares who may ask', async () => {
  await using office = await Office.open();
  const app = Fastify();
  const served: { where: string; permission: unknown }[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const one of [method].flat())
      served.push({ where: `${one} ${url}`, permission: config?.permission });
  });
  serveApi(app, contextOf(office));
  await app.ready();
  const known = new Set<unknown>([...Object.keys(permissions), 'public', 'application']);
  expect(served.filter(({ permission }) => !known.has(permission))).toEqual([]);
  // Nothing is open but what says what there is, and the answer to methods that are not there.
  const open = served.filter(({ permission }) => permission === 'public').map(({ where }) => where);
  const acts = new Map(apiRoutes.map(route => [`${route.method} ${route.path}`, route.permission]));
  expect(open.filter(where => acts.has(where))).toEqual([]);
  for (const [where, permission] of acts)
    expect(served.filter(one => one.where === where)).toEqual([{ where, permission }]);
  for (const { method, path, permission } of otherOperations)
    expect(served).toContainEqual({ where: `${method} ${path}`, permission });
  const forApplications = otherOperations.filter(({ permission }) => permission === 'application');
  expect(served.filter(({ permission }) => permission === 'application').map(({ where }) => where)).toEqual(
    forApplications.map(({ method, path }) => `${method} ${path}`),
  );
  await app.close();
});

test('every operation has its summary, and every summary its operation, once', () => {
  const names = [...otherOperations, ...apiRoutes].map(({ name }) => name);
  expect([...names].sort()).toEqual(Object.keys(apiTexts.summaries).sort());
});

test('reading changes nothing by its method, and every change has a permission of its own', () => {
  for (const { method, permission, name } of apiRoutes) {
    const reads = ['read', 'audit.read'].includes(permission);
    expect([name, reads], name).toEqual([name, method === 'GET']);
  }
});

test('every refusal of the service has a status, and nothing else has one', () => {
  expect(Object.keys(refusalStatuses).sort()).toEqual(Object.keys(texts.refusals).sort());
  for (const { name, refusals } of apiRoutes)
    expect([name, new Set(refusals).size]).toEqual([name, refusals.length]);
});

test('a refusal is a problem whose type is a name that does not change', () => {
  expect(JSON.parse(refusalJson('account_locked', 'request-1'))).toEqual({
    type: 'urn:passfob:problem:account_locked',
    title: 'Locked',
    status: 423,
    detail: texts.refusals.account_locked,
    code: 'account_locked',
    accepted: false,
    requestId: 'request-1',
  });
});
