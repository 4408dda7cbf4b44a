import { makeTemporaryCode } from '@passfob/service/features/tokens/codes/temporary-codes';
import { revokeToken, suspendToken, unassignToken } from '@passfob/service/features/tokens/moves';
import { addOperator } from '@passfob/service/features/users/access/operator-changes';
import { openSession, sessionOf } from '@passfob/service/features/users/sessions';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { Rig } from '../kit.ts';
import { fobWith, Person } from '../self-service/kit.ts';
import { accepted, codeOf, grace, Office } from './kit.ts';

const dora = { ...grace, name: 'dora', role: 'helpdesk' } as const;

/** Makes a user an administrator with a password. */
async function makeAdmin(office: Office, name: string): Promise<void> {
  await office.users(name);
  await office.password(name);
  accepted(await addOperator(office.management, grace, { user: name, role: 'admin' }));
}

test('help desk cannot take the last administrator’s only fob; a lost last fob ends the sessions', async () => {
  await using office = await Office.open();
  const { management, store } = office;
  await office.users('ada');
  await office.password('ada');
  const first = await office.token('ada');
  accepted(await addOperator(management, grace, { user: 'ada', role: 'admin' }));
  const { id } = await store.db.selectFrom('users').select('id').executeTakeFirstOrThrow();
  const { token } = await openSession(store.db, { userId: id, role: 'admin', nowMs: office.nowMs });
  secret(token);
  // Only tokens in use can be suspended; a first log-in would activate them.
  const inUse = () => store.db.updateTable('tokens').set({ state: 'active' }).execute();
  await inUse();
  expect(codeOf(await suspendToken(management, dora, { serial: first.serial }))).toBe('last_admin');
  const second = await office.token('ada');
  await inUse();
  accepted(await suspendToken(management, dora, { serial: first.serial }));
  expect(await sessionOf(management, token)).toBeDefined();
  expect(codeOf(await suspendToken(management, dora, { serial: second.serial }))).toBe('last_admin');
  accepted(await suspendToken(management, grace, { serial: second.serial }));
  expect(await sessionOf(management, token)).toBeUndefined();
});

test('a temporary code of help desk and the lost page do not take the last administrator’s only fob', async () => {
  await using rig = new Rig();
  const service = await rig.start();
  await using office = await Office.beside(rig);
  await makeAdmin(office, 'ada');
  const token = await office.token('ada');
  const other = await office.token('ada');
  await fobWith(office, token, other);
  const { code } = accepted(await makeTemporaryCode(office.management, dora, { user: 'ada' }));
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

test('help desk cannot take the last administrator’s fob by any change of its state', async () => {
  await using office = await Office.open();
  const { management } = office;
  await makeAdmin(office, 'ada');
  const { serial } = await office.token('ada');
  expect(codeOf(await suspendToken(management, dora, { serial }))).toBe('last_admin');
  expect(codeOf(await revokeToken(management, dora, { serial, reason: 'lost' }))).toBe('last_admin');
  expect(codeOf(await unassignToken(management, dora, { serial }))).toBe('last_admin');
});

test('an administrator without a fob that the console accepts does not count as another administrator', async () => {
  await using office = await Office.open();
  const { management, store } = office;
  await makeAdmin(office, 'ada');
  const { serial } = await office.token('ada');
  await makeAdmin(office, 'bob');
  // The console accepts tokens neither with a PIN nor with questions.
  const pin = await office.token('bob');
  await store.db
    .updateTable('tokens')
    .set({ pin_place: 'service' })
    .where('serial', '=', pin.serial)
    .execute();
  await office.token('bob', { kind: 'ocra', suite: 'OCRA-1:HOTP-SHA1-6:QN08' });
  expect(codeOf(await suspendToken(management, dora, { serial }))).toBe('last_admin');
  await office.token('bob');
  accepted(await suspendToken(management, dora, { serial }));
});

test('when help desk suspends two administrators’ only fobs at once, one stays', async () => {
  await using office = await Office.open();
  const { management } = office;
  await makeAdmin(office, 'ada');
  await makeAdmin(office, 'bob');
  const tokens = [await office.token('ada'), await office.token('bob')];
  const results = await Promise.all(tokens.map(({ serial }) => suspendToken(management, dora, { serial })));
  expect(results.map(codeOf).sort()).toEqual(['done', 'last_admin']);
});
