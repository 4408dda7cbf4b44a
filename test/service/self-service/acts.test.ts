import type { Factors } from '@passfob/service/base/kinds';
import { selfServiceLimits } from '@passfob/service/base/limits/self-service';
import { validationLimits } from '@passfob/service/base/limits/validation';
import { nameFob, reportFobLost } from '@passfob/service/http/self-service/acts';
import {
  changeFactors,
  disableApplication,
  enableApplication,
  listApplications,
} from '@passfob/service/subjects/applications/acts';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import { signInByToken, userActor, userSessionOf } from '@passfob/service/subjects/users/user-sessions';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeAt, codeNow, stepAt, wrongCode } from '../kit.ts';
import { codeOf, givePin, testOfService as it, startedService } from '../users/kit.ts';
import { fobWith, Person, signInTokenOf } from './kit.ts';

/** Starts a service with `ada`, who has two tokens in one fob and one in none, and `bob`, who has one in a fob. */
async function furnished() {
  const service = await startedService();
  const { office } = service;
  await office.users('ada', 'bob');
  const held = {
    work: await office.token('ada', { label: 'work' }),
    home: await office.token('ada', { label: 'home' }),
    loose: await office.token('ada', { label: 'loose' }),
    bobs: await office.token('bob', { label: 'bob' }),
  };
  const fob = await fobWith(office, held.work, held.home);
  const bobsFob = await fobWith(office, held.bobs);
  const ada = new Person(service);
  await ada.enterWith(await signInTokenOf(office, 'ada'));
  const states = async () => {
    const all = await service.tokens();
    return Object.fromEntries(all.map(({ label, state }) => [label, state]));
  };
  return Object.assign(service, { held, fob, bobsFob, ada, states });
}

test('a tested passcode is used up, and a wrong one is reported plainly and counts', async () => {
  await using service = await furnished();
  const { held, ada } = service;
  const passcode = codeNow(held.work, service.clock.nowMs);
  const tried = async (typed: string) => {
    const { location } = await ada.send('/me/test', { passcode: typed });
    const { text } = await ada.get(location ?? '');
    return `${location} ${/<div class="message[^>]*>(?:<strong>Problem:<\/strong> )?(\w+)/.exec(text)?.[1]}`;
  };
  expect(await tried(passcode)).toBe('/me?done=right Correct');
  expect(await tried(passcode)).toBe('/me?done=used This');
  expect(await service.validate({ user: 'ada', passcode, source: '192.0.2.1' })).toMatchObject({
    outcome: 'replay',
  });
  for (let nth = 0; nth < validationLimits.lockThreshold; nth++)
    expect(await tried(wrongCode(held.work, service.clock.nowMs, nth))).toBe('/me?done=wrong Wrong');
  service.clock.nowMs += 60_000;
  expect(await tried(codeNow(held.work, service.clock.nowMs))).toBe('/me?done=locked Your');
  expect((await ada.get('/me?done=__proto__')).text).not.toContain('class="message');
});

test('a fob that ran ahead is found again by two passcodes in a row', async () => {
  await using service = await furnished();
  const { office, held, ada } = service;
  const step = stepAt(held.loose, service.clock.nowMs) + 8;
  const codes = { first: codeAt(held.loose, step), second: codeAt(held.loose, step + 1) };
  const swapped = await ada.send('/me/resync', { first: codes.second, second: codes.first });
  expect([swapped.status, swapped.text.includes('class="message bad"')]).toEqual([422, true]);
  expect(await ada.send('/me/resync', codes)).toMatchObject({ status: 303, location: '/me?done=found' });
  const passcode = codeAt(held.loose, step + 2);
  service.clock.nowMs += 30_000;
  expect(await service.validate({ user: 'ada', passcode, source: '192.0.2.1' })).toMatchObject({
    accepted: true,
  });
  const row = await office.row('audit', { action: 'token.resync', subject: held.loose.serial });
  expect(row).toMatchObject({ actor: 'ada', role: 'user' });
});

test('reporting a lost fob suspends all its tokens at once, alerts help desk, and ends other sessions', async () => {
  await using service = await furnished();
  const { office, held, ada, states } = service;
  const thief = new Person(service);
  await thief.enterWith(await signInTokenOf(office, 'ada'));
  const asked = await ada.get(`/me/lost?token=${held.home.serial}`);
  expect(asked.text).toContain('work');
  expect(asked.text).not.toContain('loose');
  expect(await states()).toEqual({ work: 'assigned', home: 'assigned', loose: 'assigned', bob: 'assigned' });
  const seen = await ada.send('/me/lost', { token: held.home.serial });
  expect(seen.location).toBe('/me?done=lost');
  expect(await states()).toEqual({
    work: 'suspended',
    home: 'suspended',
    loose: 'assigned',
    bob: 'assigned',
  });
  const passcode = codeNow(held.work, service.clock.nowMs);
  expect(await service.validate({ user: 'ada', passcode, source: '192.0.2.1' })).toMatchObject({
    accepted: false,
  });
  expect(await service.alerts()).toMatchObject([{ kind: 'lost', user: 'ada', serial: held.home.serial }]);
  expect((await thief.get('/me')).location).toBe('/me/sign-in');
  const again = await ada.send('/me/lost', { token: held.home.serial });
  expect(again.status).toBe(422);
  const last = await ada.send('/me/lost', { token: held.loose.serial });
  expect(last.text).toContain('You are signed out');
  expect((await ada.get('/me')).location).toBe('/me/sign-in');
  const { acts } = await office.audit();
  expect(acts.filter(act => act.startsWith('token.report-lost'))).toHaveLength(3);
});

test('property: users never see, learn or change the names of others’ fobs and tokens', async () => {
  await using service = await furnished();
  const { office, held, bobsFob, fob, ada, states } = service;
  const origin = { source: '192.0.2.9', requestId: 'r' };
  const opened = await signInByToken(office.management, await signInTokenOf(office, 'bob'), origin);
  const bob = await userSessionOf(office.management, opened?.value);
  if (bob === undefined) throw new Error('bob is not in');
  const before = await states();
  const adas = [held.work.serial, held.home.serial, held.loose.serial, fob];
  const anything = fc.oneof(
    fc.constantFrom(...adas),
    fc.constantFrom(...adas).map(name => name.toLowerCase()),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(anything, async name => {
      fc.pre(name !== held.bobs.serial && name !== bobsFob);
      const actor = userActor('bob', origin);
      const lost = await reportFobLost(office.management, actor, { session: bob, serial: name });
      const named = await nameFob(office.management, actor, { session: bob, fob: name, nickname: 'mine' });
      expect([codeOf(lost), codeOf(named)]).toEqual(['unknown_serial', 'unknown_fob']);
    }),
    { numRuns: 60 },
  );
  expect(await states()).toEqual(before);
  const { text } = await ada.get('/me');
  for (const foreign of [held.bobs.serial, bobsFob, 'mine']) expect(text).not.toContain(foreign);
  // The response is the same for another user's fob and for no fob.
  for (const path of [`/me/name?fob=${bobsFob}`, '/me/name?fob=none', `/me/lost?token=${held.bobs.serial}`])
    expect((await ada.get(path)).status).toBe(404);
});

test('one user’s acts are rate-limited across all addresses', async () => {
  await using service = await furnished();
  const { ada } = service;
  const csrf = await ada.csrf();
  const statuses: number[] = [];
  for (let nth = 0; nth <= selfServiceLimits.userActBucket.burst; nth++)
    statuses.push((await ada.send('/me/name', { csrf, fob: 'none', nickname: '' })).status);
  expect(statuses.slice(0, -1)).toEqual(Array(selfServiceLimits.userActBucket.burst).fill(404));
  expect(statuses.at(-1)).toBe(429);
});

it('a passcode that needs a PIN of the service opens the page and is tested with that PIN', async service => {
  const { office } = service;
  await office.users('eve', 'ada');
  const adas = await office.token('ada');
  const ada = new Person(service);
  const field = 'name="pin"';
  // Nobody has a PIN at the service: nobody is asked for one.
  expect((await ada.get('/me/sign-in')).text).not.toContain(field);
  const token = await office.token('eve', { pinPlace: 'service' });
  const pin = secret('407183');
  await office.do(resetPin, { user: 'eve' });
  await givePin(office.management, 'eve', pin);
  const eve = new Person(service);
  const signIn = async (more: Record<string, string>) => {
    const passcode = codeNow(token, service.clock.nowMs);
    const { location } = await eve.post(
      '/me/sign-in',
      new URLSearchParams({ user: 'eve', passcode, ...more }),
    );
    return location;
  };
  expect((await eve.get('/me/sign-in')).text).toContain(field);
  expect(await signIn({})).toBe(null);
  expect(await signIn({ pin })).toBe('/me');
  service.clock.nowMs += 30_000;
  const passcode = codeNow(token, service.clock.nowMs);
  expect((await eve.send('/me/test', { passcode })).location).toBe('/me?done=pin');
  expect((await eve.get('/me?done=pin')).text).toContain('missing or wrong');
  expect((await eve.send('/me/test', { passcode, pin })).location).toBe('/me?done=right');
  expect((await eve.get('/me')).text).toContain(field);
  await ada.signInAs('ada', adas, service.clock);
  expect((await ada.get('/me')).text).not.toContain(field);
});

test('a user asks for another fob in place of their own one only, which issues and suspends nothing', async () => {
  await using service = await furnished();
  const { office, held, ada, states } = service;
  expect((await ada.get(`/me/another?token=${held.bobs.serial}`)).status).toBe(404);
  expect((await ada.send('/me/another', { replaces: held.bobs.serial })).status).toBe(422);
  for (const replaces of ['', held.work.serial]) await ada.send('/me/another', { replaces });
  expect(await office.rows('alerts', { kind: 'fob_wanted' })).toHaveLength(2);
  expect(await office.rows('activations')).toEqual([]);
  expect(Object.values(await states())).not.toContain('suspended');
});

/** Starts a service with users, and finds fobs without signing in. */
async function begun(...names: string[]) {
  const service = await startedService();
  await service.office.users(...names);
  const find = (user: string, first: string, second: string) =>
    new Person(service).post('/me/find', new URLSearchParams({ user, first, second }));
  return Object.assign(service, { find });
}

test('a fob out of step is found without signing in, and its next passcode opens the page', async () => {
  await using service = await begun('ada');
  const { office, find } = service;
  const token = await office.token('ada', { kind: 'hotp' });
  const signIn = async (step: number) =>
    new Person(service).post(
      '/me/sign-in',
      new URLSearchParams({ user: 'ada', passcode: codeAt(token, step) }),
    );
  const refused = await signIn(500);
  expect(refused.text).toContain('<a href="/me/find">Find my fob again</a>');
  const page = await new Person(service).get('/me/find');
  expect([page.status, page.text.includes('<script')]).toEqual([200, false]);
  const found = await find('ada', codeAt(token, 501), codeAt(token, 502));
  expect([
    found.status,
    found.headers.get('set-cookie'),
    /Found\. Your fob works again/.test(found.text),
    found.text.includes('<a href="/login">To the log-in page</a>'),
  ]).toEqual([200, null, true, true]);
  // Never below the last accepted counter.
  expect((await find('ada', codeAt(token, 400), codeAt(token, 401))).status).toBe(403);
  expect(await signIn(503)).toMatchObject({ status: 303, location: '/me' });
  const rows = await office.rows('audit', { action: 'token.resync' });
  expect(
    rows.map(({ actor, role, source, detail }) => [actor, role, source, JSON.parse(detail).found]),
  ).toEqual([
    ['ada', 'user', '127.0.0.1', true],
    ['ada', 'user', '127.0.0.1', false],
  ]);
});

test('failed searches show the same page after the same time for every user name; misses lock the account', async () => {
  await using service = await begun('ada', 'bob', 'eve', 'mallory');
  const { office, find } = service;
  const token = await office.token('ada', { kind: 'hotp' });
  const eves = await office.token('eve', { kind: 'hotp' });
  await office.do(disableUser, { user: 'eve' });
  const wrong = wrongCode(token, 15_000_000, 0, 500);
  const sinceMs = performance.now();
  const ask = async (...given: readonly (readonly [string, string, string])[]) =>
    (await Promise.all(given.map(one => find(...one)))).map(
      ({ status, text }) => `${status} ${text.replace(/value="[^"]*"/g, '')}`,
    );
  const misses = await ask(['ada', wrong, wrong], ['bob', wrong, wrong], ['nobody', wrong, wrong]);
  const more = await ask(
    ['ada', codeAt(token, 3), wrong],
    ['eve', codeAt(eves, 3), codeAt(eves, 4)],
    ['', '', ''],
  );
  const last = await ask(['ada', wrong, codeAt(token, 4)]);
  const locked = await ask(['ada', codeAt(token, 3), codeAt(token, 4)]);
  expect(performance.now() - sinceMs).toBeGreaterThan(4 * selfServiceLimits.findFloorMs);
  expect(new Set([...misses, ...more, ...last, ...locked]).size).toBe(1);
  expect(misses[0]).toMatch(/^403 .*Your fob was not found/s);
  const rows = await office.rows('users', {}, 'name');
  expect(rows.map(({ failures }) => failures)).toEqual([3, 0, 0, 0]);
  expect((await office.rows('tokens')).map(row => row.last_step)).toEqual([-1, -1]);
});

test('searches for one name are rate-limited across all addresses, and forms of other sites find nothing', async () => {
  await using service = await begun();
  const { find } = service;
  const statuses: number[] = [];
  for (let nth = 0; nth < selfServiceLimits.findBucket.burst; nth += 2)
    statuses.push(
      ...(await Promise.all([find('Ada', '1', '2'), find('ada', '1', '2')])).map(({ status }) => status),
    );
  expect(statuses).toEqual(Array(selfServiceLimits.findBucket.burst).fill(403));
  expect((await find('ADA ', '1', '2')).status).toBe(429);
  const foreign = { 'sec-fetch-site': 'cross-site' };
  expect(
    (await new Person(service).post('/me/find', new URLSearchParams({ user: 'eve' }), foreign)).status,
  ).toBe(403);
});

/** Starts a service with a user `ada` who has a token, a password and a PIN, and changes its log-in application. */
async function begunApplication() {
  const service = await startedService();
  const { office } = service;
  const token = await office.token('ada');
  const password = await office.password('ada');
  const pin = secret('918273');
  const { management, store } = office;
  await givePin(management, 'ada', pin);
  const id = (await listApplications(store.db)).find(({ name }) => name === 'login')?.id ?? '';
  return Object.assign(service, {
    ...{ token, password, pin },
    asksFor: async (factors: Factors) => await office.do(changeFactors, { id, factors }),
    disable: async () => await office.do(disableApplication, { id }),
    enable: async () => await office.do(enableApplication, { id }),
    /** Returns the fob's next passcode. */
    next: () => {
      service.clock.nowMs += 30_000;
      return codeNow(token, service.clock.nowMs);
    },
  });
}

const form = (fields: Record<string, string>) => new URLSearchParams({ user: 'ada', ...fields });

test('nobody signs in at /me with a passcode while the application login is disabled', async () => {
  await using service = await begunApplication();
  const { office, next, disable, enable } = service;
  await disable();
  const person = new Person(service);
  const shown = await person.get('/me/sign-in');
  expect([shown.status, shown.text.includes('Nobody can sign in here')]).toEqual([403, true]);
  expect(shown.text).not.toContain('<form');
  const passcode = next();
  const refusal = await person.post('/me/sign-in', form({ passcode }));
  expect([refusal.status, person.cookie]).toEqual([403, '']);
  // The passcode was not evaluated, so it is still valid for one log-in.
  expect(await service.events()).toEqual([]);
  await enable();
  expect((await person.post('/me/sign-in', form({ passcode }))).location).toBe('/me');
  await disable();
  const own = await person.get('/me');
  expect(own.text).toContain('Passcodes cannot be tried here at the moment');
  expect(own.text).not.toContain('action="/me/test"');
  expect((await person.send('/me/test', { passcode: next() })).location).toBe('/me?done=failed');
  expect((await service.events()).length).toBe(1);
  // The end of an enrolment is no log-in, and its ticket opens the page once.
  const enrolled = new Person(service);
  expect((await enrolled.enterWith(await signInTokenOf(office, 'ada'))).location).toBe('/me');
  const late = await new Person(service).enterWith('none');
  expect([late.status, late.text.includes('Ask your help desk')]).toEqual([403, true]);
});

test.each([
  ['password', 'password_otp'],
  ['pin', 'pin_otp'],
] as const)(
  'signing in at /me requires the %s that the application login asks for',
  async (factor, factors) => {
    await using service = await begunApplication();
    const { next, asksFor } = service;
    await asksFor(factors);
    const person = new Person(service);
    expect((await person.get('/me/sign-in')).text).toContain(`name="${factor}"`);
    const passcode = next();
    for (const typed of [{}, { [factor]: `${service[factor]}1` }]) {
      const refused = await person.post('/me/sign-in', form({ passcode, ...typed }));
      expect([refused.status, person.cookie]).toEqual([403, '']);
    }
    const proved = { [factor]: service[factor] };
    expect((await person.post('/me/sign-in', form({ passcode, ...proved }))).location).toBe('/me');
    expect((await person.get('/me')).text).toContain(`name="${factor}"`);
    expect((await person.send('/me/test', { passcode: next() })).location).toBe(`/me?done=${factor}`);
    expect((await person.send('/me/test', { passcode: next(), ...proved })).location).toBe('/me?done=right');
  },
);

test('a program in the service’s process cannot bypass the factors of the application login', async () => {
  await using service = await begunApplication();
  const { password, next, asksFor, disable } = service;
  const shown = () => ({ user: 'ada', passcode: next(), source: '192.0.2.1' });
  await asksFor('password_otp');
  expect((await service.validate(shown())).outcome).toBe('wrong_password');
  expect((await service.validate({ ...shown(), password })).outcome).toBe('accepted');
  await disable();
  await expect(service.validate({ ...shown(), password })).rejects.toMatchObject({
    code: 'application_changed',
  });
});
