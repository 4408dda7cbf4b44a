import { accessLimits } from '@passfob/service/base/limits/access';
import {
  addOperator,
  changeOperatorRole,
  disableOperator,
  enableOperator,
  listOperators,
  removeOperator,
} from '@passfob/service/subjects/operators/acts';
import { revokeToken, suspendToken, unassignToken } from '@passfob/service/subjects/tokens/acts';
import { makeTemporaryCode } from '@passfob/service/subjects/tokens/codes/temporary-codes';
import { disableUser, enableUser } from '@passfob/service/subjects/users/acts';
import { openSession, sessionOf } from '@passfob/service/subjects/users/sessions';
import { findUser } from '@passfob/service/subjects/users/users';
import fc from 'fast-check';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { setIn } from '../kit/rows.ts';
import { fobWith, Person } from '../self-service/kit.ts';
import { codeOf, grace, testOfService as it, type Office, testOfOffice as test } from './kit.ts';

test('operators are users with a role; each change is audited under the operator who made it', async office => {
  const { db } = office.store;
  await office.users('ada', 'bob', 'link', 'api:x');
  expect(await listOperators(db)).toEqual([]);
  await office.do(addOperator, { user: 'Ada', role: 'helpdesk' });
  expect(await listOperators(db)).toHaveLength(1);
  expect(await office.code(addOperator, { user: 'ada', role: 'admin' })).toBe('operator_present');
  expect(await office.code(addOperator, { user: 'eve', role: 'admin' })).toBe('unknown_user');
  for (const user of ['link', 'api:x'])
    expect(await office.code(addOperator, { user, role: 'admin' })).toBe('reserved_name');
  const root = 'root' as 'admin';
  expect(await office.code(addOperator, { user: 'bob', role: root })).toBe('bad_role');
  expect(await office.code(changeOperatorRole, { user: 'ada', role: root })).toBe('bad_role');
  expect(await office.code(changeOperatorRole, { user: 'bob', role: 'admin' })).toBe('unknown_operator');
  for (const act of [disableOperator, enableOperator, removeOperator])
    expect(await office.code(act, { user: 'bob' })).toBe('unknown_operator');
  await office.do(changeOperatorRole, { user: 'ada', role: 'auditor' });
  await office.do(disableOperator, { user: 'ada' });
  expect(await listOperators(db)).toEqual([
    { user: 'ada', displayName: '', role: 'auditor', disabledMs: office.nowMs, createdMs: office.nowMs },
  ]);
  await office.do(enableOperator, { user: 'ada' });
  await office.do(removeOperator, { user: 'ada' });
  expect(await listOperators(db)).toEqual([]);
  const rows = await office.rows('audit', { subject_kind: 'operator' }, 'id');
  expect(rows.map(row => [row.actor, row.action, row.subject])).toEqual(
    Array.from({ length: 5 }, () => ['grace', 'operator.change', 'ada']),
  );
  expect(rows.map(row => JSON.parse(row.detail))).toEqual([
    { change: 'add', role: 'helpdesk' },
    { change: 'role', role: 'auditor', roleBefore: 'helpdesk' },
    { change: 'disable', roleBefore: 'auditor' },
    { change: 'enable', roleBefore: 'auditor' },
    { change: 'remove', roleBefore: 'auditor' },
  ]);
});

test('the last administrator who can sign in stays; one who cannot sign in yet does not count', async office => {
  const { management } = office;
  await office.users('ada', 'bob');
  for (const user of ['ada', 'bob']) await office.do(addOperator, { user, role: 'admin' });
  const takeAway = [
    () => disableOperator(management, grace, { user: 'ada' }),
    () => removeOperator(management, grace, { user: 'ada' }),
    () => changeOperatorRole(management, grace, { user: 'ada', role: 'helpdesk' }),
    () => disableUser(management, grace, { user: 'ada' }),
  ];
  await office.token('ada');
  await office.password('ada');
  // Bob is an administrator, but without a fob, so nobody could administer any more.
  await office.password('bob');
  const before = await office.audit();
  for (const act of takeAway) expect(codeOf(await act())).toBe('last_admin');
  expect(await office.code(changeOperatorRole, { user: 'ada', role: 'admin' })).toBe('done');
  expect((await office.audit()).acts.length).toBe(before.acts.length + 1);
  expect(await office.code(removeOperator, { user: 'bob' })).toBe('done');
  await office.do(addOperator, { user: 'bob', role: 'admin' });
  await office.token('bob');
  expect(await office.code(disableUser, { user: 'ada' })).toBe('done');
  expect(await office.code(disableOperator, { user: 'bob' })).toBe('last_admin');
});

const NAMES = ['ada', 'bob', 'eve'];

/** One step of the property: an act on one user. */
const step = fc.record({
  user: fc.constantFrom(...NAMES),
  act: fc.constantFrom('add', 'role', 'disable', 'enable', 'remove', 'disableUser', 'enableUser', 'signIn'),
  role: fc.constantFrom('admin' as const, 'helpdesk' as const, 'auditor' as const),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A user as the model knows them. */
interface PersonHere {
  role: string | undefined;
  disabled: boolean;
  userDisabled: boolean;
  sessions: string[];
}

const isEnabled = (person: PersonHere) =>
  person.role !== undefined && !person.disabled && !person.userDisabled;

/** Applies an executed act to the model. */
function follow(person: PersonHere, { act, role }: Step): void {
  if (act === 'add' || act === 'role') person.role = role;
  if (act === 'add' || act === 'enable') person.disabled = false;
  if (act === 'disable') person.disabled = true;
  if (act === 'remove') person.role = undefined;
  if (act === 'disableUser') person.userDisabled = true;
  if (act === 'enableUser') person.userDisabled = false;
  if (act !== 'enableUser') person.sessions = [];
}

/** Returns the acts of the property, on real tables. */
function actsOn({ management, store }: Office, people: ReadonlyMap<string, PersonHere>) {
  return {
    add: ({ user, role }: Step) => addOperator(management, grace, { user, role }),
    role: ({ user, role }: Step) => changeOperatorRole(management, grace, { user, role }),
    disable: ({ user }: Step) => disableOperator(management, grace, { user }),
    enable: ({ user }: Step) => enableOperator(management, grace, { user }),
    remove: ({ user }: Step) => removeOperator(management, grace, { user }),
    disableUser: ({ user }: Step) => disableUser(management, grace, { user }),
    enableUser: ({ user }: Step) => enableUser(management, grace, { user }),
    signIn: async ({ user }: Step) => {
      const person = people.get(user);
      const userId = (await findUser(store.db, user))?.id;
      if (person === undefined || userId === undefined || !isEnabled(person)) return undefined;
      const opening = { userId, role: 'auditor' as const, nowMs: management.clock() };
      person.sessions.push((await openSession(store.db, opening)).token);
      return undefined;
    },
  };
}

/** Takes the steps one by one, and checks the invariants after each and at the end. */
async function live(office: Office, steps: readonly Step[]): Promise<void> {
  const people = new Map<string, PersonHere>(
    NAMES.map(name => [name, { role: undefined, disabled: false, userDisabled: false, sessions: [] }]),
  );
  const acts = actsOn(office, people);
  const ended: string[] = [];
  let hadAdmin = false;
  for (const taken of steps) {
    const person = people.get(taken.user);
    if (person === undefined) throw new Error('no such person');
    const open = [...person.sessions];
    if ((await acts[taken.act](taken))?.ok) follow(person, taken);
    ended.push(...open.filter(session => !person.sessions.includes(session)));
    const isAdmin = (other: PersonHere) => isEnabled(other) && other.role === 'admin';
    const admins = [...people.values()].filter(isAdmin).length;
    hadAdmin ||= admins > 0;
    if (hadAdmin) expect(admins).toBeGreaterThan(0);
  }
  const listed = (await listOperators(office.store.db)).filter(({ disabledMs }) => disabledMs === null);
  const enabled = [...people].filter(([, person]) => isEnabled(person));
  expect(listed.map(({ user, role }) => [user, role]).sort()).toEqual(
    enabled.map(([name, { role }]) => [name, role]).sort(),
  );
  for (const [name, { sessions, role }] of enabled)
    for (const session of sessions.slice(-accessLimits.sessionsPerOperatorKept))
      expect(await sessionOf(office.management, session)).toMatchObject({ user: name, role });
  for (const session of ended) expect(await sessionOf(office.management, session)).toBeUndefined();
}

test('property: after any acts on operators, an administrator remains and only enabled operators have sessions', async office => {
  const { db } = office.store;
  await office.users(...NAMES);
  for (const name of NAMES) {
    await office.token(name);
    await office.password(name);
  }
  await fc.assert(
    fc
      .asyncProperty(fc.array(step, { maxLength: 16 }), steps => live(office, steps))
      .afterEach(async () => {
        await db.deleteFrom('operator_sessions').execute();
        await db.deleteFrom('operators').execute();
        await db.updateTable('users').set({ disabled_ms: null }).execute();
      }),
    { numRuns: 60 },
  );
});

const dora = { ...grace, name: 'dora', role: 'helpdesk' } as const;

/** Makes a user an administrator with a password. */
async function makeAdmin(office: Office, name: string): Promise<void> {
  await office.users(name);
  await office.password(name);
  await office.do(addOperator, { user: name, role: 'admin' });
}

test('help desk cannot take the last administrator’s only fob; a lost last fob ends the sessions', async office => {
  const { management, store } = office;
  const first = await office.token('ada');
  await office.password('ada');
  await office.do(addOperator, { user: 'ada', role: 'admin' });
  const { id } = await office.row('users');
  const { token } = await openSession(store.db, { userId: id, role: 'admin', nowMs: office.nowMs });
  secret(token);
  // Only tokens in use can be suspended; a first log-in would activate them.
  const inUse = () => store.db.updateTable('tokens').set({ state: 'active' }).execute();
  await inUse();
  expect(await office.code(suspendToken, { serial: first.serial }, dora)).toBe('last_admin');
  const second = await office.token('ada');
  await inUse();
  await office.do(suspendToken, { serial: first.serial }, dora);
  expect(await sessionOf(management, token)).toBeDefined();
  expect(await office.code(suspendToken, { serial: second.serial }, dora)).toBe('last_admin');
  await office.do(suspendToken, { serial: second.serial });
  expect(await sessionOf(management, token)).toBeUndefined();
});

it('a temporary code of help desk and the lost page do not take the last administrator’s only fob', async service => {
  const { office } = service;
  await makeAdmin(office, 'ada');
  const token = await office.token('ada');
  const other = await office.token('ada');
  await fobWith(office, token, other);
  const { code } = await office.do(makeTemporaryCode, { user: 'ada' }, dora);
  secret(code);
  const person = new Person(service);
  const shown = new URLSearchParams({ user: 'ada', passcode: code });
  expect((await person.post('/me/sign-in', shown)).location).toBe('/me');
  const states = async () => (await service.tokens()).map(({ state }) => state);
  const refusal = await person.send('/me/lost', { token: token.serial });
  expect([refusal.status, refusal.text.includes('passfob service admin-link')]).toEqual([422, true]);
  // Neither the named token nor the other one in the same fob changed.
  expect(await states()).toEqual(['assigned', 'assigned']);
  expect(await service.alerts()).toMatchObject([{ kind: 'lost', user: 'ada', serial: token.serial }]);
  await makeAdmin(office, 'bob');
  await office.token('bob');
  expect((await person.send('/me/lost', { token: token.serial })).status).toBe(200);
  expect((await states()).sort()).toEqual(['assigned', 'suspended', 'suspended']);
});

test('help desk cannot take the last administrator’s fob by any change of its state', async office => {
  await makeAdmin(office, 'ada');
  const { serial } = await office.token('ada');
  expect(await office.code(suspendToken, { serial }, dora)).toBe('last_admin');
  expect(await office.code(revokeToken, { serial, reason: 'lost' }, dora)).toBe('last_admin');
  expect(await office.code(unassignToken, { serial }, dora)).toBe('last_admin');
});

test('an administrator without a fob that the console accepts does not count as another administrator', async office => {
  const { store } = office;
  await makeAdmin(office, 'ada');
  const { serial } = await office.token('ada');
  await makeAdmin(office, 'bob');
  // The console accepts tokens neither with a PIN nor with questions.
  const pin = await office.token('bob');
  await setIn(store.db, 'tokens', { pin_place: 'service' }, { serial: pin.serial });
  await office.token('bob', { kind: 'ocra', suite: 'OCRA-1:HOTP-SHA1-6:QN08' });
  expect(await office.code(suspendToken, { serial }, dora)).toBe('last_admin');
  await office.token('bob');
  await office.do(suspendToken, { serial }, dora);
});

test('when help desk suspends two administrators’ only fobs at once, one stays', async office => {
  const { management } = office;
  await makeAdmin(office, 'ada');
  await makeAdmin(office, 'bob');
  const tokens = [await office.token('ada'), await office.token('bob')];
  const results = await Promise.all(tokens.map(({ serial }) => suspendToken(management, dora, { serial })));
  expect(results.map(codeOf).sort()).toEqual(['done', 'last_admin']);
});
