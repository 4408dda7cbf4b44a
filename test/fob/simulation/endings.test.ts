import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { DS3231_UTC_MAX } from '../conformance/driver.ts';
import { Owner, random } from '../conformance/owner.ts';
import { refused } from '../conformance/refused.ts';
import { SimulatorDriver } from '../conformance/simulator-driver.ts';

it('the pico image holds 32 accounts and one more in 4 kB, refuses the next and keeps them all through a reboot', async () => {
  const driver = new SimulatorDriver();
  const owner = new Owner(driver);
  await owner.pair();
  const ids = [];
  for (let i = 0; i < 33; i++) ids.push(await owner.put({ kind: 2, period: 30, secret: secret(random(20)) }));
  await refused(owner.put({ kind: 2, period: 30, secret: secret(random(20)) }), 'full');
  await driver.reboot();
  await owner.open();
  expect(await owner.client.call('info', {})).toMatchObject({ accounts: 33, freeRecords: 0 });
  const listed = [];
  for (const index of ids.keys()) listed.push((await owner.client.call('list', { index })).id);
  expect(listed).toEqual(ids);
  await owner.client.call('remove', { id: ids[7] ?? new Uint8Array(4) });
  await owner.put({ secret: secret(random(20)) });
});

// The DS3231 takes 2100 for a leap year; the image counts days with it and must be right afterwards.
const MOMENTS = [
  '2000-01-01T00:00:00Z',
  '2028-02-29T23:59:59Z',
  '2100-02-28T23:59:58Z',
  '2100-03-01T00:00:00Z',
  '2199-12-31T23:59:58Z',
].map(text => Date.parse(text) / 1000);

it.each([...MOMENTS, DS3231_UTC_MAX - 10])('the pico image keeps the time from %d on', async utc => {
  const driver = new SimulatorDriver();
  const owner = new Owner(driver);
  await owner.pair();
  await owner.setClock(utc);
  expect(await owner.client.call('clock', {})).toMatchObject({ state: 1, utc });
  await driver.advance(3_000);
  expect((await owner.client.call('clock', {})).utc - utc).toBeGreaterThanOrEqual(3);
  await driver.reboot();
  await owner.open();
  expect((await owner.client.call('clock', {})).utc - utc).toBeLessThan(9);
});
