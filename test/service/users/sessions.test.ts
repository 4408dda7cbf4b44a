import { accessLimits } from '@passfob/service/base/limits/access';
import {
  addOperator,
  changeOperatorRole,
  disableOperator,
} from '@passfob/service/features/users/access/operator-changes';
import { enterByLink, makeOperatorKey } from '@passfob/service/features/users/access/operators';
import { setPassword } from '@passfob/service/features/users/credentials/passwords';
import {
  actorOfSession,
  endSession,
  isCsrfToken,
  isFresh,
  openSession,
  type SignInSession,
  sessionOf,
} from '@passfob/service/features/users/sessions';
import { disableUser, enableUser } from '@passfob/service/features/users/user-changes';
import { findUser } from '@passfob/service/features/users/users';
import type { Management } from '@passfob/service/storage/management';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { accepted, freshPassword, grace, Office } from './kit.ts';

const MINUTE_MS = 60_000;

/** Opens an office with `ada` as help desk. */
async function withAda(): Promise<Office> {
  const office = await Office.open();
  await office.users('ada');
  accepted(await addOperator(office.management, grace, { user: 'ada', role: 'helpdesk' }));
  return office;
}

async function open(office: Office): Promise<string> {
  const userId = (await findUser(office.store.db, 'ada'))?.id ?? '';
  const opening = { userId, role: 'helpdesk' as const, nowMs: office.nowMs };
  return secret((await openSession(office.store.db, opening)).token);
}

async function sessionFor(management: Management, value: string): Promise<SignInSession> {
  const session = await sessionOf(management, value);
  if (session === undefined) throw new Error('no session');
  return session;
}

test('a session belongs to its operator and has the operator’s current role', async () => {
  await using office = await withAda();
  const { management } = office;
  const value = await open(office);
  expect(await sessionOf(management, value)).toMatchObject({
    user: 'ada',
    role: 'helpdesk',
    expiresMs: office.nowMs + 12 * 60 * MINUTE_MS,
    provedMs: office.nowMs,
  });
  expect(await sessionOf(management, undefined)).toBeUndefined();
  expect(await sessionOf(management, `${value}x`)).toBeUndefined();
  // The next request has the changed role.
  await office.store.db.updateTable('operators').set({ role: 'auditor' }).execute();
  expect((await sessionOf(management, value))?.role).toBe('auditor');
  const stored = JSON.stringify(await office.store.db.selectFrom('operator_sessions').selectAll().execute());
  expect(stored).not.toContain(value.slice(4));
});

test('a session ends by standing idle, by age and by signing out', async () => {
  await using office = await withAda();
  const { management } = office;
  const value = await open(office);
  const start = office.nowMs;
  office.nowMs += accessLimits.sessionIdleMs - 1;
  expect(await sessionOf(management, value)).toBeDefined();
  office.nowMs += accessLimits.sessionIdleMs - 1;
  expect(await sessionOf(management, value)).toBeDefined();
  office.nowMs += accessLimits.sessionIdleMs;
  expect(await sessionOf(management, value)).toBeUndefined();
  // A session in constant use ends as well.
  const busy = await open(office);
  const from = office.nowMs;
  for (; office.nowMs < from + accessLimits.operatorSessionMs; office.nowMs += 20 * MINUTE_MS)
    expect(await sessionOf(management, busy)).toBeDefined();
  expect(await sessionOf(management, busy)).toBeUndefined();
  office.nowMs = start;
  const left = await open(office);
  await endSession(office.store.db, left);
  expect(await sessionOf(management, left)).toBeUndefined();
});

test('the use of a session is stored about once a minute, not at each request', async () => {
  await using office = await withAda();
  const value = await open(office);
  const seen = async () =>
    (await office.store.db.selectFrom('operator_sessions').select('last_seen_ms').executeTakeFirstOrThrow())
      .last_seen_ms;
  const start = office.nowMs;
  for (let second = 1; second <= 60; second++) {
    office.nowMs = start + second * 1000;
    await sessionOf(office.management, value);
    expect(await seen()).toBe(start);
  }
  office.nowMs = start + 61_000;
  await sessionOf(office.management, value);
  expect(await seen()).toBe(start + 61_000);
  // A clock set back neither ends the session nor extends its idle time.
  office.nowMs = start;
  expect(await sessionOf(office.management, value)).toBeDefined();
  expect(await seen()).toBe(start + 61_000);
});

test('disabling the user or the operator, another role and another password end sessions for good', async () => {
  await using office = await withAda();
  const { management } = office;
  const ends = [
    async () => {
      accepted(await disableUser(management, grace, 'ada'));
      accepted(await enableUser(management, grace, 'ada'));
    },
    async () => accepted(await changeOperatorRole(management, grace, { user: 'ada', role: 'auditor' })),
    async () => accepted(await setPassword(management, grace, { user: 'ada', password: freshPassword() })),
    async () => accepted(await disableOperator(management, grace, 'ada')),
  ];
  for (const end of ends) {
    const values = [await open(office), await open(office)];
    for (const value of values) expect(await sessionOf(management, value)).toBeDefined();
    await end();
    for (const value of values) expect(await sessionOf(management, value)).toBeUndefined();
  }
  expect(await office.store.db.selectFrom('operator_sessions').selectAll().execute()).toEqual([]);
});

test('one operator has a limited number of sessions, and other operators lose none', async () => {
  await using office = await withAda();
  const { management } = office;
  const link = await openSession(office.store.db, { userId: null, role: 'admin', nowMs: office.nowMs });
  const values: string[] = [];
  for (let nth = 0; nth <= accessLimits.sessionsPerOperatorKept; nth++) {
    office.nowMs += 1000;
    values.push(await open(office));
  }
  const [oldest, ...others] = values;
  expect(await sessionOf(management, oldest)).toBeUndefined();
  for (const value of others) expect(await sessionOf(management, value)).toBeDefined();
  expect(await sessionOf(management, link.token)).toBeDefined();
});

test('a proof is fresh for five minutes, a link’s for the set-up; a proof from the future is not accepted', async () => {
  await using office = await withAda();
  const { management } = office;
  const session = await sessionFor(management, await open(office));
  expect(isFresh(session, office.nowMs)).toBe(true);
  expect(isFresh(session, office.nowMs + 5 * MINUTE_MS - 1)).toBe(true);
  expect(isFresh(session, office.nowMs + 5 * MINUTE_MS)).toBe(false);
  expect(isFresh(session, office.nowMs - 1)).toBe(false);
  const key = secret(await makeOperatorKey(office.store.db, office.nowMs));
  const use = { key, source: '192.0.2.9', requestId: 'request-2' };
  const entered = await enterByLink(management, use);
  expect(await enterByLink(management, use)).toBeUndefined();
  const byLink = await sessionFor(management, secret(entered?.token ?? ''));
  expect(byLink).toMatchObject({ user: null, role: 'admin' });
  expect(isFresh(byLink, office.nowMs + 30 * MINUTE_MS - 1)).toBe(true);
  expect(isFresh(byLink, office.nowMs + 30 * MINUTE_MS)).toBe(false);
  expect(actorOfSession(byLink, '::1', 'r')).toEqual({
    name: 'link',
    role: 'admin',
    source: '::1',
    requestId: 'r',
  });
  expect(actorOfSession(session, '::1', 'r')).toMatchObject({ name: 'ada', role: 'helpdesk' });
  const { acts, text } = await office.audit();
  expect(acts.filter(act => act.startsWith('operator.enter-by-link'))).toHaveLength(1);
  expect(text).not.toContain(key);
});

test('a session has its own token against other sites, which no other session or key file creates', async () => {
  await using office = await withAda();
  await using elsewhere = await Office.open();
  const [one, two] = [await open(office), await open(office)];
  const session = await sessionFor(office.management, one);
  expect(session.csrf).toBe((await sessionFor(office.management, one)).csrf);
  expect(isCsrfToken(session, session.csrf)).toBe(true);
  const foreign = { ...office.management, keys: elsewhere.management.keys };
  for (const given of [
    '',
    one,
    `${session.csrf}x`,
    session.csrf.slice(1),
    (await sessionFor(office.management, two)).csrf,
    (await sessionFor(foreign, one)).csrf,
  ])
    expect(isCsrfToken(session, given)).toBe(false);
});
