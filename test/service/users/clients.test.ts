import {
  apiKeyOf,
  createApiKey,
  listApiKeys,
  revokeApiKey,
} from '@passfob/service/features/users/access/api-keys';
import {
  changeFactors,
  createApplication,
  disableApplication,
  enableApplication,
  listApplications,
  rotateApplicationKey,
} from '@passfob/service/features/users/application-changes';
import {
  applicationOfKey,
  CONSOLE_APPLICATION,
  ensureApplication,
} from '@passfob/service/features/users/applications';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { accepted, codeOf, grace, Office } from './kit.ts';

test('an application’s key is shown once; changes of factors, key and state are audited', async () => {
  await using office = await Office.open();
  const { management } = office;
  const { db } = office.store;
  const made = accepted(await createApplication(management, grace, { name: 'VPN', factors: 'otp' }));
  const { id } = made.application;
  secret(made.value);
  expect(await applicationOfKey(db, made.value)).toEqual({ id, name: 'VPN', factors: 'otp' });
  accepted(await changeFactors(management, grace, { id, factors: 'pin_otp' }));
  expect((await applicationOfKey(db, made.value))?.factors).toBe('pin_otp');
  accepted(await disableApplication(management, grace, id));
  expect(await applicationOfKey(db, made.value)).toBeUndefined();
  const turned = secret(accepted(await rotateApplicationKey(management, grace, id)).value);
  expect(await applicationOfKey(db, turned)).toBeUndefined();
  accepted(await enableApplication(management, grace, id));
  expect(await applicationOfKey(db, made.value)).toBeUndefined();
  expect(await applicationOfKey(db, turned)).toMatchObject({ id });
  const view = await listApplications(db);
  expect(view).toEqual([
    { id, name: 'VPN', factors: 'pin_otp', disabledMs: null, internal: false, createdMs: office.nowMs },
  ]);
  const { acts, text } = await office.audit();
  expect(acts).toEqual(Array.from({ length: 5 }, () => 'application.change VPN'));
  for (const value of [made.value, turned]) {
    expect(text).not.toContain(value);
    const row = await db.selectFrom('applications').selectAll().execute();
    expect(JSON.stringify([row, view])).not.toContain(value);
  }
});

test('applications without a name, with a taken name or with unknown factors are refused', async () => {
  await using office = await Office.open();
  const { management } = office;
  const create = async (name: string, factors = 'otp') =>
    codeOf(await createApplication(management, grace, { name, factors: factors as 'otp' }));
  expect(await create(' ')).toBe('bad_name');
  expect(await create('a\nb')).toBe('bad_name');
  expect(await create('VPN', 'none')).toBe('bad_factors');
  expect(await create('VPN')).toBe('done');
  expect(await create(' VPN ')).toBe('application_taken');
  expect(await create('console')).toBe('application_taken');
  const id = 'none';
  expect(codeOf(await changeFactors(management, grace, { id, factors: 'otp' }))).toBe('unknown_application');
  expect(codeOf(await disableApplication(management, grace, id))).toBe('unknown_application');
});

test('the service’s own applications are created once, and the console’s cannot be changed', async () => {
  await using office = await Office.open();
  const { management } = office;
  const { db } = office.store;
  const login = await ensureApplication(db, office.nowMs);
  expect(login.application).toMatchObject({ name: 'login', factors: 'otp' });
  expect(await applicationOfKey(db, secret(login.apiKey ?? ''))).toEqual(login.application);
  const made = await ensureApplication(db, office.nowMs, CONSOLE_APPLICATION);
  const { id } = made.application;
  expect(made.application).toEqual({ id, name: 'console', factors: 'password_otp' });
  expect(await ensureApplication(db, office.nowMs, CONSOLE_APPLICATION)).toEqual({
    application: made.application,
    apiKey: null,
  });
  for (const result of [
    await changeFactors(management, grace, { id, factors: 'otp' }),
    await rotateApplicationKey(management, grace, id),
    await disableApplication(management, grace, id),
    await enableApplication(management, grace, id),
  ])
    expect(codeOf(result)).toBe('application_internal');
  expect((await listApplications(db)).map(({ name, internal }) => [name, internal])).toEqual([
    ['console', true],
    ['login', false],
  ]);
});

test('an API key has a role until it is revoked; its use is stored about once a minute', async () => {
  await using office = await Office.open();
  const { management } = office;
  const { db } = office.store;
  const create = (name: string, role = 'helpdesk') =>
    createApiKey(management, grace, { name, role: role as 'helpdesk' });
  const { apiKey, value } = accepted(await create('backup'));
  secret(value);
  expect(codeOf(await create('backup'))).toBe('api_key_taken');
  expect(codeOf(await create(''))).toBe('bad_name');
  expect(codeOf(await create('x', 'root'))).toBe('bad_role');
  const lastUsed = async () => (await listApiKeys(db))[0]?.lastUsedMs;
  expect(await lastUsed()).toBeNull();
  const start = office.nowMs;
  const known = { id: apiKey.id, name: 'backup', role: 'helpdesk' };
  for (const [afterMs, notedMs] of [
    [0, 0],
    [60_000, 0],
    [60_001, 60_001],
    [120_001, 60_001],
  ] as const) {
    expect(await apiKeyOf(db, value, start + afterMs)).toEqual(known);
    expect(await lastUsed()).toBe(start + notedMs);
  }
  expect(await apiKeyOf(db, `${value}x`, start)).toBeUndefined();
  accepted(await create('auditing', 'auditor'));
  accepted(await revokeApiKey(management, grace, apiKey.id));
  expect(await apiKeyOf(db, value, start)).toBeUndefined();
  expect(codeOf(await revokeApiKey(management, grace, apiKey.id))).toBe('api_key_revoked');
  expect(codeOf(await revokeApiKey(management, grace, 'none'))).toBe('unknown_api_key');
  expect(codeOf(await create('backup'))).toBe('api_key_taken');
  const listed = await listApiKeys(db);
  expect(listed.map(({ name, revokedMs }) => [name, revokedMs])).toEqual([
    ['auditing', null],
    ['backup', start],
  ]);
  const { acts, text } = await office.audit();
  expect(acts).toEqual(['api-key.change backup', 'api-key.change auditing', 'api-key.change backup']);
  for (const shown of [text, JSON.stringify(listed)]) expect(shown).not.toContain(value);
});
