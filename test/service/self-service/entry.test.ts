import { relayLimits } from '@passfob/service/base/limits/relay';
import { selfServiceLimits } from '@passfob/service/base/limits/self-service';
import { addOperator } from '@passfob/service/subjects/operators/acts';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { Visitor } from '../console/kit.ts';
import { codeNow, testOf, wrongCode } from '../kit.ts';
import { startedService } from '../users/kit.ts';
import { Person, signInTokenOf } from './kit.ts';

const test = testOf(begun);

/** Starts a service with a user `ada` who has a token. */
async function begun() {
  const service = await startedService();
  return Object.assign(service, { token: await service.office.token('ada') });
}

test('the ticket of an enrolment opens the page once, for a while, and not for a disabled user', async service => {
  const { office } = service;
  const ticket = await signInTokenOf(office, 'ada');
  const both = await Promise.all([
    new Person(service).enterWith(ticket),
    new Person(service).enterWith(ticket),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([303, 403]);
  const late = await signInTokenOf(office, 'ada');
  const other = await signInTokenOf(office, 'ada');
  service.clock.nowMs += relayLimits.ticketMs - 1;
  const person = new Person(service);
  const seen = await person.enterWith(other);
  const [cookie = ''] = seen.headers.getSetCookie();
  expect(cookie).toMatch(
    /^passfob-user-\d+=pfu_[\w-]{43}; Max-Age=1800; Path=\/me; HttpOnly; SameSite=Strict$/,
  );
  expect(seen.location).toBe('/me');
  service.clock.nowMs++;
  const refusal = await new Person(service).enterWith(late);
  expect([refusal.status, refusal.text.includes('used or has expired')]).toEqual([403, true]);
  expect((await person.get('/me')).status).toBe(200);
  service.clock.nowMs += selfServiceLimits.userSessionMs - 1;
  expect((await person.get('/me')).location).toBe('/me/sign-in');
  const gone = await signInTokenOf(office, 'ada');
  await office.do(disableUser, { user: 'ada' });
  expect((await new Person(service).enterWith(gone)).status).toBe(403);
  const stored = JSON.stringify(await office.rows('user_sessions'));
  for (const value of [ticket, other, late, gone]) expect(stored).not.toContain(value);
});

test('a ticket is not accepted as a session, nor a session as a ticket', async service => {
  const { office, token } = service;
  const person = new Person(service);
  await person.signInAs('ada', token, service.clock);
  const session = person.cookie.split('=')[1] ?? '';
  expect((await new Person(service).enterWith(session)).status).toBe(403);
  const forged = new Person(service);
  forged.cookie = `${person.cookie.split('=')[0]}=${await signInTokenOf(office, 'ada')}`;
  expect((await forged.get('/me')).location).toBe('/me/sign-in');
});

test('a passcode opens the page; refusals are the same page for every user name', async service => {
  const { office, token } = service;
  const wrong = new URLSearchParams({ user: 'ada', passcode: wrongCode(token, service.clock.nowMs) });
  const refusals = [
    await new Person(service).post('/me/sign-in', wrong),
    await new Person(service).post('/me/sign-in', new URLSearchParams({ user: 'eve', passcode: '123456' })),
    await new Person(service).post('/me/sign-in', new URLSearchParams()),
  ];
  const plain = ({ status, text }: { status: number; text: string }) =>
    `${status} ${text.replace(/value="[^"]*"/g, '')}`;
  expect(new Set(refusals.map(plain)).size).toBe(1);
  expect(refusals[0]?.status).toBe(403);
  expect(refusals[0]?.text).toContain('The user name or passcode was not accepted. Each passcode works once');
  const person = new Person(service);
  expect(await person.signInAs('ada', token, service.clock)).toMatchObject({ status: 303, location: '/me' });
  const { text } = await person.get('/me');
  expect(text).toContain(token.serial);
  expect(text).not.toContain('<script');
  const { acts } = await office.audit();
  expect(acts.at(-1)).toBe('user.sign-in ada');
});

test('signing out ends the session, and the form that opened it opens no other', async service => {
  const { token } = service;
  const form = new URLSearchParams({
    user: 'ada',
    passcode: codeNow(token, service.clock.nowMs),
    attempt: secret('an attempt that comes twice'),
  });
  const person = new Person(service);
  await person.post('/me/sign-in', form);
  const { cookie } = person;
  expect((await new Person(service).post('/me/sign-in', form)).status).toBe(303);
  expect((await person.send('/me/leave')).location).toBe('/me/sign-in');
  person.cookie = cookie;
  expect((await person.get('/me')).location).toBe('/me/sign-in');
  expect((await new Person(service).post('/me/sign-in', form)).status).toBe(403);
});

test('a passcode that one form accepted opens no other form, whatever the form says of itself', async service => {
  const { office, token } = service;
  const password = await office.password('ada');
  await office.set('applications', { factors: 'password_otp' });
  await office.do(addOperator, { user: 'ada', role: 'admin' });
  const person = new Person(service);
  const forms = {
    '/login': (fields: URLSearchParams) => new Person(service).post('/login', fields),
    '/me/sign-in': (fields: URLSearchParams) => new Person(service).post('/me/sign-in', fields),
    '/me/test': async (fields: URLSearchParams) => person.send('/me/test', Object.fromEntries(fields)),
    '/operator/sign-in': (fields: URLSearchParams) => new Visitor(service).post('/operator/sign-in', fields),
  };
  const fieldsOf = (attempt: string) => {
    service.clock.nowMs += 30_000;
    const passcode = codeNow(token, service.clock.nowMs);
    return new URLSearchParams({ user: 'ada', password, passcode, attempt: secret(attempt) });
  };
  await person.post('/me/sign-in', fieldsOf('the first of all attempts'));
  const isOpen = ({ status, location }: { status: number; location: string | null }) =>
    status === 200 || (status === 303 && !['/me?done=used', '/me/sign-in'].includes(location ?? ''));
  for (const [first, open] of Object.entries(forms)) {
    const fields = fieldsOf(`an attempt at ${first}`);
    expect([first, isOpen(await open(fields))]).toEqual([first, true]);
    expect([first, isOpen(await open(fields))]).toEqual([first, true]);
    for (const [other, send] of Object.entries(forms))
      expect([first, other, isOpen(await send(fields))]).toEqual([first, other, other === first]);
  }
});

test('forms of other sites, without the session’s token or without a session change nothing', async service => {
  const { office, token } = service;
  const person = new Person(service);
  await person.signInAs('ada', token, service.clock);
  const csrf = await person.csrf();
  const elsewhere = new Person(service);
  await elsewhere.enterWith(await signInTokenOf(office, 'ada'));
  const others = await elsewhere.csrf();
  const paths = ['/me/test', '/me/resync', '/me/name', '/me/lost', '/me/leave'];
  const fields = { token: token.serial, passcode: '123456', csrf };
  for (const path of paths) {
    const body = () => new URLSearchParams(fields);
    const foreign = await person.post(path, body(), { 'sec-fetch-site': 'cross-site' });
    const old = await person.post(path, body(), { 'sec-fetch-site': '', origin: 'https://example.org' });
    const bare = await person.post(path, new URLSearchParams({ ...fields, csrf: '' }));
    const borrowed = await person.post(path, new URLSearchParams({ ...fields, csrf: others }));
    const nobody = await new Person(service).post(path, body());
    const statuses = [foreign, old, bare, borrowed].map(({ status }) => status);
    expect([path, ...statuses, nobody.location]).toEqual([path, 403, 403, 403, 403, '/me/sign-in']);
  }
  for (const path of ['/me/enter', '/me/sign-in']) {
    const body = new URLSearchParams({ ticket: await signInTokenOf(office, 'ada') });
    expect((await person.post(path, body, { 'sec-fetch-site': 'same-site' })).status).toBe(403);
  }
  expect(others).not.toBe('none');
  expect((await service.tokens()).map(({ state }) => state)).toEqual(['active']);
});
