import { credentialLimits } from '@passfob/service/base/limits/credentials';
import { validationLimits } from '@passfob/service/base/limits/validation';
import { ensureApplication } from '@passfob/service/features/users/applications';
import { makeEngine } from '@passfob/service/features/validation/engine';
import { expect, test } from 'vitest';
import { codeNow } from '../kit.ts';
import { Office } from '../users/kit.ts';

async function scene() {
  const office = await Office.open();
  const { application } = await ensureApplication(office.store.db, office.nowMs);
  const engine = makeEngine(office.management);
  const decide = (user: string, passcode = '000000', password?: string, source = '192.0.2.1') =>
    engine
      .decide({
        ...{ user, passcode, source, applicationId: application.id, requestId: 'r' },
        ...(password === undefined ? {} : { password, factors: 'password_otp' as const }),
      })
      .catch((error: { readonly code?: string }) => error.code);
  return { office, decide };
}

test('a flood for one name, known or unknown, is cut off and blocks no other name', async () => {
  const { office, decide } = await scene();
  await using _ = office;
  await office.users('ada', 'grace');
  await office.token('ada');
  const token = await office.token('grace');
  for (const name of ['ada', 'nobody']) {
    const flood = Array.from({ length: validationLimits.decisionsWaitingOfOne + 20 }, () => decide(name));
    const other = decide('grace', codeNow(token, office.nowMs));
    const outcomes = await Promise.all(flood);
    expect(outcomes.filter(outcome => outcome === 'busy')).toHaveLength(20);
    expect(await other).toBe('accepted');
    office.nowMs += 60_000;
  }
  // The refused requests left nothing behind.
  expect(await decide('ada')).not.toBe('busy');
});

test('a flood of names is cut off, and waiting requests are decided', async () => {
  const { office, decide } = await scene();
  await using _ = office;
  const flood = Array.from({ length: validationLimits.decisionsWaiting + 20 }, (_one, number) =>
    decide(`user-${number}`),
  );
  const outcomes = await Promise.all(flood);
  expect(outcomes.filter(outcome => outcome === 'busy')).toHaveLength(20);
  expect(outcomes.filter(outcome => outcome === 'unknown_user')).toHaveLength(
    validationLimits.decisionsWaiting,
  );
  expect(await decide('user-1')).toBe('unknown_user');
});

test('a flood of passwords for one name leaves capacity for others', async () => {
  const { office, decide } = await scene();
  await using _ = office;
  await office.users('ada', 'grace');
  const password = await office.password('grace');
  const token = await office.token('grace');
  for (const name of ['ada', 'nobody']) {
    const flood = Array.from({ length: credentialLimits.slowHashesWaiting * 2 }, () =>
      decide(name, '000000', 'wrong'),
    );
    const other = decide('grace', codeNow(token, office.nowMs), password);
    const outcomes = await Promise.all(flood);
    expect(outcomes.filter(outcome => outcome !== 'busy')).toHaveLength(validationLimits.slowChecksOfOne);
    expect(await other).toBe('accepted');
    office.nowMs += 60_000;
  }
  expect(await decide('ada', '000000', 'wrong')).not.toBe('busy');
});

test('a flood of passwords for many names from one source leaves capacity for other sources', async () => {
  const { office, decide } = await scene();
  await using _ = office;
  await office.users('grace');
  const password = await office.password('grace');
  const token = await office.token('grace');
  const flood = Array.from({ length: credentialLimits.slowHashesWaiting * 2 }, (_one, nth) =>
    decide(`nobody-${nth}`, '000000', 'wrong', '198.51.100.66'),
  );
  const other = decide('grace', codeNow(token, office.nowMs), password);
  const outcomes = await Promise.all(flood);
  expect(outcomes.filter(outcome => outcome !== 'busy')).toHaveLength(validationLimits.slowChecksOfSource);
  expect(await other).toBe('accepted');
});
