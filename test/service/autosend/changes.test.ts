import { pushLimits } from '@passfob/service/base/limits/push';
import { webLimits } from '@passfob/service/base/limits/web';
import { endPush } from '@passfob/service/subjects/push/delivery';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeNow } from '../kit.ts';
import { freshPassword, givePin } from '../users/kit.ts';
import { Browser, fob, office, openEachService, service, states } from './kit.ts';

openEachService();

const path = '/login';

test('Autosend asks for the application’s factors, and no fob is asked after a wrong one', async () => {
  const { office, asksFor } = service;
  const password = await office.password('ada');
  const pin = secret('918273');
  await givePin(office.management, 'ada', pin);
  const browser = new Browser(service);
  for (const [factors, right, wrong] of [
    ['otp', {}, undefined],
    ['password_otp', { password }, { password: freshPassword() }],
    ['pin_otp', { pin }, { pin: '918274' }],
  ] as const) {
    await asksFor(factors);
    const bare = await browser.post(`${path}/autosend`, factors === 'otp' ? { user: ' ' } : { user: 'ada' });
    expect([bare.status, bare.text.includes('Something is missing.')]).toEqual([400, true]);
    if (wrong !== undefined) await browser.autosend(path, { user: 'ada', ...wrong });
    await browser.autosend(path, { user: 'ada', ...right });
  }
  // The earlier request of the same browser is withdrawn.
  expect(await states(office)).toEqual([
    ['withdrawn', true],
    ['withdrawn', false],
    ['withdrawn', true],
    ['withdrawn', false],
    ['waiting', true],
  ]);
});

test('Autosend lets nobody in after the required factors changed or the fob declined', async () => {
  const { office, fob, asksFor, disable } = service;
  const browser = new Browser(service);
  const first = await browser.autosend(path);
  await fob.approve();
  await asksFor('password_otp');
  expect((await browser.finish(path, first.id)).status).toBe(403);
  await asksFor('otp');
  const second = await browser.autosend(path);
  await endPush(office.management, await fob.show(), 'denied');
  const declined = await browser.finish(path, second.id);
  expect([declined.status, declined.text.includes('value="ada"')]).toEqual([403, true]);
  service.clock.nowMs += pushLimits.pushDeniedQuietMs;
  const third = await browser.autosend(path);
  await fob.approve();
  await disable();
  const closed = await browser.finish(path, third.id);
  expect([closed.status, closed.text.includes('<form')]).toEqual([403, false]);
  expect((await browser.post(`${path}/autosend`, { user: 'ada' })).status).toBe(403);
  expect((await browser.get('/me')).location).toBe('/me/sign-in');
});

test('choosing a passcode instead withdraws the Autosend request, and the form keeps the user name', async () => {
  const browser = new Browser(service);
  const { id, text } = await browser.autosend(path);
  expect(text).toContain('Use a passcode instead');
  const form = await browser.post(`${path}/autosend/cancel`, { id });
  expect([form.status, form.text.includes('value="ada"'), form.text.includes('role="alert"')]).toEqual([
    200,
    true,
    false,
  ]);
  expect(await states(office)).toEqual([['withdrawn', true]]);
  expect((await browser.finish(path, id)).status).toBe(403);
  const passcode = codeNow(fob.token, service.clock.nowMs);
  const typed = await browser.post(path, { user: 'ada', passcode });
  expect(typed.status).toBe(200);
});

test('a source that sends too many forms of Autosend is stopped before its body is read', async () => {
  const browser = new Browser(service);
  const seen: number[] = [];
  for (let nth = 0; nth <= webLimits.formBucket.burst; nth++)
    seen.push((await browser.post('/login/autosend/finish', { id: 'x' })).status);
  expect([new Set(seen.slice(0, -1)), seen.at(-1)]).toEqual([new Set([403]), 429]);
});

test('the audit says that a user signed in by push', async () => {
  const browser = new Browser(service);
  const { id } = await browser.autosend('/me');
  await fob.approve();
  await browser.finish('/me', id);
  const rows = await office.rows('audit', { action: 'user.sign-in' });
  expect(rows.map(({ detail }) => detail)).toEqual([expect.stringContaining('"push"')]);
});
