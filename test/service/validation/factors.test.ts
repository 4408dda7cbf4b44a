import { hash } from '@node-rs/argon2';
import type { Factors, PinPlace } from '@passfob/service/base/kinds';
import type { Outcome } from '@passfob/service/base/outcomes';
import { writing } from '@passfob/service/storage/database/database';
import { ensureApplication } from '@passfob/service/subjects/applications/applications';
import { revokeToken, suspendToken } from '@passfob/service/subjects/tokens/acts';
import {
  makeTemporaryCode,
  withdrawTemporaryCode,
} from '@passfob/service/subjects/tokens/codes/temporary-codes';
import { makeDummyToken } from '@passfob/service/subjects/tokens/dummy-evaluation';
import { disableUser, enableUser } from '@passfob/service/subjects/users/acts';
import { resetPin } from '@passfob/service/subjects/users/credentials/acts';

import { decideBatch } from '@passfob/service/subjects/validation/batch';
import { checkFactors } from '@passfob/service/subjects/validation/factors';
import type { ValidationRequest } from '@passfob/service/subjects/validation/request';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeAt, isOnPostgres, stepAt, wrongCode } from '../kit.ts';
import { freshPassword, givePin, Office } from '../users/kit.ts';

const PIN = secret('730519');
const OTHER_PIN = secret('480627');

/** Opens an office with a validator, and a user `ada` who has a password, a PIN and a token. */
async function scene(pinPlace: PinPlace = 'none') {
  const office = await Office.open();
  await office.users('ada');
  const password = await office.password('ada');
  await office.do(resetPin, { user: 'ada' });
  await givePin(office.management, 'ada', PIN);
  const token = await office.token('ada', { pinPlace });
  const logIn = await office.logIns();
  const decide = (factors: Factors, shown: Partial<ValidationRequest>) => logIn({ factors, ...shown });
  /** Returns the token's next unused passcode. */
  const next = () => {
    office.nowMs += 60_000;
    return codeAt(token, stepAt(token, office.nowMs));
  };
  return { office, token, password, decide, next };
}

test('every application gets its required factors, with tokens whose PIN is checked anywhere', async () => {
  const rows: [PinPlace, Factors, ('password' | 'pin')[], Outcome][] = [
    ['none', 'otp', [], 'accepted'],
    ['none', 'otp', ['password', 'pin'], 'accepted'],
    ['none', 'pin_otp', [], 'wrong_pin'],
    ['none', 'pin_otp', ['pin'], 'accepted'],
    ['none', 'pin_otp', ['password'], 'wrong_pin'],
    ['none', 'password_otp', [], 'wrong_password'],
    ['none', 'password_otp', ['password'], 'accepted'],
    ['none', 'password_otp', ['pin'], 'wrong_password'],
    ['fob', 'otp', [], 'accepted'],
    ['fob', 'pin_otp', [], 'accepted'],
    ['fob', 'password_otp', ['password'], 'accepted'],
    ['service', 'otp', [], 'wrong_pin'],
    ['service', 'otp', ['pin'], 'accepted'],
    ['service', 'pin_otp', ['pin'], 'accepted'],
    ['service', 'password_otp', ['password'], 'wrong_pin'],
    ['service', 'password_otp', ['password', 'pin'], 'accepted'],
  ];
  for (const pinPlace of ['none', 'fob', 'service'] as const) {
    const { office, password, decide, next } = await scene(pinPlace);
    await using _ = office;
    for (const [place, factors, shown, outcome] of rows.filter(([place]) => place === pinPlace)) {
      const request = {
        passcode: next(),
        ...(shown.includes('password') ? { password } : {}),
        ...(shown.includes('pin') ? { pin: PIN } : {}),
      };
      const found = await decide(factors, request);
      expect([place, factors, shown, found]).toEqual([place, factors, shown, outcome]);
      // A log-in refused for another factor uses up nothing: the same passcode is accepted with all of them.
      if (outcome !== 'accepted')
        expect(await decide(factors, { ...request, password, pin: PIN })).toBe('accepted');
    }
  }
});

test('a token with a PIN requires it, also beside a token without one', async () => {
  const { office, token, decide, next } = await scene('service');
  await using _ = office;
  const other = await office.token('ada', { pinPlace: 'fob', serial: 'FOB-2' });
  for (const factors of ['otp', 'pin_otp'] as const) {
    const passcode = next();
    expect(await decide(factors, { passcode })).toBe('wrong_pin');
    expect(await decide(factors, { passcode, pin: OTHER_PIN })).toBe('wrong_pin');
    expect(await decide(factors, { passcode, pin: PIN })).toBe('accepted');
    expect(await decide(factors, { passcode: codeAt(other, stepAt(other, office.nowMs)) })).toBe('accepted');
    expect(await decide(factors, { passcode: codeAt(token, stepAt(token, office.nowMs)) })).toBe('replay');
  }
});

test('a temporary code requires the PIN if all fobs of its user do', async () => {
  const { office, decide } = await scene('service');
  await using _ = office;
  const { code } = await office.do(makeTemporaryCode, { user: 'ada' });
  const passcode = secret(code);
  expect(await decide('otp', { passcode })).toBe('wrong_pin');
  expect(await decide('otp', { passcode, pin: PIN })).toBe('accepted');
});

test('a temporary code for a fob with a PIN requires it, also after the fob is suspended or revoked', async () => {
  const { office, token, decide } = await scene('service');
  await using _ = office;
  const given = async () => {
    const passcode = secret((await office.do(makeTemporaryCode, { user: 'ada' })).code);
    expect(await decide('otp', { passcode })).toBe('wrong_pin');
    expect(await decide('otp', { passcode, pin: OTHER_PIN })).toBe('wrong_pin');
    expect(await decide('otp', { passcode, pin: PIN })).toBe('accepted');
  };
  const { db } = office.store;
  await db.updateTable('tokens').set({ state: 'active' }).execute();
  await office.do(suspendToken, { serial: token.serial });
  await given();
  await office.do(revokeToken, { serial: token.serial, reason: 'lost' });
  await given();
  // The code then replaces another fob in use, which has no PIN at the service.
  await office.token('ada', { pinPlace: 'fob' });
  const passcode = secret((await office.do(makeTemporaryCode, { user: 'ada' })).code);
  expect(await decide('otp', { passcode })).toBe('accepted');
});

test('a temporary code for a fob that answers questions requires the fob’s PIN', async () => {
  const { office, decide } = await scene('fob');
  await using _ = office;
  const { db } = office.store;
  await db.updateTable('tokens').set({ state: 'suspended' }).execute();
  await office.token('ada', { kind: 'ocra', suite: 'OCRA-1:HOTP-SHA1-6:QN08', pinPlace: 'service' });
  const passcode = secret((await office.do(makeTemporaryCode, { user: 'ada' })).code);
  expect(await decide('otp', { passcode })).toBe('wrong_pin');
  expect(await decide('otp', { passcode, pin: PIN })).toBe('accepted');
});

test('a password or PIN that changes during a log-in with the old one is not accepted', async () => {
  const { office, password, next } = await scene();
  await using _ = office;
  const { application } = await ensureApplication(office.store.db, office.nowMs);
  const validator = office.management;
  const ticketOf = async (factors: Factors) => {
    const request = {
      ...{ user: 'ada', passcode: next(), password, pin: PIN, factors },
      ...{ source: '192.0.2.1', applicationId: application.id, requestId: 'r' },
    };
    return { request, name: 'ada', fingerprint: undefined, proofs: await checkFactors(validator, request) };
  };
  const decided = (ticket: Awaited<ReturnType<typeof ticketOf>>) =>
    writing(validator.db, db =>
      decideBatch({ ...validator, dummy: makeDummyToken(validator.keys) }, db, [ticket]),
    );
  expect(await decided(await ticketOf('password_otp'))).toEqual(['accepted']);
  const [withPassword, withPin] = [await ticketOf('password_otp'), await ticketOf('pin_otp')];
  await office.password('ada');
  await givePin(office.management, 'ada', OTHER_PIN);
  expect(await decided(withPassword)).toEqual(['wrong_password']);
  expect(await decided(withPin)).toEqual(['wrong_pin']);
});

test('an accepted log-in stays accepted when its password hash cannot be renewed', async () => {
  const { office, password, decide, next } = await scene();
  await using _ = office;
  const { db } = office.store;
  const password_hash = await hash(password, { memoryCost: 1024, timeCost: 1 });
  await db.updateTable('users').set({ password_hash }).execute();
  const stop = isOnPostgres
    ? sql`alter table users add constraint fixed check (password_hash not like '%m=19456%')`
    : sql`create trigger fixed before update of password_hash on users begin select raise(abort, 'fixed'); end`;
  await stop.execute(db);
  expect(await decide('password_otp', { passcode: next(), password })).toBe('accepted');
  expect(await db.selectFrom('users').select('password_hash').execute()).toEqual([{ password_hash }]);
});

test('wrong factors count: three wrong passwords, PINs or passcodes lock, and a right one then fails', async () => {
  const { office, token, password, decide, next } = await scene();
  await using _ = office;
  const passcode = next();
  expect(await decide('password_otp', { passcode, password: `${password}x` })).toBe('wrong_password');
  expect(await decide('pin_otp', { passcode, pin: OTHER_PIN })).toBe('wrong_pin');
  expect(await decide('otp', { passcode: wrongCode(token, office.nowMs) })).toBe('wrong');
  expect(await decide('password_otp', { passcode, password })).toBe('locked');
  office.nowMs += 15 * 60_000;
  expect(await decide('password_otp', { passcode: next(), password })).toBe('accepted');
});

test('an attacker with the fob guesses a password or PIN three times, whatever log-ins come between', async () => {
  for (const [factors, guess, outcome] of [
    ['password_otp', { password: freshPassword() }, 'wrong_password'],
    ['pin_otp', { pin: OTHER_PIN }, 'wrong_pin'],
  ] as const) {
    const { office, password, decide, next } = await scene();
    await using _ = office;
    for (let nth = 0; nth < 2; nth++) {
      expect(await decide(factors, { passcode: next(), ...guess })).toBe(outcome);
      expect(await decide('otp', { passcode: next() })).toBe('accepted');
    }
    expect(await decide(factors, { passcode: next(), ...guess })).toBe(outcome);
    expect(await decide('otp', { passcode: next() })).toBe('locked');
    office.nowMs += 15 * 60_000;
    // After the lock the right factor is accepted, and resets the failures.
    expect(await decide(factors, { passcode: next(), ...guess })).toBe(outcome);
    expect(await decide(factors, { passcode: next(), password, pin: PIN })).toBe('accepted');
    for (let nth = 0; nth < 2; nth++)
      expect(await decide(factors, { passcode: next(), ...guess })).toBe(outcome);
    expect(await decide('otp', { passcode: next() })).toBe('accepted');
  }
});

test('a PIN that was reset does not count until it is changed; a disabled account accepts nothing', async () => {
  const { office, decide, next } = await scene('service');
  await using _ = office;
  await office.do(resetPin, { user: 'ada' });
  for (let time = 0; time < 4; time++)
    expect(await decide('otp', { passcode: next(), pin: PIN })).toBe('pin_change');
  await givePin(office.management, 'ada', OTHER_PIN);
  expect(await decide('otp', { passcode: next(), pin: OTHER_PIN })).toBe('accepted');
  await office.do(disableUser, { user: 'ada' });
  expect(await decide('otp', { passcode: next(), pin: OTHER_PIN })).toBe('disabled');
  await office.do(enableUser, { user: 'ada' });
  expect(await decide('otp', { passcode: next(), pin: OTHER_PIN })).toBe('accepted');
});

test('a temporary code is accepted once, ends when the fob is used again, and can be withdrawn', async () => {
  const { office, decide, next } = await scene();
  await using _ = office;
  const make = async () => secret((await office.do(makeTemporaryCode, { user: 'ada' })).code);
  const first = await make();
  const grouped = `${first.slice(0, 5)} ${first.slice(5)}`;
  expect(await decide('otp', { passcode: grouped })).toBe('accepted');
  expect(await decide('otp', { passcode: first })).not.toBe('accepted');
  const second = await make();
  expect(await decide('otp', { passcode: next() })).toBe('accepted');
  expect(await decide('otp', { passcode: second })).not.toBe('accepted');
  const third = await make();
  await office.do(withdrawTemporaryCode, { user: 'ada' });
  expect(await decide('otp', { passcode: third })).not.toBe('accepted');
  const fourth = await make();
  office.nowMs += 8 * 3_600_000;
  expect(await decide('otp', { passcode: fourth })).not.toBe('accepted');
});
