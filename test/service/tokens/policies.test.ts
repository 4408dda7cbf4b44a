import { changePolicy, createPolicy, type PolicyInput } from '@passfob/service/subjects/tokens/policies';
import fc from 'fast-check';
import { expect } from 'vitest';
import { helpdesk, testOfOffice as test } from '../users/kit.ts';

const looks: fc.Arbitrary<Omit<PolicyInput, 'name'>> = fc.record({
  kind: fc.constantFrom('hotp', 'totp'),
  algorithm: fc.constantFrom('sha1', 'sha256', 'sha512'),
  alphabet: fc.constantFrom('decimal', 'hex', 'base32', 'base64'),
  digits: fc.integer({ min: 6, max: 8 }),
  period: fc.integer({ min: 15, max: 300 }),
  pinPlace: fc.constantFrom('none', 'fob', 'service'),
  pinMinDigits: fc.integer({ min: 4, max: 16 }),
});

test('property: a changed policy applies to the next token and to no existing one', async office => {
  await office.do(createPolicy, { name: 'staff', kind: 'totp' }, helpdesk);
  let version = 1;
  let made = 0;
  const tokens = () => office.store.db.selectFrom('tokens').selectAll().orderBy('id').execute();
  await fc.assert(
    fc.asyncProperty(looks, async look => {
      await office.issue(`T-${made++}`, { policy: 'staff' });
      const before = await tokens();
      expect((await office.do(changePolicy, { name: 'staff', ...look }, helpdesk)).version).toBe(++version);
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

test('a policy that no fob can satisfy is refused', async office => {
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
    expect(await office.code(createPolicy, { name: 'p', kind: 'totp', ...changes }, helpdesk)).toBe(code);
  await office.do(createPolicy, { name: 'p', kind: 'totp', alphabet: 'hex', digits: 5 }, helpdesk);
});
