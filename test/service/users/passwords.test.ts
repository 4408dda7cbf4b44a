import { hash } from '@node-rs/argon2';
import type { Role } from '@passfob/service/base/kinds';
import { credentialLimits } from '@passfob/service/base/limits/credentials';
import { recordLimits } from '@passfob/service/base/limits/records';
import { checkSlowHash } from '@passfob/service/base/slow-hash';
import { apiKeyOf, createApiKey, listApiKeys, revokeApiKey } from '@passfob/service/subjects/api-keys/acts';
import {
  changeFactors,
  createApplication,
  disableApplication,
  enableApplication,
  listApplications,
  rotateApplicationKey,
} from '@passfob/service/subjects/applications/acts';
import {
  applicationOfKey,
  CONSOLE_APPLICATION,
  ensureApplication,
} from '@passfob/service/subjects/applications/applications';
import { suspendToken } from '@passfob/service/subjects/tokens/acts';
import { makeTemporaryCode } from '@passfob/service/subjects/tokens/codes/temporary-codes';
import { issueToken } from '@passfob/service/subjects/tokens/issue';
import { createPolicy } from '@passfob/service/subjects/tokens/policies';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { resetPin, setPassword } from '@passfob/service/subjects/users/credentials/acts';
import {
  checkPassword,
  passwordProblem,
  refreshPasswordHash,
} from '@passfob/service/subjects/users/credentials/passwords';
import { makePinProof } from '@passfob/service/subjects/users/credentials/pin-proofs';
import { checkPin, choosePin } from '@passfob/service/subjects/users/credentials/pins';
import { changeSettings } from '@passfob/service/subjects/users/settings';

import { findUser } from '@passfob/service/subjects/users/users';
import { changePin, proofOfDue } from '@passfob/service/subjects/validation/change-pin';
import { makeEngine } from '@passfob/service/subjects/validation/engine';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeAt, codeNow, newToken } from '../kit.ts';
import { accepted, codeOf, freshPassword, grace, testOfOffice as it, Office } from './kit.ts';

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

it('a password is stored as Argon2id with the documented parameters, and compared in any Unicode form', async office => {
  await office.users('ada');
  const password = secret('Überraschung im Wald ﬁ');
  await office.do(setPassword, { user: 'ADA', password });
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

test('a missing hash, a damaged hash and an endless text are never accepted', async () => {
  expect(await checkPassword(null, '')).toBe(false);
  expect(await checkPassword('$argon2id$damaged', 'twelve chars')).toBe(false);
  const endless = 'x'.repeat(credentialLimits.passwordFieldMax + 1);
  expect(await checkPassword(await hash(endless), endless)).toBe(false);
  // The substitute for an endless text must not be accepted either.
  expect(await checkPassword(await hash(''), endless)).toBe(false);
});

it('a hash with other parameters is replaced after a right password, unless it changed meanwhile', async office => {
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

const FIRST = secret('483197');
const SECOND = secret('728463');
const WRONG = secret('660142');
const LOCK_MS = 15 * 60_000;

interface Wishes {
  readonly pin?: string;
  readonly proof?: string;
  readonly passcode?: string;
  readonly user?: string;
  readonly key?: string;
  /** Done when the evidence is about to be checked, and when it was. */
  readonly before?: () => Promise<unknown>;
  readonly after?: () => Promise<unknown>;
}

/** Opens an office with ada, whose fob has a PIN at the service, and changes that PIN. */
async function scene() {
  const office = await Office.open();
  await office.users('ada');
  const token = newToken({ kind: 'hotp' });
  const { secret: seed, serial } = token;
  const wants = { name: 'six digits', kind: 'hotp', pinPlace: 'service', pinMinDigits: 6 } as const;
  await office.do(createPolicy, wants);
  await office.do(issueToken, { serial, secret: seed, user: 'ada', policy: 'six digits' });
  const { application } = await ensureApplication(office.store.db, office.nowMs);
  const { decide } = makeEngine(office.management);
  let step = 0;
  const next = () => codeAt(token, step++);
  const about = { applicationId: application.id, source: '192.0.2.1', requestId: 'r' };
  const change = (
    newPin: string,
    { user = 'ada', passcode, pin, proof, key, before, after }: Wishes = {},
  ) => {
    const decideLate: typeof decide = async request => {
      await before?.();
      const outcome = await decide(request);
      await after?.();
      return outcome;
    };
    return changePin(office.management, decideLate, {
      shown: {
        ...about,
        user,
        passcode: passcode ?? next(),
        pin,
        idempotencyKey: key === undefined ? undefined : { door: 'pin', value: key },
      },
      proof,
      newPin,
    });
  };
  const logIn = (pin?: string, passcode = next()) => decide({ ...about, user: 'ada', passcode, pin });
  const ada = async () => (await findUser(office.store.db, 'ada')) ?? expect.fail('no user');
  const counts = async (pin: string) => checkPin(office.management.keys, await ada(), pin);
  const outcomes = async () => (await office.rows('events', {}, 'id')).map(({ outcome }) => outcome);
  return { office, change, next, logIn, ada, counts, outcomes, serial, applicationId: application.id };
}

test('a user without a PIN chooses one with a passcode, and changes it with a passcode and the present one', async () => {
  const { office, change, logIn, counts, outcomes } = await scene();
  await using _ = office;
  expect(await logIn()).toBe('pin_change');
  expect(codeOf(await change(FIRST))).toBe('done');
  expect([await counts(FIRST), await logIn(FIRST)]).toEqual([true, 'accepted']);
  expect(codeOf(await change(SECOND))).toBe('pin_not_proved');
  expect(codeOf(await change(SECOND, { pin: WRONG }))).toBe('pin_not_proved');
  expect(codeOf(await change(FIRST, { pin: FIRST }))).toBe('same_pin');
  expect(codeOf(await change(SECOND, { pin: FIRST }))).toBe('done');
  expect([await counts(FIRST), await counts(SECOND)]).toEqual([false, true]);
  expect([await logIn(FIRST), await logIn(SECOND)]).toEqual(['wrong_pin', 'accepted']);
  expect(await outcomes()).toEqual([
    ...['pin_change', 'new_pin', 'accepted', 'wrong_pin', 'wrong_pin', 'new_pin', 'new_pin'],
    ...['wrong_pin', 'accepted'],
  ]);
  const { acts, text } = await office.audit();
  expect(acts.slice(-2)).toEqual(['user.choose-pin ada', 'user.choose-pin ada']);
  expect(text).not.toMatch(new RegExp(`${FIRST}|${SECOND}|argon2`));
});

test('a PIN has the digits that the policy requires; a remaining proof chooses another PIN, once', async () => {
  const { office, change, logIn } = await scene();
  await using _ = office;
  const short = await change('7304');
  expect(short).toMatchObject({ refusal: { code: 'bad_pin', text: 'A PIN has 6 to 16 digits.' } });
  const { proof = '' } = short;
  const withProof = (pin: string) => change(pin, { proof: secret(proof), passcode: '' });
  expect(codeOf(await withProof('123456'))).toBe('trivial_pin');
  expect(codeOf(await withProof('12x456'))).toBe('bad_pin');
  expect(codeOf(await withProof(FIRST))).toBe('done');
  expect(codeOf(await withProof(SECOND))).toBe('pin_not_proved');
  expect(await logIn(FIRST)).toBe('accepted');
});

test('nobody chooses a PIN with a wrong passcode, a used one, a temporary code, or for another user', async () => {
  const { office, change, next, counts, ada, outcomes } = await scene();
  await using _ = office;
  const passcode = next();
  expect(codeOf(await change(FIRST, { passcode: '000000' }))).toBe('pin_not_proved');
  expect(codeOf(await change(FIRST, { passcode, user: 'nobody' }))).toBe('pin_not_proved');
  const { code } = await office.do(makeTemporaryCode, { user: 'ada' });
  expect(codeOf(await change(FIRST, { passcode: secret(code) }))).toBe('pin_not_proved');
  expect(codeOf(await change('7304', { passcode }))).toBe('bad_pin');
  expect(codeOf(await change(FIRST, { passcode }))).toBe('pin_not_proved');
  expect((await ada()).pin_hash).toBe(null);
  expect(await counts(FIRST)).toBe(false);
  expect(await outcomes()).toEqual(['wrong', 'unknown_user', 'malformed', 'new_pin', 'superseded']);
});

test('a proof is valid for its user, application, PIN and five minutes, and for no locked or disabled account', async () => {
  const { office, ada, applicationId } = await scene();
  await using _ = office;
  const { management } = office;
  const prove = async (id = applicationId) =>
    secret(await makePinProof(management, { user: await ada(), applicationId: id }, office.nowMs));
  const choose = async (proof: string, user = 'ada') =>
    await office.code(choosePin, { user, applicationId, proof, pin: FIRST });
  await office.users('bob');
  const proof = await prove();
  expect([await choose(proof, 'bob'), await choose(proof, 'nobody')]).toEqual([
    'pin_not_proved',
    'pin_not_proved',
  ]);
  expect([await choose(''), await choose(`${proof}x`), await choose(await prove('other'))]).toEqual(
    Array(3).fill('pin_not_proved'),
  );
  // A reset makes another PIN due.
  await office.do(resetPin, { user: 'ada' });
  expect(await choose(proof)).toBe('pin_not_proved');
  const lock = { failures: 3, last_failure_ms: office.nowMs };
  await office.set('users', lock, { name: 'ada' });
  expect(await choose(await prove())).toBe('pin_not_proved');
  office.nowMs += LOCK_MS;
  const late = await prove();
  office.nowMs += 5 * 60_000;
  expect(await choose(late)).toBe('pin_not_proved');
  office.nowMs--;
  expect(await choose(late)).toBe('done');
  await office.do(disableUser, { user: 'ada' });
  expect(await choose(await prove())).toBe('pin_not_proved');
});

test('after a fob is reported lost, its earlier proof chooses no PIN', async () => {
  const { office, change, ada, serial, applicationId } = await scene();
  await using _ = office;
  const { management } = office;
  const other = await office.token('ada');
  const { proof: left = '' } = await change('111111');
  const due = (await proofOfDue(management, 'ada', applicationId)) ?? '';
  await office.do(suspendToken, { serial });
  expect([left, due]).not.toContain('');
  for (const proof of [left, due]) expect(codeOf(await change(FIRST, { proof }))).toBe('pin_not_proved');
  expect((await ada()).pin_hash).toBeNull();
  const passcode = codeNow(other, office.nowMs);
  expect(codeOf(await change(SECOND, { passcode }))).toBe('done');
});

test('a proof and a cached PIN change made by a clock ahead are over when the clock goes back', async () => {
  const { office, change, ada, applicationId } = await scene();
  await using _ = office;
  const { management } = office;
  const rightMs = office.nowMs;
  const proof = secret(await makePinProof(management, { user: await ada(), applicationId }, rightMs));
  office.nowMs = rightMs - recordLimits.clockBackMs - 1;
  expect(codeOf(await change(FIRST, { proof }))).toBe('pin_not_proved');
  office.nowMs = rightMs - recordLimits.clockBackMs;
  const again = async () => codeOf(await change(FIRST, { proof, passcode: '', key: 'key-of-one-change' }));
  expect([await again(), await again()]).toEqual(['done', 'done']);
  office.nowMs -= recordLimits.clockBackMs;
  expect(await again()).toBe('done');
  office.nowMs--;
  expect(await again()).toBe('pin_not_proved');
});

test('a repeated PIN change, sequential or concurrent, is one change with one answer', async () => {
  const { office, change, next, logIn, ada } = await scene();
  await using _ = office;
  const wishes = { passcode: next(), key: 'a key that comes again' };
  const answers = await Promise.all(Array.from({ length: 8 }, () => change(FIRST, wishes)));
  answers.push(await change(FIRST, wishes));
  expect(new Set(answers.map(codeOf))).toEqual(new Set(['done']));
  expect((await ada()).failures).toBe(0);
  expect(codeOf(await change(SECOND, wishes))).toBe('pin_not_proved');
  expect(codeOf(await change(FIRST, { ...wishes, key: 'another key than that' }))).toBe('pin_not_proved');
  expect((await office.audit()).acts.filter(act => act === 'user.choose-pin ada')).toHaveLength(1);
  expect(await logIn(FIRST)).toBe('accepted');
});

test.each(['before', 'after'] as const)(
  'a PIN change that the same one overtakes %s its evidence is checked is done, and no wrong guess',
  async moment => {
    const { office, change, next, ada } = await scene();
    await using _ = office;
    const wishes = { passcode: next(), key: 'a key that comes again' };
    const overtake = async () => expect(codeOf(await change(FIRST, wishes))).toBe('done');
    expect(codeOf(await change(FIRST, { ...wishes, [moment]: overtake }))).toBe('done');
    expect((await ada()).failures).toBe(0);
    expect((await office.audit()).acts.filter(act => act === 'user.choose-pin ada')).toHaveLength(1);
  },
);

test('wrong present PINs lock the account, three of many concurrent ones count, and they use up no passcode', async () => {
  const { office, change, next, counts, ada, logIn } = await scene();
  await using _ = office;
  expect(codeOf(await change(FIRST))).toBe('done');
  const lock = { threshold: 3, periodMs: LOCK_MS };
  await office.do(changeSettings, { lock });
  const passcode = next();
  const tries = await Promise.all(Array.from({ length: 8 }, () => change(SECOND, { passcode, pin: WRONG })));
  expect(new Set(tries.map(codeOf))).toEqual(new Set(['pin_not_proved']));
  expect((await ada()).failures).toBe(3);
  expect(codeOf(await change(SECOND, { passcode, pin: FIRST }))).toBe('pin_not_proved');
  expect(await counts(FIRST)).toBe(true);
  office.nowMs += LOCK_MS;
  expect(codeOf(await change(SECOND, { passcode, pin: FIRST }))).toBe('done');
  expect(await logIn(SECOND)).toBe('accepted');
});

test('a reset removes the PIN, and the old PIN is not accepted until another is chosen', async () => {
  const { office, change, ada, counts, logIn } = await scene();
  await using _ = office;
  expect(codeOf(await change(FIRST))).toBe('done');
  const before = await ada();
  await office.do(resetPin, { user: 'ada' });
  const user = await ada();
  expect([user.pin_hash, user.pin_change]).toEqual([null, 1]);
  expect(await counts(FIRST)).toBe(false);
  // The old hash would not be accepted even if it were still stored.
  await office.set('users', { pin_hash: before.pin_hash });
  expect([await counts(FIRST), await logIn(FIRST)]).toEqual([false, 'pin_change']);
  expect(codeOf(await change(FIRST))).toBe('done');
  expect(await logIn(FIRST)).toBe('accepted');
});

test('a hash is valid for its own user and with its own key file only', async () => {
  const { office, change, ada } = await scene();
  await using _ = office;
  await using other = await Office.open();
  expect(codeOf(await change(FIRST))).toBe('done');
  const user = await ada();
  expect(await checkPin(office.management.keys, { ...user, id: 'another' }, FIRST)).toBe(false);
  expect(await checkPin(other.management.keys, user, FIRST)).toBe(false);
  expect(await checkPin(office.management.keys, undefined, FIRST)).toBe(false);
});

it('an application’s key is shown once, and changes of factors, key and state count at once', async office => {
  const { db } = office.store;
  const made = await office.do(createApplication, { name: 'VPN', factors: 'otp' });
  const { id } = made.application;
  secret(made.value);
  expect(await applicationOfKey(db, made.value)).toEqual({ id, name: 'VPN', factors: 'otp' });
  await office.do(changeFactors, { id, factors: 'pin_otp' });
  expect((await applicationOfKey(db, made.value))?.factors).toBe('pin_otp');
  await office.do(disableApplication, { id });
  expect(await applicationOfKey(db, made.value)).toBeUndefined();
  const turned = secret((await office.do(rotateApplicationKey, { id })).value);
  expect(await applicationOfKey(db, turned)).toBeUndefined();
  await office.do(enableApplication, { id });
  expect(await applicationOfKey(db, made.value)).toBeUndefined();
  expect(await applicationOfKey(db, turned)).toMatchObject({ id });
  const view = await listApplications(db);
  expect(view).toEqual([
    { id, name: 'VPN', factors: 'pin_otp', disabledMs: null, internal: false, createdMs: office.nowMs },
  ]);
  const { text } = await office.audit();
  for (const value of [made.value, turned]) {
    expect(text).not.toContain(value);
    const row = await db.selectFrom('applications').selectAll().execute();
    expect(JSON.stringify([row, view])).not.toContain(value);
  }
});

it('the service’s own applications are created once, and the console’s cannot be changed', async office => {
  const { management } = office;
  const { db } = office.store;
  const login = await ensureApplication(db, office.nowMs);
  expect(login.application).toMatchObject({ name: 'login', factors: 'otp' });
  expect(await applicationOfKey(db, secret(login.apiKey ?? ''))).toEqual(login.application);
  const made = await ensureApplication(db, office.nowMs, CONSOLE_APPLICATION);
  const { id } = made.application;
  expect(made.application).toEqual({ id, name: 'console', factors: 'password_otp' });
  expect(await ensureApplication(db, office.nowMs, CONSOLE_APPLICATION)).toEqual({
    application: made.application,
    apiKey: null,
  });
  for (const result of [
    await changeFactors(management, grace, { id, factors: 'otp' }),
    await rotateApplicationKey(management, grace, { id }),
    await disableApplication(management, grace, { id }),
    await enableApplication(management, grace, { id }),
  ])
    expect(codeOf(result)).toBe('application_internal');
  expect((await listApplications(db)).map(({ name, internal }) => [name, internal])).toEqual([
    ['console', true],
    ['login', false],
  ]);
});

it('an API key has a role until it is revoked; its use is stored about once a minute', async office => {
  const { management } = office;
  const { db } = office.store;
  const create = (name: string, role: Role = 'helpdesk') => createApiKey(management, grace, { name, role });
  const { apiKey, value } = accepted(await create('backup'));
  secret(value);
  const lastUsed = async () => (await listApiKeys(db))[0]?.lastUsedMs;
  expect(await lastUsed()).toBeNull();
  const start = office.nowMs;
  const known = { id: apiKey.id, name: 'backup', role: 'helpdesk' };
  for (const [afterMs, notedMs] of [
    [0, 0],
    [60_000, 0],
    [60_001, 60_001],
    [120_001, 60_001],
  ] as const) {
    expect(await apiKeyOf(db, value, start + afterMs)).toEqual(known);
    expect(await lastUsed()).toBe(start + notedMs);
  }
  expect(await apiKeyOf(db, `${value}x`, start)).toBeUndefined();
  accepted(await create('auditing', 'auditor'));
  await office.do(revokeApiKey, { id: apiKey.id });
  expect(await office.code(revokeApiKey, { id: apiKey.id })).toBe('api_key_revoked');
  expect(await apiKeyOf(db, value, start)).toBeUndefined();
  expect(codeOf(await create('backup'))).toBe('api_key_taken');
  const listed = await listApiKeys(db);
  expect(listed.map(({ name, revokedMs }) => [name, revokedMs])).toEqual([
    ['auditing', null],
    ['backup', start],
  ]);
  const { text } = await office.audit();
  for (const shown of [text, JSON.stringify(listed)]) expect(shown).not.toContain(value);
});
