import {
  changePolicy,
  createPolicy,
  listPolicies,
  type PolicyInput,
  removePolicy,
} from '@passfob/service/features/tokens/policies';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accepted, codeOf, helpdesk, Office } from '../users/kit.ts';

const looks: fc.Arbitrary<Omit<PolicyInput, 'name'>> = fc.record({
  kind: fc.constantFrom('hotp', 'totp'),
  algorithm: fc.constantFrom('sha1', 'sha256', 'sha512'),
  alphabet: fc.constantFrom('decimal', 'hex', 'base32', 'base64'),
  digits: fc.integer({ min: 6, max: 8 }),
  period: fc.integer({ min: 15, max: 300 }),
  pinPlace: fc.constantFrom('none', 'fob', 'service'),
  pinMinDigits: fc.integer({ min: 4, max: 16 }),
});

test('property: a changed policy applies to the next token and to no existing one', async () => {
  await using office = await Office.open();
  const { management } = office;
  accepted(await createPolicy(management, helpdesk, { name: 'staff', kind: 'totp' }));
  let version = 1;
  let made = 0;
  const tokens = () => office.store.db.selectFrom('tokens').selectAll().orderBy('id').execute();
  await fc.assert(
    fc.asyncProperty(looks, async look => {
      await office.issue(`T-${made++}`, { policy: 'staff' });
      const before = await tokens();
      expect(accepted(await changePolicy(management, helpdesk, { name: 'staff', ...look })).version).toBe(
        ++version,
      );
      expect(await tokens()).toEqual(before);
      const serial = `T-${made++}`;
      // Values of the caller do not override the policy.
      await office.issue(serial, { policy: 'staff', kind: 'hotp', digits: 7, period: 99 });
      const row = (await tokens()).find(token => token.serial === serial);
      expect(row).toMatchObject({
        kind: look.kind,
        algorithm: look.algorithm,
        alphabet: look.alphabet,
        digits: look.digits,
        period_seconds: look.kind === 'totp' ? look.period : null,
        pin_place: look.pinPlace,
        policy_version: version,
      });
    }),
    { numRuns: 25 },
  );
});

test('a policy can be removed while it has no token, and every change is in the audit', async () => {
  await using office = await Office.open();
  const { management } = office;
  accepted(await createPolicy(management, helpdesk, { name: 'staff', kind: 'totp' }));
  accepted(await createPolicy(management, helpdesk, { name: 'guests', kind: 'hotp', digits: 8 }));
  expect(codeOf(await createPolicy(management, helpdesk, { name: 'staff', kind: 'totp' }))).toBe(
    'policy_taken',
  );
  await office.issue('T-1', { policy: 'staff' });
  expect(codeOf(await removePolicy(management, helpdesk, { name: 'staff' }))).toBe('policy_used');
  accepted(await removePolicy(management, helpdesk, { name: 'guests' }));
  expect(codeOf(await removePolicy(management, helpdesk, { name: 'guests' }))).toBe('unknown_policy');
  expect((await listPolicies(office.store.db)).map(({ name, version }) => [name, version])).toEqual([
    ['staff', 1],
  ]);
  const acts = await office.store.db
    .selectFrom('audit')
    .select(['subject', 'detail'])
    .where('action', '=', 'policy.change')
    .orderBy('id')
    .execute();
  expect(acts.map(({ subject, detail }) => [subject, JSON.parse(detail)])).toEqual([
    ['staff', { what: 'created', version: 1 }],
    ['guests', { what: 'created', version: 1 }],
    ['guests', { what: 'removed', version: 1 }],
  ]);
});

test('a policy that no fob can satisfy is refused', async () => {
  await using office = await Office.open();
  const cases: [Partial<PolicyInput>, string][] = [
    [{ name: '' }, 'bad_policy_name'],
    [{ name: ' a' }, 'bad_policy_name'],
    [{ name: 'a\u0000' }, 'bad_policy_name'],
    [{ digits: 5 }, 'bad_digits'],
    [{ digits: 9 }, 'bad_digits'],
    [{ alphabet: 'hex', digits: 4 }, 'bad_digits'],
    [{ period: 9 }, 'bad_period'],
    [{ pinMinDigits: 3 }, 'bad_pin_digits'],
    [{ pinMinDigits: 17 }, 'bad_pin_digits'],
  ];
  for (const [changes, code] of cases)
    expect(
      codeOf(await createPolicy(office.management, helpdesk, { name: 'p', kind: 'totp', ...changes })),
    ).toBe(code);
  accepted(
    await createPolicy(office.management, helpdesk, { name: 'p', kind: 'totp', alphabet: 'hex', digits: 5 }),
  );
});
