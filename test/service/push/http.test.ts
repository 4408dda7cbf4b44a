import { createHash } from 'node:crypto';
import { pushLimits } from '@passfob/service/base/limits/push';
import { webLimits } from '@passfob/service/base/limits/web';
import { answerPush, endPush } from '@passfob/service/features/push/delivery';
import { createApplication, rotateApplicationKey } from '@passfob/service/features/users/application-changes';
import { disableUser } from '@passfob/service/features/users/user-changes';
import type { Service } from '@passfob/service/service';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { apiKeyOf, comparable, post, Rig, wrongCode } from '../kit.ts';
import { accepted, freshPassword, grace, Office } from '../users/kit.ts';
import { send } from './http-kit.ts';
import { makeTrusted, OTHER_SESSION, PushFob, rowOf, SESSION } from './kit.ts';
import { approve } from './scene.ts';

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

test('push requests look the same for every user name, before and after they expire', async () => {
  await using rig = new Rig();
  const service = await rig.start({ lock: { threshold: 1, periodMs: 400_000 } });
  await using office = await Office.beside(rig);
  const { apiKey } = await application(office, 'password_otp');
  const names = ['ada', 'locked', 'disabled', 'bare', 'quiet', 'mistaken', 'busy'];
  await office.users(...names);
  const passwords = new Map<string, string>();
  for (const name of names) passwords.set(name, await office.password(name));
  const fobs = new Map<string, PushFob>();
  for (const name of names.filter(one => one !== 'bare')) fobs.set(name, await PushFob.of(office, name));
  await office.token('bare');
  const fob = (name: string) => fobs.get(name) ?? expect.fail(name);
  await post(service, apiKeyOf(service), {
    user: 'locked',
    passcode: wrongCode(fob('locked').token, office.nowMs),
  });
  accepted(await disableUser(office.management, grace, 'disabled'));
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
  const both = await Promise.all([hers.id, ids[names.indexOf('busy')] ?? ''].map(id => rowOf(office, id)));
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
  rig.clock.nowMs += pushLimits.pushMs;
  expect(await takes(SESSION)).toEqual([refusal]);
  const unknown = ['x', '%00', 'é', createHash('sha256').digest('hex')].map(async id =>
    comparable(await send(service.url, apiKey, `/${id}/take`, { session: SESSION })),
  );
  expect(new Set(await Promise.all(unknown))).toEqual(new Set([refusal]));
});

test('if an application does not send the person’s address, its own address is no trusted source', async () => {
  await using rig = new Rig();
  const service = await rig.start();
  const apiKey = apiKeyOf(service);
  await using office = await Office.beside(rig);
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const logIn = async (more: object) => {
    const { id } = await asked(service.url, apiKey, 'ada', more);
    await approve({ office }, fob);
    expect((await send(service.url, apiKey, `/${id}/take`, { session: SESSION })).status).toBe(200);
    return await rowOf(office, id);
  };
  const { source } = await logIn({});
  const familiar = async (more: object) =>
    (await rowOf(office, (await asked(service.url, apiKey, 'ada', more)).id)).familiar_source;
  expect([await familiar({}), await familiar({ source })]).toEqual([null, null]);
  await logIn({ source });
  expect([await familiar({}), await familiar({ source })]).toEqual([null, source]);
});

test('a denial at the fob looks to the session like any other refusal', async () => {
  await using rig = new Rig();
  const service = await rig.start();
  const apiKey = apiKeyOf(service);
  await using office = await Office.beside(rig);
  await office.users('ada', 'bob');
  const refusal = await comparable(await post(service, apiKey, { user: 'nobody', passcode: '123456' }));
  for (const [user, to] of [
    ['ada', 'denied'],
    ['bob', 'reported'],
  ] as const) {
    const fob = await PushFob.of(office, user);
    const { id } = await asked(service.url, apiKey, user);
    await endPush(office.management, await fob.show(), to);
    expect(await comparable(await send(service.url, apiKey, `/${id}/take`, { session: SESSION }))).toBe(
      refusal,
    );
  }
});

test('a redemption waits on any node, wakes when the fob answers, and lets the session in once', async () => {
  await using rig = new Rig();
  const one = await rig.start();
  const two = await rig.start();
  const apiKey = apiKeyOf(one);
  await using office = await Office.beside(rig);
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const { id } = await asked(one.url, apiKey, 'ada');
  // The wait limit exceeds the time of this test, so the answer ends the wait.
  const body = { session: SESSION, waitMs: pushLimits.pushWaitMaxMs };
  const waits = [one, two].map(({ url }) => send(url, apiKey, `/${id}/take`, body));
  const shown = await fob.show();
  expect(await answerPush(office.management, shown, fob.answer(shown.question))).toBe(true);
  await office.store.announce();
  const answers = await Promise.all(waits);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
  const right = answers.find(({ status }) => status === 200);
  expect(await right?.json()).toEqual({ accepted: true, user: 'ada' });
  expect(right?.headers.get('content-type')).toMatch(/^application\/json/);
});

test('withdrawing ends a request for its own session only, and reveals nothing', async () => {
  await using rig = new Rig();
  const service = await rig.start();
  const apiKey = apiKeyOf(service);
  await using office = await Office.beside(rig);
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
  await using rig = new Rig();
  const service = await rig.start();
  await using office = await Office.beside(rig);
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
  secret(accepted(await rotateApplicationKey(office.management, grace, applicationId)).value);
  expect(await status(apiKey, `/${id}/take`, take)).toBe(401);
});

const AT_ONCE = 50;

test('one address that sends too many push requests is slowed down, as at /v1/validate', async () => {
  await using rig = new Rig();
  const service = await rig.start();
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
