import { credentialLimits } from '@passfob/service/base/limits/credentials';
import { databaseLimits } from '@passfob/service/base/limits/database';
import { validationLimits } from '@passfob/service/base/limits/validation';
import { type Acceptance, readRecent, withAcceptance } from '@passfob/service/base/recent';
import { openStore, writing } from '@passfob/service/storage/database/database';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { codeNow, isOnPostgres, testOfRig as it } from '../kit.ts';
import { Office } from '../users/kit.ts';

async function scene() {
  const office = await Office.open();
  const logIn = await office.logIns();
  const decide = (user: string, passcode = '000000', password?: string, source = '192.0.2.1') =>
    logIn({
      user,
      passcode,
      source,
      ...(password !== undefined && { password, factors: 'password_otp' }),
    }).catch((error: { readonly code?: string }) => error.code);
  return { office, decide };
}

test('a flood for one name, known or unknown, is cut off and blocks no other name', async () => {
  const { office, decide } = await scene();
  await using _ = office;
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
  const token = await office.token('grace');
  const password = await office.password('grace');
  const flood = Array.from({ length: credentialLimits.slowHashesWaiting * 2 }, (_one, nth) =>
    decide(`nobody-${nth}`, '000000', 'wrong', '198.51.100.66'),
  );
  const other = decide('grace', codeNow(token, office.nowMs), password);
  const outcomes = await Promise.all(flood);
  expect(outcomes.filter(outcome => outcome !== 'busy')).toHaveLength(validationLimits.slowChecksOfSource);
  expect(await other).toBe('accepted');
});

it('administration that waits too long for another node is refused, and works again afterwards', async rig => {
  const place = { directory: rig.directory, databaseUrl: await rig.database };
  const [one, other] = [await openStore(place), await openStore(place)];
  let go: () => void = () => undefined;
  const gate = new Promise<void>(resolve => {
    go = resolve;
  });
  let entered: () => void = () => undefined;
  const inside = new Promise<void>(resolve => {
    entered = resolve;
  });
  const hanging = writing(one.db, async () => {
    entered();
    await gate;
  });
  await inside;
  await expect(writing(other.db, async () => 'done')).rejects.toMatchObject({ code: 'busy' });
  go();
  await hanging;
  expect(await writing(other.db, async () => 'done')).toBe('done');
  if (isOnPostgres) {
    const { rows } = await sql<{ setting: string }>`select setting from pg_settings
      where name = 'idle_in_transaction_session_timeout'`.execute(one.db);
    expect(rows).toEqual([{ setting: String(databaseLimits.postgresIdleInTransactionMs) }]);
  }
  await one.close();
  await other.close();
});

const acceptance = fc.record({
  step: fc.maxSafeNat(),
  atMs: fc.maxSafeNat(),
  source: fc.oneof(fc.ipV4(), fc.string(), fc.string({ unit: fc.constantFrom('[', ']', '"', '\\', ',') })),
  letNobodyIn: fc.boolean(),
});

/** The stored form, by a parser instead of cuts. */
function parsedAndWritten(stored: string, { step, atMs, source, letNobodyIn }: Acceptance): string {
  const kept = (JSON.parse(stored) as unknown[]).slice(0, validationLimits.acceptancesKept - 1);
  return JSON.stringify([letNobodyIn ? [step, atMs, source, 1] : [step, atMs, source], ...kept]);
}

test('adding an acceptance by cutting the stored text gives the same text as by parsing it', () => {
  fc.assert(
    fc.property(fc.array(acceptance, { maxLength: 2 * validationLimits.acceptancesKept }), added => {
      let stored = '[]';
      for (const one of added) {
        const next = withAcceptance(stored, one);
        expect(next).toBe(parsedAndWritten(stored, one));
        stored = next;
      }
      expect(readRecent(stored)).toEqual(added.reverse().slice(0, validationLimits.acceptancesKept));
    }),
    { numRuns: 300 },
  );
});
