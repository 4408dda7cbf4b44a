import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { apiKeyOf, codeAt, comparable, post, testOf } from '../kit.ts';
import { startedService } from '../users/kit.ts';
import { Person, signInTokenOf } from './kit.ts';

const test = testOf(begun);

const PIN = secret('407183');
const OTHER_PIN = secret('730519');

/** Starts a service with a user whose fob requires a PIN of six digits at the service, and returns its passcodes. */
async function begun() {
  const service = await startedService();
  const token = await service.office.token('ada', { kind: 'hotp', pinPlace: 'service' });
  await service.office.set('tokens', { pin_min_digits: 6 });
  let step = 0;
  const next = () => codeAt(token, step++);
  const apiKey = apiKeyOf(service);
  const api = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${service.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, ...headers },
      body: JSON.stringify(body),
    });
  const logIn = async (passcode: string, pin?: string) =>
    (await post(service, apiKey, { user: 'ada', passcode, pin })).status;
  return Object.assign(service, { next, api, logIn });
}

/** Returns the fields that a form on a page sends, including its hidden ones. */
function filled(text: string, fields: Record<string, string>): URLSearchParams {
  const hidden = [...text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)];
  const form = new URLSearchParams(
    hidden.map(([, name = '', value = '']): [string, string] => [name, value]),
  );
  secret(form.get('proof') ?? 'no proof');
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

test('at the log-in form a right passcode leads to the choice of a due PIN, and logs nobody in', async service => {
  const { office, next, logIn } = service;
  for (const [path, way] of [
    ['/login', '/login'],
    ['/me/sign-in', '/me/sign-in'],
  ] as const) {
    await office.do(resetPin, { user: 'ada' });
    const person = new Person(service);
    const page = (await person.get(path)).text;
    expect([page.includes('name="pin"'), page.includes('or your PIN was reset, leave this empty')]).toEqual([
      true,
      true,
    ]);
    const refused = await person.post(
      path,
      new URLSearchParams({ user: 'eve', passcode: '123456', pin: PIN }),
    );
    expect(refused.text).toContain('The user name, PIN or passcode was not accepted.');
    expect(refused.text).toContain('If you have forgotten your PIN, ask your help desk to reset it.');
    const passcode = next();
    const form = await person.post(path, new URLSearchParams({ user: 'Ada', passcode, pin: '' }));
    expect([form.status, form.headers.get('set-cookie'), form.text.includes('<script')]).toEqual([
      200,
      null,
      false,
    ]);
    expect(form.text).toContain('6 to 16 digits');
    const choose = (newPin: string, again = newPin) =>
      person.post('/login/pin', filled(form.text, { newPin, again }));
    expect((await choose(PIN, OTHER_PIN)).text).toContain('The two PINs differ');
    expect((await choose('7304')).text).toContain('A PIN has 6 to 16 digits.');
    expect((await choose('314159')).text).toContain('too easy to guess');
    const set = await choose(PIN);
    expect([set.status, set.text.includes(`href="${way}"`)]).toEqual([200, true]);
    expect(set.text).toContain('Log in with it and the next passcode of your fob.');
    // The form works neither again nor for another person who has kept it.
    expect((await choose(OTHER_PIN)).status).toBe(403);
    expect([await logIn(passcode, PIN), await logIn(next(), PIN)]).toEqual([403, 200]);
  }
});

test('after an enrolment the PIN is chosen first, without another passcode', async service => {
  const { office, next, logIn } = service;
  const person = new Person(service);
  const form = await person.enterWith(await signInTokenOf(office, 'ada'));
  expect([form.status, form.text.includes('Choose your PIN'), form.text.includes('name="passcode"')]).toEqual(
    [200, true, false],
  );
  const short = await person.post('/me/pin', filled(form.text, { newPin: '7304', again: '7304' }));
  expect([short.status, short.text.includes('A PIN has 6 to 16 digits.')]).toEqual([422, true]);
  const set = await person.post('/me/pin', filled(short.text, { newPin: PIN, again: PIN }));
  expect(set.location).toBe('/me?done=pin-set');
  expect(await logIn(next(), PIN)).toBe(200);
  // A user with a PIN goes to the own page.
  expect((await person.enterWith(await signInTokenOf(office, 'ada'))).location).toBe('/me');
});

test('the API asks for a due PIN and accepts it by its proof, and changes it by passcode and present PIN', async service => {
  const { next, api, logIn } = service;
  const asked = await api('/v1/validate', { user: 'ada', passcode: next() });
  const {
    accepted: isAccepted,
    code,
    pin,
  } = (await asked.json()) as {
    accepted: boolean;
    code: string;
    pin: { proof: string; fewestDigits: number };
  };
  expect([asked.status, isAccepted, code, pin.fewestDigits]).toEqual([403, false, 'new_pin', 6]);
  const proof = secret(pin.proof);
  const short = await api('/v1/pins', { user: 'ada', proof, newPin: '7304' });
  expect([short.status, await short.json()]).toMatchObject([
    422,
    { code: 'pin_unfit', pin: { fewestDigits: 6 } },
  ]);
  const common = await api('/v1/pins', { user: 'nobody', newPin: '123456' });
  expect([common.status, await common.json()]).toMatchObject([422, { code: 'pin_unfit', accepted: false }]);
  const set = await api('/v1/pins', { user: ' ADA', proof, newPin: PIN });
  expect([set.status, await set.json()]).toEqual([200, { changed: true, user: 'ada' }]);
  expect(await logIn(next(), PIN)).toBe(200);
  const again = { 'idempotency-key': 'the same change' };
  const changed = { user: 'ada', passcode: next(), pin: PIN, newPin: OTHER_PIN };
  expect([
    (await api('/v1/pins', changed, again)).status,
    (await api('/v1/pins', changed, again)).status,
  ]).toEqual([200, 200]);
  expect(await logIn(next(), OTHER_PIN)).toBe(200);
  // Every mistake gets the same bytes as a refused log-in.
  const passcode = next();
  const refusals = [
    await api('/v1/validate', { user: 'ada', passcode: '000000' }),
    await api('/v1/pins', { ...changed, passcode: '000000' }),
    await api('/v1/pins', { ...changed, passcode }),
    await api('/v1/pins', { ...changed, user: 'nobody', passcode }),
    await api('/v1/pins', { user: 'ada', newPin: PIN, proof }),
    await api('/v1/pins', { user: 'ada', newPin: PIN }),
  ];
  expect(new Set(await Promise.all(refusals.map(comparable))).size).toBe(1);
  expect((await service.events())[0]?.outcome).not.toBe('accepted');
});
