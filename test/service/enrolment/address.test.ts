import { publicUrlOf } from '@passfob/service/features/enrolment/public-url';
import { changeSettings } from '@passfob/service/features/users/settings';
import { readActivationString } from 'passfob/activation/activation-string';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { Bureau } from '../api/kit.ts';
import { accepted, grace, Office } from '../users/kit.ts';

/** Returns the service address in a new activation string that was requested under `base`. */
async function namedIn(bureau: Bureau, base: string, user: string): Promise<string> {
  await bureau.office.users(user);
  const response = await fetch(`${base}/v1/users/${user}/activations`, {
    method: 'POST',
    headers: { ...(await bureau.key('admin')), 'content-type': 'application/json' },
    body: '{}',
  });
  const { string } = (await response.json()) as { string: string };
  return readActivationString(secret(string)).service;
}

test('the activation string contains the configured address, whatever the Host header says', async () => {
  await using bureau = await Bureau.open({ publicUrl: 'https://otp.example.org' });
  expect(await namedIn(bureau, bureau.service.url, 'ada')).toBe('https://otp.example.org');
});

test('without a configured address the string contains the listener’s address, not the requested Host', async () => {
  await using bureau = await Bureau.open();
  const { port } = new URL(bureau.service.url);
  expect(await namedIn(bureau, `http://localhost:${port}`, 'ada')).toBe(bureau.service.url);
});

test('the configured address overrides the setting, which overrides the listener; plain http is for loopback only', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  const own = () => 'http://127.0.0.1:8480';
  const elsewhere = { configured: undefined, own: () => 'http://192.0.2.1:8480' };
  expect(await publicUrlOf({ db })).toBeUndefined();
  expect(await publicUrlOf({ db, publicUrl: elsewhere })).toBeUndefined();
  expect(
    await publicUrlOf({ db, publicUrl: { configured: undefined, own: () => undefined } }),
  ).toBeUndefined();
  expect(await publicUrlOf({ db, publicUrl: { configured: undefined, own } })).toBe('http://127.0.0.1:8480');
  const publicAddress = 'https://set.example.org';
  accepted(await changeSettings(office.management, grace, { publicAddress }));
  expect(await publicUrlOf({ db, publicUrl: { configured: undefined, own } })).toBe(publicAddress);
  const configured = 'https://otp.example.org';
  expect(await publicUrlOf({ db, publicUrl: { configured, own } })).toBe(configured);
});
