import { apiTexts } from '@passfob/service/base/texts/api';
import { texts } from '@passfob/service/base/texts/texts';
import { refusalJson, refusalStatuses } from '@passfob/service/doors/api/kit/refusals';
import { apiRoutes } from '@passfob/service/doors/api/routes';
import { expect, test } from 'vitest';
import { Bureau } from './kit.ts';

test('every registered route of the API declares who may use it', async () => {
  await using bureau = await Bureau.open();
  const served = bureau.routes.filter(({ path }) => path.startsWith('/v1/') || path === '/metrics');
  const where = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
  // Only the descriptions and the responses to unsupported methods are open to anybody.
  const open = served.filter(({ who }) => who === 'anybody').map(where);
  const acts = new Map(apiRoutes.map(route => [where(route), route.permission]));
  expect(open.filter(one => acts.has(one))).toEqual([]);
  const administered = served.filter(({ who, method }) => who === 'administration' && method !== 'HEAD');
  expect(administered.map(route => [where(route), route.action])).toEqual([
    ['GET /metrics', 'metrics.read'],
    ...acts,
  ]);
  expect(served.filter(({ who }) => who === 'application').map(where)).toEqual([
    'POST /v1/validate',
    'POST /v1/pins',
    'POST /v1/challenges',
    'POST /v1/challenges/:id/answer',
    'POST /v1/pushes',
    'POST /v1/pushes/:id/take',
    'POST /v1/pushes/:id/withdraw',
  ]);
  const kinds = served.map(({ who }) => who);
  expect([...new Set(kinds)].sort()).toEqual(['administration', 'anybody', 'application']);
  const described = served.flatMap(({ who, operation }) =>
    who === 'anybody' && operation !== undefined ? [operation.name] : [],
  );
  expect(new Set(described)).toEqual(new Set(['description.get', 'documentation.get']));
});

test('every operation has one summary, and every summary has one operation', async () => {
  await using bureau = await Bureau.open();
  const names = bureau.routes.flatMap(({ method, operation }) =>
    operation === undefined || method === 'HEAD' ? [] : [operation.name],
  );
  expect([...names].sort()).toEqual(Object.keys(apiTexts.summaries).sort());
});

test('reading methods change nothing, and every change has its own permission', () => {
  for (const { method, permission, name } of apiRoutes) {
    const reads = ['read', 'audit.read'].includes(permission);
    expect([name, reads], name).toEqual([name, method === 'GET']);
  }
});

test('every refusal of the service has a status, and no other code has one', () => {
  expect(Object.keys(refusalStatuses).sort()).toEqual(Object.keys(texts.refusals).sort());
  for (const { name, refusals } of apiRoutes)
    expect([name, new Set(refusals).size]).toEqual([name, refusals.length]);
});

test('a refusal is a problem whose type is a stable name', () => {
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
