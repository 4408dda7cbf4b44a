import { accessLimits } from '@passfob/service/base/limits/access';
import { defaultLockPolicy } from '@passfob/service/base/lock';
import { openStore } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import { writeSetting } from '@passfob/service/storage/settings';
import { addOperator, changeOperatorRole, disableOperator } from '@passfob/service/subjects/operators/acts';
import { suspendToken } from '@passfob/service/subjects/tokens/acts';
import { enterByLink, makeOperatorKey } from '@passfob/service/subjects/users/access/operators';
import { changeUser, createUser, disableUser, enableUser } from '@passfob/service/subjects/users/acts';
import { resetPin, setPassword } from '@passfob/service/subjects/users/credentials/acts';
import { users } from '@passfob/service/subjects/users/list';
import {
  actorOfSession,
  endSession,
  isCsrfToken,
  isFresh,
  openSession,
  type SignInSession,
  sessionOf,
} from '@passfob/service/subjects/users/sessions';
import { changeSettings, readSettings, type Settings } from '@passfob/service/subjects/users/settings';

import { endUserSession, signInByToken, userSessionOf } from '@passfob/service/subjects/users/user-sessions';
import { userDetail } from '@passfob/service/subjects/users/user-views';
import { findUser } from '@passfob/service/subjects/users/users';
import { describe, expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { add, apiKeyOf, codeNow, newToken, post, Rig } from '../kit.ts';
import { olderStore } from '../older.ts';
import { allFoundIn, type Sought } from '../search/kit.ts';
import { Person, signInTokenOf } from '../self-service/kit.ts';
import { codeOf, freshPassword, givePin, grace, testOfOffice as it, Office, startedService } from './kit.ts';

const namesOf = ({ store, nowMs }: Office, sought: Sought = {}) =>
  allFoundIn(store.db, users, { nowMs, ...sought });

it('a user is found under any spelling and changed; a second disabling keeps the time of the first', async office => {
  const made = await office.do(createUser, {
    name: ' Ada ',
    displayName: 'Ada L.',
    email: 'Ada@Example.ORG',
  });
  expect(made).toMatchObject({ name: 'ada', displayName: 'Ada L.', email: 'Ada@example.org', pin: 'none' });
  expect(await office.do(changeUser, { user: 'Ada', email: '' })).toMatchObject({
    displayName: 'Ada L.',
    email: null,
  });
  await office.token('ada');
  await office.token('ada');
  const detail = await userDetail(office.store.db, 'ADA', { lock: defaultLockPolicy, nowMs: office.nowMs });
  expect(detail).toMatchObject({ id: made.id, tokens: 2, usableTokens: 2, hasPassword: false });
  await office.do(disableUser, { user: 'ada' });
  office.nowMs += 1000;
  expect((await office.do(disableUser, { user: 'ada' })).disabledMs).toBe(office.nowMs - 1000);
});

it('user lists page through all names once, by a part of the name and by state', async office => {
  // One name has a character beyond the first plane: an upper bound of U+FFFF would lose it.
  const names = ['ada', 'adam', 'adb', 'ad𐐨', 'bob', 'böb', 'b%', 'b_'];
  await office.users(...names);
  const sorted = [...names].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  expect(await namesOf(office, { limit: 3 })).toEqual(sorted);
  expect(await namesOf(office, { search: 'AD' })).toEqual(['ada', 'adam', 'adb', 'ad𐐨']);
  expect(await namesOf(office, { search: 'ada' })).toEqual(['ada', 'adam']);
  expect(await namesOf(office, { search: 'b%' })).toEqual(['b%']);
  expect(await namesOf(office, { search: '_' })).toEqual(['b_']);
  // Names in which the lowest possible text follows: nothing, %, or another letter.
  expect(await namesOf(office, { search: 'b' })).toEqual(['adb', 'b%', 'b_', 'bob', 'böb']);
  expect(await namesOf(office, { search: 'x' })).toEqual([]);
  expect(await namesOf(office, { search: ' ' })).toEqual(sorted);
  expect(await namesOf(office, { search: 'a\0' })).toEqual([]);
  expect(await namesOf(office, { search: 'a\ud800' })).toEqual([]);
  await office.do(disableUser, { user: 'bob' });
  const last_failure_ms = office.nowMs;
  const fail = (name: string, failures: number) =>
    office.set('users', { failures, last_failure_ms }, { name });
  await fail('ada', 3);
  await fail('adam', 2);
  expect(await namesOf(office, { state: 'disabled' })).toEqual(['bob']);
  expect(await namesOf(office, { state: 'locked' })).toEqual(['ada']);
  await office.do(changeSettings, { lock: { ...defaultLockPolicy, threshold: 0 } });
  expect(await namesOf(office, { state: 'locked' })).toEqual([]);
  await office.do(changeSettings, { lock: defaultLockPolicy });
  office.nowMs += defaultLockPolicy.periodMs;
  expect(await namesOf(office, { state: 'locked' })).toEqual([]);
});

const MINUTE_MS = 60_000;

/** Opens an office with `ada` as help desk. */
async function withAda(): Promise<Office> {
  const office = await Office.open();
  await office.users('ada');
  await office.do(addOperator, { user: 'ada', role: 'helpdesk' });
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
  await office.set('operators', { role: 'auditor' });
  expect((await sessionOf(management, value))?.role).toBe('auditor');
  const stored = JSON.stringify(await office.rows('operator_sessions'));
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
  const seen = async () => (await office.row('operator_sessions')).last_seen_ms;
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
      await office.do(disableUser, { user: 'ada' });
      await office.do(enableUser, { user: 'ada' });
    },
    async () => await office.do(changeOperatorRole, { user: 'ada', role: 'auditor' }),
    async () => await office.do(setPassword, { user: 'ada', password: freshPassword() }),
    async () => await office.do(disableOperator, { user: 'ada' }),
  ];
  for (const end of ends) {
    const values = [await open(office), await open(office)];
    for (const value of values) expect(await sessionOf(management, value)).toBeDefined();
    await end();
    for (const value of values) expect(await sessionOf(management, value)).toBeUndefined();
  }
  expect(await office.rows('operator_sessions')).toEqual([]);
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

const DEFAULTS: Settings = {
  lock: { threshold: 3, periodMs: 15 * 60_000 },
  serviceName: 'Passfob',
  publicAddress: null,
};

const change = async (management: Management, given: Partial<Settings>) =>
  codeOf(await changeSettings(management, grace, given));

it('settings change one by one, and are stored without what is not needed', async office => {
  const { db } = office.store;
  expect(await readSettings(db)).toEqual(DEFAULTS);
  const publicAddress = 'https://otp.example.org:8443';
  await office.do(changeSettings, { serviceName: ' Example ', publicAddress: `${publicAddress}/` });
  expect(await readSettings(db)).toEqual({ ...DEFAULTS, serviceName: 'Example', publicAddress });
  await office.do(changeSettings, { publicAddress: null });
  expect((await readSettings(db)).publicAddress).toBeNull();
});

it('a setting out of bounds is refused, and so are all settings sent with it', async office => {
  const { management } = office;
  for (const [threshold, periodMs] of [
    [-1, 1000],
    [101, 1000],
    [1.5, 1000],
    [3, 999],
    [3, 7 * 24 * 3_600_000 + 1],
    [3, Number.NaN],
  ] as const)
    expect(await change(management, { serviceName: 'x', lock: { threshold, periodMs } })).toBe(
      'bad_lock_policy',
    );
  for (const serviceName of ['', ' ', 'a\r\nBcc: x', 'x'.repeat(65)])
    expect(await change(management, { serviceName })).toBe('bad_service_name');
  for (const publicAddress of [
    ...['', 'otp.example.org', 'http://otp.example.org', 'http://127.0.0.1.example.org', 'ftp://127.0.0.1'],
    ...['https://user:secret@otp.example.org', 'https://otp.example.org/path', 'https://otp.example.org/?a'],
    ...['https://otp.example.org/#a', 'javascript:alert(1)'],
  ])
    expect(await change(management, { publicAddress })).toBe('bad_address');
  for (const publicAddress of ['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:8080'])
    expect(await change(management, { publicAddress })).toBe('done');
  await office.store.db.deleteFrom('settings').execute();
  expect(await readSettings(office.store.db)).toEqual(DEFAULTS);
});

it('a stored value that is no longer valid falls back to its default', async office => {
  const { db } = office.store;
  await writeSetting(db, 'lock', { threshold: 1000, periodMs: 1 }, office.nowMs);
  await writeSetting(db, 'public_address', 'javascript:alert(1)', office.nowMs);
  expect(await readSettings(db)).toEqual(DEFAULTS);
});

const idOf = async (office: Office, name: string) => (await office.row('users', { name })).id;

async function withCachedAnswers(office: Office): Promise<void> {
  await office.store.db.deleteFrom('answers').execute();
  const rows = [await idOf(office, 'ada'), await idOf(office, 'bob'), null].map(user_id => ({
    fingerprint: `of ${user_id}`,
    outcome: 'accepted' as const,
    expires_ms: office.nowMs + 1_000,
    user_id,
  }));
  await office.store.db.insertInto('answers').values(rows).execute();
}

/** In an order in which each is possible after those before it. */
const ACTS: Readonly<Record<string, (office: Office) => Promise<void>>> = {
  async 'signing out of the console'(office) {
    const opening = { userId: await idOf(office, 'ada'), role: 'admin', nowMs: office.nowMs } as const;
    const { token } = await openSession(office.store.db, opening);
    await withCachedAnswers(office);
    await endSession(office.store.db, secret(token));
  },
  async 'signing out of the own page'(office) {
    const origin = { source: '192.0.2.1', requestId: 'r' };
    const bearer = await signInByToken(office.management, await signInTokenOf(office, 'ada'), origin);
    const session = await userSessionOf(office.management, secret(bearer?.value ?? ''));
    await endUserSession(office.store.db, session ?? expect.fail('no session'));
  },
  async 'a new password'(office) {
    await office.password('ada');
  },
  async 'a PIN that is reset'(office) {
    await office.do(resetPin, { user: 'ada' });
  },
  async 'a PIN that is chosen'(office) {
    await givePin(office.management, 'ada', '407183');
  },
  async 'suspending a token'(office) {
    const { serial } = await office.row('tokens', { user_id: await idOf(office, 'ada') });
    await office.do(suspendToken, { serial });
  },
  async 'another role'(office) {
    await office.do(addOperator, { user: 'bob', role: 'admin' });
    await office.do(addOperator, { user: 'ada', role: 'admin' });
    await withCachedAnswers(office);
    await office.do(changeOperatorRole, { user: 'ada', role: 'auditor' });
  },
  async 'disabling the user'(office) {
    await office.do(disableUser, { user: 'ada' });
  },
};

describe('cached answers to repeated requests', () => {
  it('an act that ends what a user has proved deletes those about this user and about nobody', async office => {
    await office.users('ada', 'bob');
    await office.token('ada');
    for (const user of ['ada', 'bob']) await office.password(user);
    const bob = await idOf(office, 'bob');
    for (const [name, act] of Object.entries(ACTS)) {
      await withCachedAnswers(office);
      await act(office);
      const left = await office.store.db.selectFrom('answers').select('user_id').execute();
      expect([name, left]).toEqual([name, [{ user_id: bob }]]);
    }
  });

  test('an application gets its answer again after another user has signed out', async () => {
    await using service = await startedService();
    const [ada, bob] = [
      await add(service, newToken()),
      await add(service, newToken({ user: 'bob', serial: 'FOB-2' })),
    ];
    const body = { user: 'ada', passcode: secret(codeNow(ada, service.clock.nowMs)) };
    const ask = async () =>
      (await post(service, apiKeyOf(service), body, { 'idempotency-key': 'one-log-in-of-ada' })).status;
    expect(await ask()).toBe(200);
    const person = new Person(service);
    expect((await person.signInAs('bob', bob, service.clock)).status).toBe(303);
    expect((await person.send('/me/leave')).status).toBe(303);
    expect(await ask()).toBe(200);
    const own = new Person(service);
    service.clock.nowMs += 30_000;
    expect((await own.signInAs('ada', ada, service.clock)).status).toBe(303);
    expect((await own.send('/me/leave')).status).toBe(303);
    expect(await ask()).toBe(403);
  });

  test('those of before the column name nobody, and the next sign-out of anybody deletes them', async () => {
    await using rig = new Rig();
    const reach = { directory: rig.directory, databaseUrl: await rig.database };
    const before = await olderStore(reach, '0021-replacement');
    const row = { fingerprint: 'f', outcome: 'accepted', expires_ms: rig.clock.nowMs + 1_000 } as const;
    await before.db.insertInto('answers').values(row).execute();
    await before.close();
    const store = await openStore(reach);
    expect(await store.db.selectFrom('answers').selectAll().execute()).toEqual([{ ...row, user_id: null }]);
    const { token } = await openSession(store.db, { userId: null, role: 'admin', nowMs: rig.clock.nowMs });
    await endSession(store.db, secret(token));
    expect(await store.db.selectFrom('answers').selectAll().execute()).toEqual([]);
    await store.close();
  });
});
