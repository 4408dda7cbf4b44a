import { createHash, randomBytes } from 'node:crypto';
import type { Factors, PinPlace } from '@passfob/service/base/kinds';
import { pushLimits } from '@passfob/service/base/limits/push';
import { webLimits } from '@passfob/service/base/limits/web';
import type { Service } from '@passfob/service/service';
import { createApplication, rotateApplicationKey } from '@passfob/service/subjects/applications/acts';
import { answerPush, endPush } from '@passfob/service/subjects/push/delivery';
import {
  assignToken,
  reactivateToken,
  revokeToken,
  suspendToken,
  unassignToken,
} from '@passfob/service/subjects/tokens/acts';
import {
  freshPushSecret,
  isRightAnswer,
  provePushKey,
  pushAccountOf,
  pushSecretOf,
  readPushKey,
  storePushKey,
} from '@passfob/service/subjects/tokens/push-keys';
import { type PushBinding, questionOf, readPushSuite } from '@passfob/service/subjects/tokens/push-question';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { apiKeyOf, comparable, post, wrongCode } from '../kit.ts';
import { accepted, freshPassword, givePin, grace, Office, startedService } from '../users/kit.ts';
import { send } from './http-kit.ts';
import { makeTrusted, OTHER_SESSION, outcomes, PushFob, SESSION } from './kit.ts';
import { Scene } from './scene.ts';

interface Asked {
  readonly id: string;
  readonly number: string;
  readonly expiresMs: number;
}

async function asked(url: string, apiKey: string, user: string, more: object = {}): Promise<Asked> {
  const response = await send(url, apiKey, '', { user, session: SESSION, ...more });
  expect(response.status).toBe(200);
  return (await response.json()) as Asked;
}

/** Creates an additional application of a service. */
async function application(office: Office, factors: 'otp' | 'password_otp') {
  const made = accepted(
    await createApplication(office.management, grace, { name: `app ${factors}`, factors }),
  );
  return { id: made.application.id, apiKey: secret(made.value) };
}

/** Creates a request that stays open, from a trusted source of the user. */
async function loggingIn(service: Service, apiKey: string, fob: PushFob, more: object): Promise<Asked> {
  const { user, office } = fob;
  const source = '192.0.2.50';
  await makeTrusted(office, user, source);
  return asked(service.url, apiKey, user, { ...more, source });
}

test('a denial at the fob looks to the session like any other refusal', async () => {
  await using service = await startedService();
  const apiKey = apiKeyOf(service);
  const { office } = service;
  await office.users('ada', 'bob');
  const refusal = await comparable(await post(service, apiKey, { user: 'nobody', passcode: '123456' }));
  for (const [user, to] of [
    ['ada', 'denied'],
    ['bob', 'reported'],
  ] as const) {
    const fob = await PushFob.of(office, user);
    const { id } = await asked(service.url, apiKey, user);
    await endPush(office.management, await fob.show(), to);
    const taken = await send(service.url, apiKey, `/${id}/take`, { session: SESSION });
    expect(await comparable(taken)).toBe(refusal);
  }
});

test('push requests look the same for every user name, before and after they expire', async () => {
  await using service = await startedService({ lock: { threshold: 1, periodMs: 400_000 } });
  const { office } = service;
  const { apiKey } = await application(office, 'password_otp');
  const names = ['ada', 'locked', 'disabled', 'bare', 'quiet', 'mistaken', 'busy'];
  await office.users(...names);
  const passwords = new Map<string, string>();
  for (const name of names) passwords.set(name, await office.password(name));
  const fobs = new Map<string, PushFob>();
  for (const name of names.filter(one => one !== 'bare')) fobs.set(name, await PushFob.of(office, name));
  await office.token('bare');
  const fob = (name: string) => fobs.get(name) ?? expect.fail(name);
  const passcode = wrongCode(fob('locked').token, office.nowMs);
  await post(service, apiKeyOf(service), { user: 'locked', passcode });
  accepted(await disableUser(office.management, grace, { user: 'disabled' }));
  await asked(service.url, apiKey, 'quiet', { password: passwords.get('quiet') });
  await endPush(office.management, await fob('quiet').show(), 'denied');
  const hers = await loggingIn(service, apiKey, fob('busy'), { password: passwords.get('busy') });
  const withPassword = (user: string) => ({
    user,
    session: SESSION,
    password: user === 'mistaken' ? freshPassword() : (passwords.get(user) ?? freshPassword()),
    source: '192.0.2.9',
  });
  const bytes = new Set<string>();
  const ids: string[] = [];
  for (const user of [...names, 'nobody', 'no\u0000body']) {
    const response = await send(service.url, apiKey, '', withPassword(user));
    const { id, number, expiresMs } = (await response.clone().json()) as Asked;
    expect([number, expiresMs]).toEqual([expect.stringMatching(/^\d\d$/), office.nowMs + pushLimits.pushMs]);
    bytes.add(
      (await comparable(response)).replace(id, '<id>').replace(`"number\\":\\"${number}`, '<number>'),
    );
    ids.push(id);
  }
  expect([...bytes]).toHaveLength(1);
  const both = await Promise.all(
    [hers.id, ids[names.indexOf('busy')] ?? ''].map(id => office.row('pushes', { id })),
  );
  expect(both.map(row => row.fob_id)).toEqual([fob('busy').id, null]);
  const takes = async (session: string) => {
    const all = await Promise.all(
      ids.map(async id => comparable(await send(service.url, apiKey, `/${id}/take`, { session }))),
    );
    return [...new Set(all)];
  };
  const waiting = await takes(SESSION);
  expect(waiting).toEqual([expect.stringContaining('{\\"state\\":\\"waiting\\"}')]);
  expect(JSON.parse(waiting[0] ?? '')[0]).toBe(202);
  // The refusal equals that of /v1/validate.
  const refusal = await comparable(await post(service, apiKey, { user: 'nobody', passcode: '123456' }));
  expect(await takes(OTHER_SESSION)).toEqual([refusal]);
  service.clock.nowMs += pushLimits.pushMs;
  expect(await takes(SESSION)).toEqual([refusal]);
  const unknown = ['x', '%00', 'é', createHash('sha256').digest('hex')].map(async id =>
    comparable(await send(service.url, apiKey, `/${id}/take`, { session: SESSION })),
  );
  expect(new Set(await Promise.all(unknown))).toEqual(new Set([refusal]));
});

test('if an application does not send the person’s address, its own address is no trusted source', async () => {
  await using service = await startedService();
  const apiKey = apiKeyOf(service);
  const { office } = service;
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const logIn = async (more: object) => {
    const { id } = await asked(service.url, apiKey, 'ada', more);
    await fob.approve();
    expect((await send(service.url, apiKey, `/${id}/take`, { session: SESSION })).status).toBe(200);
    return await office.row('pushes', { id });
  };
  const { source } = await logIn({});
  const familiar = async (more: object) =>
    (await office.row('pushes', { id: (await asked(service.url, apiKey, 'ada', more)).id })).familiar_source;
  expect([await familiar({}), await familiar({ source })]).toEqual([null, null]);
  await logIn({ source });
  expect([await familiar({}), await familiar({ source })]).toEqual([null, source]);
});

test('a redemption waits on any node, wakes when the fob answers, and lets the session in once', async () => {
  await using one = await startedService();
  const two = await one.rig.start();
  const apiKey = apiKeyOf(one);
  const { office } = one;
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const { id } = await asked(one.url, apiKey, 'ada');
  // The wait limit exceeds the time of this test, so the answer ends the wait.
  const body = { session: SESSION, waitMs: pushLimits.pushWaitMaxMs };
  const waits = [one, two].map(({ url }) => send(url, apiKey, `/${id}/take`, body));
  await fob.approve();
  await office.store.announce();
  const answers = await Promise.all(waits);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
  const right = answers.find(({ status }) => status === 200);
  expect(await right?.json()).toEqual({ accepted: true, user: 'ada' });
  expect(right?.headers.get('content-type')).toMatch(/^application\/json/);
});

test('withdrawing ends a request for its own session only, and reveals nothing', async () => {
  await using service = await startedService();
  const apiKey = apiKeyOf(service);
  const { office } = service;
  await office.users('ada');
  await PushFob.of(office, 'ada');
  const withdrawn = new Set<string>();
  for (const user of ['ada', 'nobody']) {
    const { id } = await asked(service.url, apiKey, user);
    const take = async () => (await send(service.url, apiKey, `/${id}/take`, { session: SESSION })).status;
    const withdraw = async (session: string, path = `/${id}/withdraw`) =>
      withdrawn.add(await comparable(await send(service.url, apiKey, path, { session })));
    await withdraw(OTHER_SESSION);
    expect(await take()).toBe(202);
    await withdraw(SESSION);
    expect(await take()).toBe(403);
    await withdraw(SESSION);
    await withdraw(SESSION, '/%00/withdraw');
  }
  expect(withdrawn.size).toBe(1);
  expect(JSON.parse([...withdrawn][0] ?? '')[0]).toBe(204);
});

test('pushes are neither created nor redeemed without a key, with a replaced key, or out of bounds', async () => {
  await using service = await startedService();
  const { office } = service;
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const { id: applicationId, apiKey } = await application(office, 'otp');
  const status = async (key: string, path: string, body: unknown) =>
    (await send(service.url, key, path, body)).status;
  expect(await status('pfk_none', '', { user: 'ada', session: SESSION })).toBe(401);
  expect(await status(apiKey, '', { user: 'ada', session: 'short' })).toBe(400);
  expect(await status(apiKey, '', { user: 'ada' })).toBe(400);
  expect(await status(apiKey, '', { user: 'ada', session: SESSION, number: 7 })).toBe(400);
  const { id } = await asked(service.url, apiKey, 'ada');
  const take = { session: SESSION, waitMs: pushLimits.pushWaitMaxMs };
  expect(await status(apiKey, `/${id}/take`, { ...take, waitMs: pushLimits.pushWaitMaxMs + 1 })).toBe(400);
  expect(await status(apiKeyOf(service), `/${id}/take`, { session: SESSION })).toBe(403);
  const shown = await fob.show();
  await answerPush(office.management, shown, fob.answer(shown.question));
  secret(accepted(await rotateApplicationKey(office.management, grace, { id: applicationId })).value);
  expect(await status(apiKey, `/${id}/take`, take)).toBe(401);
});

const AT_ONCE = 50;

test('one address that sends too many push requests is slowed down, as at /v1/validate', async () => {
  await using service = await startedService();
  const apiKey = apiKeyOf(service);
  const { burst } = webLimits.validateBucket;
  const source = '192.0.2.44';
  const once = (nth: number) =>
    nth % 2 === 0
      ? send(service.url, apiKey, '', { user: 'nobody', session: SESSION, source })
      : post(service, apiKey, { user: 'nobody', passcode: '123456', source });
  const usual = new Set<number>();
  // A few at a time: this test is not about load.
  for (let nth = 0; nth < burst; nth += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, burst - nth) }, (_, at) => once(nth + at));
    for (const { status } of await Promise.all(some)) usual.add(status);
  }
  expect(usual).toEqual(new Set([200, 403]));
  const more = [once(0), once(1), send(service.url, apiKey, '/x/take', { session: SESSION, source })];
  expect((await Promise.all(more)).map(({ status }) => status)).toEqual([429, 429, 429]);
});

test('a fob’s push key is encrypted, stays as first created, and is used only once it was proved', async () => {
  await using scene = await Scene.open();
  const { office } = scene;
  const { management } = office;
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const key = await readPushKey(management.db, fob.id);
  if (key === undefined) throw new Error('no key');
  expect(pushSecretOf(management.keys, key)).toHaveLength(pushLimits.pushSecretBytes);
  expect(key.account).toBe(Buffer.from(pushAccountOf(fob.id)).toString('hex'));
  expect(pushAccountOf(fob.id)[0]).not.toBe(0);
  // The value cannot be decrypted in another fob's row.
  expect(pushSecretOf(management.keys, { ...key, fob_id: 'other' })).toBeUndefined();
  expect(await storePushKey(management, fob.id, secret(freshPushSecret(randomBytes(32))))).toEqual(key);
  expect(await provePushKey(management, key)).toBe(true);
  expect((await office.audit()).acts.filter(act => act.startsWith('fob.push-key'))).toHaveLength(1);
  await management.db.updateTable('push_keys').set({ proved_ms: null }).execute();
  expect(await scene.isAsked()).toBe(false);
});

test('a push secret combines randomness of both sides', () => {
  const chance = randomBytes(32);
  const made = [chance, chance, randomBytes(32)].map(one => secret(freshPushSecret(one)));
  expect(new Set(made.map(bytes => Buffer.from(bytes).toString('hex'))).size).toBe(3);
  expect(made.every(bytes => bytes.length === pushLimits.pushSecretBytes)).toBe(true);
});

test('the push key is destroyed with the last assigned token on the fob, and open requests can no longer be approved', async () => {
  await using scene = await Scene.open();
  const { office } = scene;
  const { management } = office;
  await office.users('ada', 'bob');
  const fob = await PushFob.of(office, 'ada');
  const { serial } = fob.token;
  const hasKey = async () => (await readPushKey(management.db, fob.id)) !== undefined;
  const second = await office.token('ada');
  await office.putOn(fob.id, second);
  accepted(await revokeToken(management, grace, { serial: second.serial, reason: 'faulty' }));
  expect(await hasKey()).toBe(true);
  accepted(await suspendToken(management, grace, { serial }));
  expect(await hasKey()).toBe(true);
  expect(await scene.isAsked()).toBe(false);
  accepted(await reactivateToken(management, grace, { serial }));
  const push = await scene.ask('ada');
  const shown = await fob.show();
  const right = fob.answer(shown.question);
  accepted(await suspendToken(management, grace, { serial }));
  accepted(await unassignToken(management, grace, { serial }));
  expect(await hasKey()).toBe(false);
  expect(await answerPush(management, shown, right)).toBe(false);
  expect(await scene.take(push)).toBe('waiting');
  expect(await storePushKey(management, fob.id, secret(freshPushSecret(randomBytes(32))))).toBeUndefined();
  accepted(await assignToken(management, grace, { serial, user: 'bob' }));
  const made = await storePushKey(management, fob.id, secret(freshPushSecret(randomBytes(32))));
  expect(made?.proved_ms).toBeNull();
  accepted(await revokeToken(management, grace, { serial, reason: 'lost' }));
  expect(await hasKey()).toBe(false);
  expect(made && (await provePushKey(management, made))).toBe(false);
});

test('with a push key that cannot be decrypted no answer is right', async () => {
  await using office = await Office.open();
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const key = await readPushKey(office.store.db, fob.id);
  if (key === undefined) throw new Error('no key');
  const question = '0'.repeat(readPushSuite().questionLength);
  const { keys } = office.management;
  expect(isRightAnswer(keys, key, question, fob.answer(question))).toBe(true);
  expect(isRightAnswer(keys, { ...key, key_id: 'gone' }, question, fob.answer(question))).toBe(false);
});

test('requests that differ in their number alone are two questions', () => {
  const texts = { id: 'a', sessionHash: 'b', userId: 'c', tokenId: 'd', applicationId: 'e', source: 'f' };
  const bound = { ...texts, kind: 'login', createdMs: 1 } as const;
  expect(questionOf({ ...bound, number: 7 })).not.toBe(questionOf({ ...bound, number: 8 }));
});

test('a push question uses the suite’s digits, and changes with every value it is bound to', () => {
  const text = fc.string({ maxLength: 12 });
  const bound: fc.Arbitrary<PushBinding> = fc.record({
    id: text,
    kind: fc.constantFrom('login' as const, 'caller' as const),
    sessionHash: text,
    userId: text,
    tokenId: text,
    applicationId: text,
    source: text,
    createdMs: fc.nat(),
    number: fc.nat(99),
  });
  fc.assert(
    fc.property(bound, bound, (one, other) => {
      expect(questionOf(one)).toMatch(/^[0-9a-f]{40}$/);
      for (const field of Object.keys(one) as (keyof PushBinding)[]) {
        const changed = { ...one, [field]: other[field] };
        expect(questionOf(changed) === questionOf(one), field).toBe(changed[field] === one[field]);
      }
      // Moving a character from one part to the next changes the question.
      const moved = { ...one, userId: `${one.userId}x` };
      const back = { ...one, tokenId: `x${one.tokenId}` };
      expect(questionOf(moved)).not.toBe(questionOf(back));
    }),
  );
});

const PIN = secret('730519');
const OTHER_PIN = secret('480627');
/** Far enough apart that requests neither form a run nor fall into a cool-down. */
const APART_MS = pushLimits.pushesUnapprovedMs;

/** The password or PIN that accompanies a request. */
type Sent = `${'' | 'wrong ' | 'empty '}${'password' | 'pin'}`;

async function withFob(factors: Factors, pinPlace: PinPlace = 'none') {
  const scene = await Scene.open(factors);
  const { office } = scene;
  await office.users('ada');
  const password = await office.password('ada');
  accepted(await resetPin(office.management, grace, { user: 'ada' }));
  await givePin(office.management, 'ada', PIN);
  const fob = await PushFob.of(office, 'ada', { pinPlace });
  const failures = async () => {
    const row = await office.row('users');
    return [row.failures, row.password_failures, row.pin_failures];
  };
  return { scene, office, fob, password, failures };
}

test('the application’s factors are checked before a fob is asked, as in a log-in by passcode', async () => {
  const rows: [PinPlace, Factors, Sent[], string][] = [
    ['none', 'otp', [], 'asked'],
    ['none', 'pin_otp', [], 'push_incomplete'],
    ['none', 'pin_otp', ['empty pin'], 'push_incomplete'],
    ['none', 'pin_otp', ['wrong pin'], 'wrong_pin'],
    ['none', 'pin_otp', ['pin'], 'asked'],
    ['none', 'pin_otp', ['password'], 'push_incomplete'],
    ['none', 'password_otp', [], 'push_incomplete'],
    ['none', 'password_otp', ['empty password'], 'push_incomplete'],
    ['none', 'password_otp', ['wrong password'], 'wrong_password'],
    ['none', 'password_otp', ['password'], 'asked'],
    ['none', 'password_otp', ['pin'], 'push_incomplete'],
    ['fob', 'otp', [], 'asked'],
    ['fob', 'pin_otp', [], 'asked'],
    ['service', 'otp', [], 'push_incomplete'],
    ['service', 'otp', ['wrong pin'], 'wrong_pin'],
    ['service', 'otp', ['pin'], 'asked'],
    ['service', 'pin_otp', ['pin'], 'asked'],
    ['service', 'password_otp', ['password'], 'push_incomplete'],
    ['service', 'password_otp', ['wrong password'], 'wrong_password'],
    ['service', 'password_otp', ['password', 'wrong pin'], 'wrong_pin'],
    ['service', 'password_otp', ['password', 'pin'], 'asked'],
  ];
  const kinds = new Map(rows.map(row => [`${row[0]} ${row[1]}`, row] as const));
  for (const [place, factors] of kinds.values()) {
    const { scene, office, password, failures } = await withFob(factors, place);
    await using _ = scene;
    const shown = {
      ...{ password: { password }, 'wrong password': { password: freshPassword() } },
      ...{ pin: { pin: PIN }, 'wrong pin': { pin: OTHER_PIN } },
      ...{ 'empty password': { password: '' }, 'empty pin': { pin: '' } },
    } satisfies Record<Sent, object>;
    for (const [, , sent, must] of rows.filter(row => row[0] === place && row[1] === factors)) {
      const [before = 0] = await failures();
      const push = await scene.ask('ada', Object.assign({}, ...sent.map(one => shown[one])));
      const isAsked = await scene.isForFob(push);
      const [said] = await outcomes(office);
      expect([place, factors, sent, isAsked ? 'asked' : said]).toEqual([place, factors, sent, must]);
      // An omitted factor does not count as an attempt.
      expect((await failures())[0]).toBe(before + (must.startsWith('wrong') ? 1 : 0));
      office.nowMs += APART_MS;
    }
  }
});

test('wrong passwords and PINs in push requests lock the account and raise an alert', async () => {
  const { scene, office, password, failures } = await withFob('password_otp', 'service');
  await using _ = scene;
  scene.threshold = 3;
  await scene.ask('ada', { password: freshPassword(), pin: PIN });
  await scene.ask('ada', { password, pin: OTHER_PIN });
  expect(await failures()).toEqual([2, 1, 1]);
  await scene.ask('ada', { password: freshPassword() });
  expect(await failures()).toEqual([3, 2, 1]);
  expect(await office.store.db.selectFrom('alerts').select('kind').execute()).toEqual([{ kind: 'locked' }]);
  const locked = await scene.ask('ada', { password, pin: PIN });
  expect(await scene.isForFob(locked)).toBe(false);
  expect(await failures()).toEqual([3, 2, 1]);
  expect(await outcomes(office)).toEqual(['locked', 'wrong_password', 'wrong_pin', 'wrong_password']);
  office.nowMs += 60_000;
  expect(await scene.isAsked({ password, pin: PIN })).toBe(true);
});

test('an approved request resets the failures of the factors it proved, and no others', async () => {
  const { scene, fob, password, failures } = await withFob('password_otp');
  await using _ = scene;
  scene.threshold = 5;
  const logIn = async (changes: Parameters<Scene['ask']>[1] & { applicationId?: string }) => {
    const push = await scene.ask('ada', changes);
    await fob.approve();
    const { applicationId = scene.applicationId } = changes;
    expect(await scene.take(push, { applicationId })).toBe('accepted');
  };
  await scene.ask('ada', { password: freshPassword() });
  await logIn({ applicationId: scene.otherApplicationId });
  expect(await failures()).toEqual([1, 1, 0]);
  await logIn({ password });
  expect(await failures()).toEqual([0, 0, 0]);
});

test('a wrong password ends no open request, and a cool-down hides no guess from lockout', async () => {
  const { scene, office, password, failures } = await withFob('password_otp');
  await using _ = scene;
  const open = await scene.ask('ada', { password });
  await scene.ask('ada', { password: freshPassword() });
  expect(await scene.stateOf(open)).toBe('waiting');
  const quiet = { quiet_until_ms: office.nowMs + 1000 };
  await office.set('pushes', quiet, { id: open.id });
  await scene.ask('ada', { password: freshPassword() });
  expect(await failures()).toEqual([2, 2, 0]);
  await scene.ask('ada', { password });
  expect(await scene.stateOf(open)).toBe('waiting');
  expect((await outcomes(office))[0]).toBe('push_quiet');
});
