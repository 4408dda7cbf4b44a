import {
  changeSettings,
  readSetting,
  readSettings,
  type Settings,
  writeSetting,
} from '@passfob/service/features/users/settings';
import type { Management } from '@passfob/service/storage/management';
import { expect, test } from 'vitest';
import { accepted, codeOf, grace, Office } from './kit.ts';

const DEFAULTS: Settings = {
  lock: { threshold: 3, periodMs: 15 * 60_000 },
  serviceName: 'Passfob',
  publicAddress: null,
};

const change = async (management: Management, given: Partial<Settings>) =>
  codeOf(await changeSettings(management, grace, given));

test('settings have defaults, change one by one and are audited with their previous value', async () => {
  await using office = await Office.open();
  const { management } = office;
  const { db } = office.store;
  expect(await readSettings(db)).toEqual(DEFAULTS);
  const lock = { threshold: 0, periodMs: 1000 };
  expect(accepted(await changeSettings(management, grace, { lock }))).toEqual({ ...DEFAULTS, lock });
  const publicAddress = 'https://otp.example.org:8443';
  accepted(
    await changeSettings(management, grace, { serviceName: ' Example ', publicAddress: `${publicAddress}/` }),
  );
  expect(await readSettings(db)).toEqual({ lock, serviceName: 'Example', publicAddress });
  accepted(await changeSettings(management, grace, { publicAddress: null }));
  expect((await readSettings(db)).publicAddress).toBeNull();
  const rows = await db.selectFrom('audit').selectAll().orderBy('id').execute();
  expect(rows.map(row => [row.action, row.subject])).toEqual([
    ['settings.change', 'lock'],
    ['settings.change', 'serviceName publicAddress'],
    ['settings.change', 'publicAddress'],
  ]);
  expect(JSON.parse(rows[0]?.detail ?? '')).toEqual({
    lockThreshold: 0,
    lockPeriodMs: 1000,
    lockThresholdBefore: 3,
    lockPeriodMsBefore: 900_000,
  });
});

test('a setting out of bounds is refused, and so are all settings sent with it', async () => {
  await using office = await Office.open();
  const { management } = office;
  for (const [threshold, periodMs] of [
    [-1, 1000],
    [101, 1000],
    [1.5, 1000],
    [3, 999],
    [3, 7 * 24 * 3_600_000 + 1],
    [3, Number.NaN],
  ] as const)
    expect(await change(management, { serviceName: 'x', lock: { threshold, periodMs } })).toBe(
      'bad_lock_policy',
    );
  for (const serviceName of ['', ' ', 'a\r\nBcc: x', 'x'.repeat(65)])
    expect(await change(management, { serviceName })).toBe('bad_service_name');
  for (const publicAddress of [
    '',
    'otp.example.org',
    'http://otp.example.org',
    'http://127.0.0.1.example.org',
    'ftp://127.0.0.1',
    'https://user:secret@otp.example.org',
    'https://otp.example.org/path',
    'https://otp.example.org/?a',
    'https://otp.example.org/#a',
    'javascript:alert(1)',
  ])
    expect(await change(management, { publicAddress })).toBe('bad_address');
  for (const publicAddress of ['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:8080'])
    expect(await change(management, { publicAddress })).toBe('done');
  await office.store.db.deleteFrom('settings').execute();
  expect(await readSettings(office.store.db)).toEqual(DEFAULTS);
});

test('a stored value that is no longer valid falls back to its default', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  await writeSetting(db, 'lock', { threshold: 1000, periodMs: 1 }, office.nowMs);
  await writeSetting(db, 'public_address', 'javascript:alert(1)', office.nowMs);
  expect(await readSettings(db)).toEqual(DEFAULTS);
});

test('other parts store named values of their own', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  expect(await readSetting(db, 'channels')).toBeUndefined();
  for (const value of [{ to: ['a', 'b'] }, null, 0]) {
    await writeSetting(db, 'channels', value, office.nowMs);
    expect(await readSetting(db, 'channels')).toEqual(value);
  }
});
