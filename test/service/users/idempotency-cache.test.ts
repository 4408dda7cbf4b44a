import { suspendToken } from '@passfob/service/features/tokens/moves';
import { addOperator, changeOperatorRole } from '@passfob/service/features/users/access/operator-changes';
import { resetPin } from '@passfob/service/features/users/credentials/pins';
import { endSession, openSession } from '@passfob/service/features/users/sessions';
import { disableUser } from '@passfob/service/features/users/user-changes';
import { endUserSession, signInByToken, userSessionOf } from '@passfob/service/features/users/user-sessions';
import { findUser } from '@passfob/service/features/users/users';
import { openStore } from '@passfob/service/storage/database/database';
import { describe, expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { add, apiKeyOf, codeNow, newToken, post, Rig } from '../kit.ts';
import { olderStore } from '../older.ts';
import { Person, signInTokenOf } from '../self-service/kit.ts';
import { accepted, givePin, grace, Office } from './kit.ts';

async function idOf({ store }: Office, name: string): Promise<string> {
  return (await findUser(store.db, name))?.id ?? expect.fail('no user');
}

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
    accepted(await resetPin(office.management, grace, 'ada'));
  },
  async 'a PIN that is chosen'(office) {
    await givePin(office.management, 'ada', '407183');
  },
  async 'suspending a token'(office) {
    const { serial } = await office.store.db
      .selectFrom('tokens')
      .innerJoin('users', 'users.id', 'tokens.user_id')
      .select('tokens.serial')
      .where('users.name', '=', 'ada')
      .executeTakeFirstOrThrow();
    accepted(await suspendToken(office.management, grace, { serial }));
  },
  async 'another role'(office) {
    accepted(await addOperator(office.management, grace, { user: 'bob', role: 'admin' }));
    accepted(await addOperator(office.management, grace, { user: 'ada', role: 'admin' }));
    await withCachedAnswers(office);
    accepted(await changeOperatorRole(office.management, grace, { user: 'ada', role: 'auditor' }));
  },
  async 'disabling the user'(office) {
    accepted(await disableUser(office.management, grace, 'ada'));
  },
};

describe('cached answers to repeated requests', () => {
  test('an act that ends what a user has proved deletes those about this user and about nobody', async () => {
    await using office = await Office.open();
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
    await using rig = new Rig();
    const service = await rig.start();
    const [ada, bob] = [
      await add(service, newToken()),
      await add(service, newToken({ user: 'bob', serial: 'FOB-2' })),
    ];
    const body = { user: 'ada', passcode: secret(codeNow(ada, rig.clock.nowMs)) };
    const ask = async () =>
      (await post(service, apiKeyOf(service), body, { 'idempotency-key': 'one-log-in-of-ada' })).status;
    expect(await ask()).toBe(200);
    const person = new Person(service);
    expect((await person.signInAs('bob', bob, rig.clock)).status).toBe(303);
    expect((await person.send('/me/leave')).status).toBe(303);
    expect(await ask()).toBe(200);
    const own = new Person(service);
    rig.clock.nowMs += 30_000;
    expect((await own.signInAs('ada', ada, rig.clock)).status).toBe(303);
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
