import { hash } from '@node-rs/argon2';
import { credentialLimits } from '@passfob/service/base/limits/credentials';
import { checkSlowHash } from '@passfob/service/base/slow-hash';
import {
  checkPassword,
  passwordProblem,
  refreshPasswordHash,
  setPassword,
} from '@passfob/service/features/users/credentials/passwords';
import { findUser } from '@passfob/service/features/users/users';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { accepted, codeOf, freshPassword, grace, Office } from './kit.ts';

const ada = { name: 'ada lovelace', email: 'Ada.Lovelace@example.org' };

test.each([
  ['eleven cha!', 'password_length'],
  [`${'long enough '.repeat(10)}123456789`, 'password_length'],
  ['x'.repeat(credentialLimits.passwordFieldMax + 1), 'password_length'],
  // Twelve code units, but six characters.
  ['😀😁😂🤣😃😄', 'password_length'],
  ['1q2w3e4r5t6y', 'password_common'],
  ['Correct-Horse Battery_Staple', 'password_common'],
  ['ＰＡＳＳＷＯＲＤ１２３４', 'password_common'],
  ['abababababababab', 'password_common'],
  ['Ada Lovelace', 'password_is_name'],
  ['ADA.lovelace@example.org', 'password_is_name'],
  ['twelve chars', undefined],
  [`${'long enough '.repeat(10)}12345678`, undefined],
  ['😀😁😂🤣😃😄😅😆😇😈😉😊', undefined],
])('the password %j: %s', (password, problem) => {
  expect(passwordProblem(password, ada)).toBe(problem);
});

test('a password is stored as Argon2id with the documented parameters, and compared in any Unicode form', async () => {
  await using office = await Office.open();
  await office.users('ada');
  const password = secret('Überraschung im Wald ﬁ');
  accepted(await setPassword(office.management, grace, { user: 'ADA', password }));
  const stored = (await findUser(office.store.db, 'ada'))?.password_hash ?? '';
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/);
  expect(await checkPassword(stored, password)).toBe(true);
  expect(await checkPassword(stored, password.normalize('NFD'))).toBe(true);
  expect(await checkPassword(stored, password.toLowerCase())).toBe(false);
  expect(await checkPassword(stored, `${password} `)).toBe(false);
  const { acts, text } = await office.audit();
  expect(acts).toEqual(['user.create ada', 'user.set-password ada']);
  expect(text).not.toContain(password);
  expect(text).not.toContain('argon2');
});

test('a refused password changes nothing', async () => {
  await using office = await Office.open();
  await office.users('ada');
  const set = (user: string, password: string) => setPassword(office.management, grace, { user, password });
  expect(codeOf(await set('ada', 'short'))).toBe('password_length');
  expect(codeOf(await set('bob', freshPassword()))).toBe('unknown_user');
  expect((await findUser(office.store.db, 'ada'))?.password_hash).toBeNull();
  expect((await office.audit()).acts).toEqual(['user.create ada']);
});

test('a missing hash, a damaged hash and an endless text are never accepted', async () => {
  expect(await checkPassword(null, '')).toBe(false);
  expect(await checkPassword('$argon2id$damaged', 'twelve chars')).toBe(false);
  const endless = 'x'.repeat(credentialLimits.passwordFieldMax + 1);
  expect(await checkPassword(await hash(endless), endless)).toBe(false);
  // The substitute for an endless text must not be accepted either.
  expect(await checkPassword(await hash(''), endless)).toBe(false);
});

test('a hash with other parameters is replaced after a right password, unless it changed meanwhile', async () => {
  await using office = await Office.open();
  await office.users('ada');
  const { db } = office.store;
  const password = freshPassword();
  const weak = await hash(password, { memoryCost: 1024, timeCost: 1 });
  const put = (password_hash: string) => db.updateTable('users').set({ password_hash }).execute();
  const stored = async () => {
    const user = await findUser(db, 'ada');
    if (user === undefined) throw new Error('no user');
    return user;
  };
  await put(weak);
  const before = await stored();
  await refreshPasswordHash(db, before, password);
  const after = await stored();
  expect(after.password_hash).toMatch(/m=19456,t=2,p=1/);
  expect(await checkPassword(after.password_hash, password)).toBe(true);
  await refreshPasswordHash(db, after, password);
  expect(await stored()).toEqual(after);
  await put('changed meanwhile');
  await refreshPasswordHash(db, before, password);
  expect((await stored()).password_hash).toBe('changed meanwhile');
});

test('password checks over the queue limit are refused as busy, and the others are all answered', async () => {
  const all = credentialLimits.slowHashesAtOnce + credentialLimits.slowHashesWaiting + 5;
  const cheap = await hash('right', { memoryCost: 8, timeCost: 1 });
  const results = await Promise.allSettled(
    Array.from({ length: all }, (_, nth) => checkSlowHash(cheap, nth % 2 === 0 ? 'right' : 'wrong')),
  );
  const busy = results.filter(result => result.status === 'rejected');
  expect(busy.map(result => result.reason)).toEqual(
    Array.from({ length: 5 }, () => expect.objectContaining({ name: 'ServiceError', code: 'busy' })),
  );
  const answers = results.filter(result => result.status === 'fulfilled').map(result => result.value);
  expect(answers).toEqual(answers.map((_, nth) => nth % 2 === 0));
  // All capacity was released.
  expect(await checkSlowHash(cheap, 'right')).toBe(true);
});
