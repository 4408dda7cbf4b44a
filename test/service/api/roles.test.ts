import type { Role } from '@passfob/service/base/kinds';
import { accessLimits } from '@passfob/service/base/limits/access';
import { type Action, may, permissions } from '@passfob/service/base/permissions';
import { sessionOf } from '@passfob/service/features/users/sessions';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { apiKeyOf, openLink } from '../kit.ts';
import { type Answer, allRoles, Bureau, pathOf, type Shown } from './kit.ts';

/** A route that checks a role, with the permission it declares. */
interface Guarded {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly permission: Action;
}

function guarded({ routes }: Bureau): Guarded[] {
  return routes.flatMap(({ method, path, who, action, operation }) =>
    who !== 'administration' || action === undefined || operation === undefined || method === 'HEAD'
      ? []
      : [{ name: operation.name, method, path: pathOf(path, {}), permission: action }],
  );
}

/** Returns how a request was admitted: refused with a code, or let in, whatever its result. */
function admission({ status, json }: Answer): string {
  return status === 401 || status === 403 ? `${status} ${String(json.code)}` : 'let in';
}

function byRole(role: Role, permission: Action): string {
  return may(role, permission) ? 'let in' : '403 not_allowed';
}

async function admissions(bureau: Bureau, shown: Shown, expected: (route: Guarded) => string): Promise<void> {
  const paths = guarded(bureau);
  const found: Record<string, string> = {};
  for (const { name, method, path } of paths) found[name] = admission(await bureau.ask(method, path, shown));
  expect(found).toEqual(Object.fromEntries(paths.map(route => [route.name, expected(route)])));
}

test('requests without credentials, with an application’s key or with a made-up key are refused', async () => {
  await using bureau = await Bureau.open();
  const application = { authorization: `Bearer ${apiKeyOf(bureau.service)}` };
  const paths = guarded(bureau);
  expect(paths.length).toBeGreaterThan(80);
  const cookie = { cookie: `passfob-operator-${new URL(bureau.service.url).port}=pfs_guess` };
  for (const shown of [{}, application, { authorization: 'Bearer pfa_guess' }, cookie]) {
    for (const { name, method, path } of paths) {
      // Keeps the rate limit of this address from being used up.
      bureau.rig.clock.nowMs += 1000;
      const answer = await bureau.ask(method, path, shown);
      expect([name, admission(answer)]).toEqual([name, '401 credentials_needed']);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  }
});

test('an API key may do what its role permits, and needs no fresh proof', async () => {
  await using bureau = await Bureau.open();
  for (const role of allRoles)
    await admissions(bureau, await bureau.key(role), ({ permission }) => byRole(role, permission));
});

test('a session may do what its role permits, and needs its own token for every change', async () => {
  await using bureau = await Bureau.open();
  for (const role of allRoles) {
    const { cookie, csrf } = await bureau.session(role);
    const origin = { origin: csrf.origin ?? '' };
    await admissions(bureau, { ...cookie, ...csrf }, ({ permission }) => byRole(role, permission));
    for (const wrong of [
      {},
      origin,
      { ...csrf, 'x-csrf-token': 'guess' },
      { ...csrf, origin: 'https://evil.example' },
    ])
      await admissions(bureau, { ...cookie, ...wrong }, ({ method, permission }) =>
        method === 'GET' ? byRole(role, permission) : '403 forbidden',
      );
  }
});

test('a session whose proof is too old cannot do dangerous acts', async () => {
  await using bureau = await Bureau.open();
  const { cookie, csrf } = await bureau.session('admin');
  bureau.rig.clock.nowMs += accessLimits.reauthenticationMs;
  await admissions(bureau, { ...cookie, ...csrf }, ({ permission }) =>
    permissions[permission].dangerous ? '403 proof_needed' : 'let in',
  );
});

test('help desk neither issues nor imports tokens, runs no jobs and does not read the audit', async () => {
  await using bureau = await Bureau.open();
  const key = await bureau.key('helpdesk');
  for (const [method, path] of [
    ['POST', '/v1/tokens'],
    ['POST', '/v1/imports'],
    ['POST', '/v1/imports/plan'],
    ['POST', '/v1/jobs'],
    ['GET', '/v1/audit'],
  ] as const)
    expect(admission(await bureau.ask(method, path, key))).toBe('403 not_allowed');
});

test('a wrong key fails despite a valid session, and a revoked or demoted operator is out at once', async () => {
  await using bureau = await Bureau.open();
  const { cookie } = await bureau.session('admin');
  const ask = (shown: Shown) => bureau.ask('GET', '/v1/session', shown);
  expect((await ask({ ...cookie, authorization: 'Bearer pfa_guess' })).status).toBe(401);
  expect((await ask(cookie)).json).toMatchObject({ name: 'operator-admin', role: 'admin' });
  const key = await bureau.key('admin');
  const given = { method: 'PATCH', path: '/v1/operators/operator-admin' };
  expect((await bureau.ask(given.method, given.path, key, { role: 'auditor' })).status).toBe(200);
  expect((await ask(cookie)).status).toBe(401);
  const keys = (await bureau.ask('GET', '/v1/api-keys', key)).json.apiKeys as { id: string }[];
  const id = keys[0]?.id ?? '';
  expect((await bureau.ask('POST', `/v1/api-keys/${id}/revoke`, key)).status).toBe(200);
  expect((await ask(key)).status).toBe(401);
});

test('a session by one-time link has the administrator’s role during the set-up only', async () => {
  await using bureau = await Bureau.open();
  const entered = await openLink(bureau.service.operatorLink);
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const session = await sessionOf(bureau.office.management, secret(cookie.split('=')[1] ?? ''));
  const csrf = { 'x-csrf-token': secret(session?.csrf ?? ''), origin: new URL(bureau.service.url).origin };
  const make = (name: string) =>
    bureau.ask('POST', '/v1/api-keys', { cookie, ...csrf }, { name, role: 'auditor' });
  const made = await make('first');
  secret(String(made.json.value));
  expect(made.status).toBe(201);
  const rows = await bureau.office.store.db.selectFrom('audit').select(['actor', 'action']).execute();
  expect(rows).toContainEqual({ actor: 'link', action: 'api-key.change' });
  // The session is used now and then, so that it does not expire as idle.
  bureau.rig.clock.nowMs += accessLimits.linkFreshMs / 2;
  expect((await make('second')).status).toBe(201);
  bureau.rig.clock.nowMs += accessLimits.linkFreshMs / 2;
  expect(admission(await make('third'))).toBe('403 proof_needed');
});
