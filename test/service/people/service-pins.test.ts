import { expect, test } from 'vitest';
import { checkPin, choosePin, resetPin } from '../../../host/service/people/credentials/pins.ts';
import { changeSettings } from '../../../host/service/people/settings.ts';
import { findUser } from '../../../host/service/people/users.ts';
import { secret } from '../../kit/secrets.ts';
import { accepted, codeOf, grace, Office } from './kit.ts';

const FIRST = secret('483197');
const SECOND = secret('728463');

async function withPin(): Promise<Office> {
  const office = await Office.open();
  await office.users('ada');
  accepted(await resetPin(office.management, grace, 'ada'));
  accepted(await choosePin(office.management, grace, { user: 'ada', pin: FIRST }));
  return office;
}

const choose = async (office: Office, pin: string, current?: string) =>
  codeOf(await choosePin(office.management, grace, { user: 'ada', pin, current }));

const counts = async (office: Office, pin: string) =>
  checkPin(office.management.keys, await findUser(office.store.db, 'ada'), pin);

test('a PIN is chosen after a reset or with the present one, and by nothing else', async () => {
  await using office = await withPin();
  expect(await counts(office, FIRST)).toBe(true);
  expect(await counts(office, SECOND)).toBe(false);
  expect(await choose(office, SECOND)).toBe('pin_not_due');
  expect(await choose(office, SECOND, '111222')).toBe('wrong_pin');
  expect(await choose(office, FIRST, FIRST)).toBe('same_pin');
  expect(await choose(office, '1234', FIRST)).toBe('trivial_pin');
  expect(await choose(office, '12x4', FIRST)).toBe('bad_pin');
  expect(await counts(office, FIRST)).toBe(true);
  expect(await choose(office, SECOND, FIRST)).toBe('done');
  expect(await counts(office, FIRST)).toBe(false);
  expect(await counts(office, SECOND)).toBe(true);
  const { acts, text } = await office.audit();
  expect(acts).toEqual([
    'user.create ada',
    'user.reset-pin ada',
    'user.choose-pin ada',
    'user.choose-pin ada',
  ]);
  expect(text).not.toMatch(new RegExp(`${FIRST}|${SECOND}|argon2`));
});

test('a user who never had a PIN cannot set one without a reset, and an unknown user looks the same', async () => {
  await using office = await Office.open();
  await office.users('ada');
  expect(await choose(office, FIRST)).toBe('pin_not_due');
  expect(await choose(office, FIRST, SECOND)).toBe('wrong_pin');
  const nobody = (current?: string) =>
    choosePin(office.management, grace, { user: 'nobody', pin: FIRST, current });
  expect(codeOf(await nobody())).toBe('pin_not_due');
  expect(codeOf(await nobody(SECOND))).toBe('wrong_pin');
  expect(await checkPin(office.management.keys, undefined, FIRST)).toBe(false);
});

test('a reset takes the PIN away, and it does not count until another is chosen', async () => {
  await using office = await withPin();
  const before = await findUser(office.store.db, 'ada');
  accepted(await resetPin(office.management, grace, 'ada'));
  const user = await findUser(office.store.db, 'ada');
  expect([user?.pin_hash, user?.pin_change]).toEqual([null, 1]);
  expect(await counts(office, FIRST)).toBe(false);
  // Nor would the old hash count if it were still there.
  await office.store.db
    .updateTable('users')
    .set({ pin_hash: before?.pin_hash ?? null })
    .execute();
  expect(await counts(office, FIRST)).toBe(false);
});

test('a hash counts for its own user and with its own key file only', async () => {
  await using office = await withPin();
  await using other = await Office.open();
  const user = await findUser(office.store.db, 'ada');
  if (user === undefined) throw new Error('no user');
  expect(await checkPin(office.management.keys, { ...user, id: 'another' }, FIRST)).toBe(false);
  expect(await checkPin(other.management.keys, user, FIRST)).toBe(false);
});

test('wrong present PINs lock the account: of many at once three are evaluated, and the right one is not then', async () => {
  await using office = await withPin();
  const tries = await Promise.all(Array.from({ length: 20 }, () => choose(office, SECOND, '660142')));
  expect(new Set(tries)).toEqual(new Set(['wrong_pin']));
  expect((await findUser(office.store.db, 'ada'))?.failures).toBe(3);
  expect(await choose(office, SECOND, FIRST)).toBe('wrong_pin');
  expect(await counts(office, FIRST)).toBe(true);
  office.nowMs += 15 * 60_000;
  expect(await choose(office, SECOND, FIRST)).toBe('done');
  expect((await findUser(office.store.db, 'ada'))?.failures).toBe(0);
});

test('the right present PIN takes back its own count and no other failure; the lock policy is the one set', async () => {
  await using office = await withPin();
  const lock = { threshold: 2, periodMs: 60_000 };
  accepted(await changeSettings(office.management, grace, { lock }));
  expect(await choose(office, SECOND, '660142')).toBe('wrong_pin');
  expect(await choose(office, SECOND, FIRST)).toBe('done');
  expect((await findUser(office.store.db, 'ada'))?.failures).toBe(1);
  expect(await choose(office, FIRST, '660142')).toBe('wrong_pin');
  expect(await choose(office, FIRST, SECOND)).toBe('wrong_pin');
});
