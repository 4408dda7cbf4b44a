import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { Service } from '@passfob/service/service';
import { writing } from '@passfob/service/storage/database/database';
import { CONSOLE_APPLICATION, ensureApplication } from '@passfob/service/subjects/applications/applications';
import { addOperator, disableOperator } from '@passfob/service/subjects/operators/acts';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import {
  type Decider,
  proveAgain,
  type SignInRequest,
  signIn,
} from '@passfob/service/subjects/users/access/sign-in';
import { checkPassword } from '@passfob/service/subjects/users/credentials/passwords';
import { isFresh, openSession, sessionOf } from '@passfob/service/subjects/users/sessions';
import { findUser, prepareUserName } from '@passfob/service/subjects/users/users';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeNow, type Rig, testOf, wrongCode } from '../kit.ts';
import { accepted, freshPassword, grace, Office, startedService } from './kit.ts';

const test = testOf(desk);

interface Desk {
  readonly rig: Rig;
  readonly office: Office;
  readonly decider: Decider;
  readonly token: NewToken;
  readonly password: string;
}

/** Starts a service and makes the administrator `ada` with password and fob; log-ins are decided by the service. */
async function desk(): Promise<Desk & AsyncDisposable> {
  const service = await startedService();
  const { office } = service;
  const { db } = office.store;
  const [token, password] = [await office.token('ada'), await office.password('ada')];
  await office.do(addOperator, { user: 'ada', role: 'admin' });
  const { application } = await ensureApplication(db, office.nowMs, CONSOLE_APPLICATION);
  const decider = { applicationId: application.id, decide: decisionOf(service, office) };
  const dispose = service[Symbol.asyncDispose];
  return { office, decider, token, password, rig: service.rig, [Symbol.asyncDispose]: dispose };
}

/** The password is checked here, the passcode by the service. */
function decisionOf(service: Service, { store }: Office): Decider['decide'] {
  return async ({ user, password, passcode, source, factors }: SignInRequest) => {
    expect(factors).toBe('password_otp');
    const hash = (await findUser(store.db, prepareUserName(user) ?? ''))?.password_hash ?? null;
    if (!(await checkPassword(hash, password))) return 'wrong';
    return (await service.validate({ user, passcode, source })).outcome;
  };
}

/** Signs in as ada in the next time step, with some changes. */
function enter({ office, decider, token, password }: Desk, changes: Record<string, string> = {}) {
  office.nowMs += 30_000;
  return signIn(office.management, decider, {
    user: 'ada',
    password,
    passcode: codeNow(token, office.nowMs),
    source: '192.0.2.1',
    requestId: randomUUID(),
    ...changes,
  });
}

test('an operator with password and fob gets a session, and the audit says so', async at => {
  const { office } = at;
  const session = await enter(at, { user: ' ADA ' });
  const value = secret(session?.token ?? '');
  expect(await sessionOf(office.management, value)).toMatchObject({ user: 'ada', role: 'admin' });
  const { acts, text } = await office.audit();
  expect(acts.at(-1)).toBe('operator.sign-in ada');
  for (const hidden of [value, at.password]) expect(text).not.toContain(hidden);
});

test('every refused sign-in looks the same and creates no session', async at => {
  const { office } = at;
  await office.users('bob');
  const bob = { ...at, token: await office.token('bob'), password: await office.password('bob') };
  const refused = [
    await enter(at, { password: freshPassword() }),
    await enter(at, { passcode: wrongCode(at.token, office.nowMs) }),
    await enter(at, { passcode: '' }),
    await enter(at, { user: 'nobody' }),
    await enter(at, { user: 'a\0' }),
    await enter(at, { user: 'bob' }),
    // Right password and passcode, but no operator.
    await enter(bob, { user: 'bob' }),
  ];
  expect(refused).toEqual(refused.map(() => undefined));
  accepted(await addBob(office));
  await office.do(disableOperator, { user: 'bob' });
  const again = { ...bob, token: await office.token('bob') };
  expect(await enter(again, { user: 'bob' })).toBeUndefined();
  expect(await office.rows('operator_sessions')).toEqual([]);
  expect((await office.audit()).acts.filter(act => act.startsWith('operator.sign-in'))).toEqual([]);
});

const addBob = (office: Office) => addOperator(office.management, grace, { user: 'bob', role: 'admin' });

test('an operator who is disabled while the passcode is evaluated gets no session', async at => {
  const { office } = at;
  await office.token('bob');
  await office.password('bob');
  accepted(await addBob(office));
  const decide: Decider['decide'] = async request => {
    const outcome = await at.decider.decide(request);
    await office.do(disableOperator, { user: 'ada' });
    return outcome;
  };
  expect(await enter({ ...at, decider: { ...at.decider, decide } })).toBeUndefined();
});

test('an operator who is disabled while the proof is evaluated has proved nothing', async at => {
  const { office } = at;
  const value = secret((await enter(at))?.token ?? '');
  const decide: Decider['decide'] = async () => {
    await office.set('operators', { disabled_ms: office.nowMs });
    return 'accepted';
  };
  const proof = { password: at.password, passcode: '', source: '192.0.2.1', requestId: randomUUID() };
  expect(await proveAgain(office.management, { ...at.decider, decide }, { value, ...proof })).toBe(false);
  expect((await office.audit()).acts).not.toContain('operator.prove ada');
});

test('a password that is changed while the session is being stored opens none', async at => {
  await using other = await Office.beside(at.rig);
  const { office } = at;
  const looks = new EventEmitter();
  let changed: Promise<unknown> | undefined;
  const decide: Decider['decide'] = async request => {
    const outcome = await at.decider.decide(request);
    await new Promise<void>(begun => {
      changed = writing(other.store.db, async db => {
        const looked = once(looks, 'looked');
        begun();
        await looked;
        await db.updateTable('users').set({ password_hash: null }).execute();
      });
    });
    return outcome;
  };
  office.nowMs += 30_000;
  const clock = () => {
    looks.emit('looked');
    return office.nowMs;
  };
  const passcode = codeNow(at.token, office.nowMs);
  const typed = { user: 'ada', password: at.password, passcode, source: '192.0.2.1', requestId: 'r' };
  const session = await signIn({ ...office.management, clock }, { ...at.decider, decide }, typed);
  await changed;
  expect(session).toBeUndefined();
});

test('a session is proved again by its own operator only, and a link’s session never', async at => {
  const { office } = at;
  const { management } = office;
  const value = secret((await enter(at))?.token ?? '');
  const token = await office.token('ada');
  const prove = (changes: Record<string, string> = {}) => {
    office.nowMs += 30_000;
    const passcode = codeNow(token, office.nowMs);
    const proof = { password: at.password, passcode, source: '192.0.2.1', requestId: randomUUID() };
    return proveAgain(management, at.decider, { value, ...proof, ...changes });
  };
  const fresh = async () => {
    const session = await sessionOf(management, value);
    return session !== undefined && isFresh(session, office.nowMs);
  };
  office.nowMs += 6 * 60_000;
  expect(await fresh()).toBe(false);
  expect(await prove({ password: freshPassword() })).toBe(false);
  expect(await prove({ value: `${value}x` })).toBe(false);
  const link = await openSession(office.store.db, { userId: null, role: 'admin', nowMs: office.nowMs });
  expect(await prove({ value: secret(link.token) })).toBe(false);
  expect(await fresh()).toBe(false);
  expect(await prove()).toBe(true);
  expect(await fresh()).toBe(true);
  expect((await office.audit()).acts.at(-1)).toBe('operator.prove ada');
});
