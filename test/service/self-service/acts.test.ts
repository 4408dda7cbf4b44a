import { selfServiceLimits } from '@passfob/service/base/limits/self-service';
import { validationLimits } from '@passfob/service/base/limits/validation';
import { nameFob, reportFobLost } from '@passfob/service/doors/self-service/acts';
import { resetPin } from '@passfob/service/features/users/credentials/pins';
import { signInByToken, userActor, userSessionOf } from '@passfob/service/features/users/user-sessions';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeAt, codeNow, Rig, stepAt, wrongCode } from '../kit.ts';
import { accepted, codeOf, givePin, grace, Office } from '../users/kit.ts';
import { fobWith, Person, signInTokenOf } from './kit.ts';

/** Starts a service with `ada`, who has two tokens in one fob and one in none, and `bob`, who has one in a fob. */
async function furnished(rig: Rig) {
  const service = await rig.start();
  const office = await Office.beside(rig);
  await office.users('ada', 'bob');
  const tokens = {
    work: await office.token('ada', { label: 'work' }),
    home: await office.token('ada', { label: 'home' }),
    loose: await office.token('ada', { label: 'loose' }),
    bobs: await office.token('bob', { label: 'bob' }),
  };
  const fob = await fobWith(office, tokens.work, tokens.home);
  const bobsFob = await fobWith(office, tokens.bobs);
  const ada = new Person(service);
  await ada.enterWith(await signInTokenOf(office, 'ada'));
  const states = async () => {
    const all = await service.tokens();
    return Object.fromEntries(all.map(({ label, state }) => [label, state]));
  };
  return { service, office, tokens, fob, bobsFob, ada, states };
}

test('a tested passcode is used up, and a wrong one is reported plainly and counts', async () => {
  await using rig = new Rig();
  const { service, office, tokens, ada } = await furnished(rig);
  await using _office = office;
  const passcode = codeNow(tokens.work, rig.clock.nowMs);
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
    expect(await tried(wrongCode(tokens.work, rig.clock.nowMs, nth))).toBe('/me?done=wrong Wrong');
  rig.clock.nowMs += 60_000;
  expect(await tried(codeNow(tokens.work, rig.clock.nowMs))).toBe('/me?done=locked Your');
  expect((await ada.get('/me?done=__proto__')).text).not.toContain('class="message');
});

test('a fob that ran ahead is found again by two passcodes in a row', async () => {
  await using rig = new Rig();
  const { service, office, tokens, ada } = await furnished(rig);
  await using _office = office;
  const step = stepAt(tokens.loose, rig.clock.nowMs) + 8;
  const codes = { first: codeAt(tokens.loose, step), second: codeAt(tokens.loose, step + 1) };
  const swapped = await ada.send('/me/resync', { first: codes.second, second: codes.first });
  expect([swapped.status, swapped.text.includes('class="message bad"')]).toEqual([422, true]);
  expect(await ada.send('/me/resync', codes)).toMatchObject({ status: 303, location: '/me?done=found' });
  const passcode = codeAt(tokens.loose, step + 2);
  rig.clock.nowMs += 30_000;
  expect(await service.validate({ user: 'ada', passcode, source: '192.0.2.1' })).toMatchObject({
    accepted: true,
  });
  const row = await office.store.db
    .selectFrom('audit')
    .select(['actor', 'role'])
    .where('action', '=', 'token.resync')
    .where('subject', '=', tokens.loose.serial)
    .executeTakeFirst();
  expect(row).toEqual({ actor: 'ada', role: 'user' });
});

test('reporting a lost fob suspends all its tokens at once, alerts help desk, and ends other sessions', async () => {
  await using rig = new Rig();
  const { service, office, tokens, ada, states } = await furnished(rig);
  await using _office = office;
  const thief = new Person(service);
  await thief.enterWith(await signInTokenOf(office, 'ada'));
  const asked = await ada.get(`/me/lost?token=${tokens.home.serial}`);
  expect(asked.text).toContain('work');
  expect(asked.text).not.toContain('loose');
  expect(await states()).toEqual({ work: 'assigned', home: 'assigned', loose: 'assigned', bob: 'assigned' });
  const seen = await ada.send('/me/lost', { token: tokens.home.serial });
  expect(seen.location).toBe('/me?done=lost');
  expect(await states()).toEqual({
    work: 'suspended',
    home: 'suspended',
    loose: 'assigned',
    bob: 'assigned',
  });
  const passcode = codeNow(tokens.work, rig.clock.nowMs);
  expect(await service.validate({ user: 'ada', passcode, source: '192.0.2.1' })).toMatchObject({
    accepted: false,
  });
  expect(await service.alerts()).toMatchObject([{ kind: 'lost', user: 'ada', serial: tokens.home.serial }]);
  expect((await thief.get('/me')).location).toBe('/me/sign-in');
  const again = await ada.send('/me/lost', { token: tokens.home.serial });
  expect(again.status).toBe(422);
  const last = await ada.send('/me/lost', { token: tokens.loose.serial });
  expect(last.text).toContain('You are signed out');
  expect((await ada.get('/me')).location).toBe('/me/sign-in');
  const { acts } = await office.audit();
  expect(acts.filter(act => act.startsWith('token.report-lost'))).toHaveLength(3);
});

test('a fob has the name its user gives it, as text and on one line', async () => {
  await using rig = new Rig();
  const { office, fob, ada } = await furnished(rig);
  await using _office = office;
  const named = (nickname: string) => ada.send('/me/name', { fob, nickname });
  expect((await named('  <b>blue & "round"')).location).toBe('/me?done=named');
  const { text } = await ada.get('/me?done=named');
  expect(text).toContain('&lt;b&gt;blue &amp; &quot;round&quot;');
  expect(text).not.toContain('<b>blue');
  for (const bad of ['x'.repeat(selfServiceLimits.nicknameMax + 1), 'two\nlines', 'left\u202eright'])
    expect((await named(bad)).status).toBe(422);
  expect((await ada.get(`/me/name?fob=${fob}`)).text).toContain('value="&lt;b&gt;blue');
  expect((await named('')).status).toBe(303);
  expect((await ada.get('/me')).text).not.toContain('blue');
});

test('property: users never see, learn or change the names of others’ fobs and tokens', async () => {
  await using rig = new Rig();
  const { office, tokens, bobsFob, fob, ada, states } = await furnished(rig);
  await using _office = office;
  const origin = { source: '192.0.2.9', requestId: 'r' };
  const opened = await signInByToken(office.management, await signInTokenOf(office, 'bob'), origin);
  const bob = await userSessionOf(office.management, opened?.value);
  if (bob === undefined) throw new Error('bob is not in');
  const before = await states();
  const adas = [tokens.work.serial, tokens.home.serial, tokens.loose.serial, fob];
  const anything = fc.oneof(
    fc.constantFrom(...adas),
    fc.constantFrom(...adas).map(name => name.toLowerCase()),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(anything, async name => {
      fc.pre(name !== tokens.bobs.serial && name !== bobsFob);
      const actor = userActor('bob', origin);
      const lost = await reportFobLost(office.management, actor, { session: bob, serial: name });
      const named = await nameFob(office.management, actor, { session: bob, fob: name, nickname: 'mine' });
      expect([codeOf(lost), codeOf(named)]).toEqual(['unknown_serial', 'unknown_fob']);
    }),
    { numRuns: 60 },
  );
  expect(await states()).toEqual(before);
  const { text } = await ada.get('/me');
  for (const foreign of [tokens.bobs.serial, bobsFob, 'mine']) expect(text).not.toContain(foreign);
  // The response is the same for another user's fob and for no fob.
  for (const path of [`/me/name?fob=${bobsFob}`, '/me/name?fob=none', `/me/lost?token=${tokens.bobs.serial}`])
    expect((await ada.get(path)).status).toBe(404);
});

test('one user’s acts are rate-limited across all addresses', async () => {
  await using rig = new Rig();
  const { office, ada } = await furnished(rig);
  await using _office = office;
  const csrf = await ada.csrf();
  const statuses: number[] = [];
  for (let nth = 0; nth <= selfServiceLimits.userActBucket.burst; nth++)
    statuses.push((await ada.send('/me/name', { csrf, fob: 'none', nickname: '' })).status);
  expect(statuses.slice(0, -1)).toEqual(Array(selfServiceLimits.userActBucket.burst).fill(404));
  expect(statuses.at(-1)).toBe(429);
});

test('a passcode that needs a PIN of the service opens the page and is tested with that PIN', async () => {
  await using rig = new Rig();
  const service = await rig.start();
  await using office = await Office.beside(rig);
  await office.users('eve', 'ada');
  const adas = await office.token('ada');
  const ada = new Person(service);
  const field = 'name="pin"';
  // Nobody has a PIN at the service: nobody is asked for one.
  expect((await ada.get('/me/sign-in')).text).not.toContain(field);
  const token = await office.token('eve', { pinPlace: 'service' });
  const pin = secret('407183');
  accepted(await resetPin(office.management, grace, 'eve'));
  await givePin(office.management, 'eve', pin);
  const eve = new Person(service);
  const signIn = async (more: Record<string, string>) => {
    const passcode = codeNow(token, rig.clock.nowMs);
    const { location } = await eve.post(
      '/me/sign-in',
      new URLSearchParams({ user: 'eve', passcode, ...more }),
    );
    return location;
  };
  expect((await eve.get('/me/sign-in')).text).toContain(field);
  expect(await signIn({})).toBe(null);
  expect(await signIn({ pin })).toBe('/me');
  rig.clock.nowMs += 30_000;
  const passcode = codeNow(token, rig.clock.nowMs);
  expect((await eve.send('/me/test', { passcode })).location).toBe('/me?done=pin');
  expect((await eve.get('/me?done=pin')).text).toContain('missing or wrong');
  expect((await eve.send('/me/test', { passcode, pin })).location).toBe('/me?done=right');
  expect((await eve.get('/me')).text).toContain(field);
  await ada.signInAs('ada', adas, rig.clock);
  expect((await ada.get('/me')).text).not.toContain(field);
});

test('a user asks for another fob, in place of their own one only, and administrators get one alert', async () => {
  await using rig = new Rig();
  const { office, tokens, ada, states } = await furnished(rig);
  await using _office = office;
  expect((await ada.get('/me')).text).toContain('Ask for another fob');
  const { serial } = tokens.work;
  expect((await ada.get(`/me/another?token=${serial}`)).text).toContain('In place of');
  expect((await ada.get(`/me/another?token=${tokens.bobs.serial}`)).status).toBe(404);
  expect((await ada.send('/me/another', { replaces: tokens.bobs.serial })).status).toBe(422);
  for (const replaces of ['', serial, serial])
    expect(await ada.send('/me/another', { replaces })).toMatchObject({ location: '/me?done=asked' });
  const alerts = await office.store.db
    .selectFrom('alerts')
    .select(['kind', 'token_id', 'count'])
    .where('kind', '=', 'fob_wanted')
    .execute();
  expect(alerts.map(({ token_id, count }) => [token_id === null, count])).toEqual([
    [true, 1],
    [false, 1],
  ]);
  expect(await office.store.db.selectFrom('activations').selectAll().execute()).toEqual([]);
  expect(Object.values(await states())).not.toContain('suspended');
});
