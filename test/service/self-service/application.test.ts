import type { Factors } from '@passfob/service/base/kinds';
import {
  changeFactors,
  disableApplication,
  enableApplication,
  listApplications,
} from '@passfob/service/features/users/application-changes';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeNow, Rig } from '../kit.ts';
import { accepted, givePin, grace, Office } from '../users/kit.ts';
import { Person, signInTokenOf } from './kit.ts';

/** Starts a service with a user `ada` who has a token, a password and a PIN, and changes its log-in application. */
async function begun(rig: Rig) {
  const service = await rig.start();
  const office = await Office.beside(rig);
  await office.users('ada');
  const token = await office.token('ada');
  const password = await office.password('ada');
  const pin = secret('918273');
  const { management, store } = office;
  await givePin(management, 'ada', pin);
  const id = (await listApplications(store.db)).find(({ name }) => name === 'login')?.id ?? '';
  return {
    ...{ service, office, token, password, pin },
    asksFor: async (factors: Factors) => accepted(await changeFactors(management, grace, { id, factors })),
    disable: async () => accepted(await disableApplication(management, grace, id)),
    enable: async () => accepted(await enableApplication(management, grace, id)),
    /** Returns the fob's next passcode. */
    next: () => {
      rig.clock.nowMs += 30_000;
      return codeNow(token, rig.clock.nowMs);
    },
  };
}

const form = (fields: Record<string, string>) => new URLSearchParams({ user: 'ada', ...fields });

test('nobody signs in at /me with a passcode while the application login is disabled', async () => {
  await using rig = new Rig();
  const { service, office, next, disable, enable } = await begun(rig);
  await using _office = office;
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

test('signing in at /me requires the password that the application login asks for', async () => {
  await using rig = new Rig();
  const { service, office, password, next, asksFor } = await begun(rig);
  await using _office = office;
  await asksFor('password_otp');
  const person = new Person(service);
  expect((await person.get('/me/sign-in')).text).toContain('name="password"');
  const passcode = next();
  const bare = await person.post('/me/sign-in', form({ passcode }));
  expect([bare.status, person.cookie]).toEqual([403, '']);
  expect(bare.text).toContain('The user name, password or passcode was not accepted');
  const wrong = await person.post('/me/sign-in', form({ passcode, password: `${password}x` }));
  expect([wrong.status, person.cookie]).toEqual([403, '']);
  expect((await person.post('/me/sign-in', form({ passcode, password }))).location).toBe('/me');
  expect((await person.get('/me')).text).toContain('name="password"');
  expect((await person.send('/me/test', { passcode: next() })).location).toBe('/me?done=password');
  expect((await person.send('/me/test', { passcode: next(), password })).location).toBe('/me?done=right');
});

test('signing in at /me requires the PIN that the application login asks for', async () => {
  await using rig = new Rig();
  const { service, office, pin, next, asksFor } = await begun(rig);
  await using _office = office;
  await asksFor('pin_otp');
  const person = new Person(service);
  const passcode = next();
  expect((await person.post('/me/sign-in', form({ passcode }))).status).toBe(403);
  expect(person.cookie).toBe('');
  expect((await person.post('/me/sign-in', form({ passcode, pin }))).location).toBe('/me');
  expect((await person.send('/me/test', { passcode: next() })).location).toBe('/me?done=pin');
});

test('a program in the service’s process cannot bypass the factors of the application login', async () => {
  await using rig = new Rig();
  const { service, office, password, next, asksFor, disable } = await begun(rig);
  await using _office = office;
  const shown = () => ({ user: 'ada', passcode: next(), source: '192.0.2.1' });
  await asksFor('password_otp');
  expect((await service.validate(shown())).outcome).toBe('wrong_password');
  expect((await service.validate({ ...shown(), password })).outcome).toBe('accepted');
  await disable();
  await expect(service.validate({ ...shown(), password })).rejects.toMatchObject({
    code: 'application_changed',
  });
});
