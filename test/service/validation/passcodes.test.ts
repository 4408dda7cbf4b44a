import { tokenLimits } from '@passfob/service/base/limits/tokens';
import { matchingSteps, type PasscodeFacts, passcodeAt } from '@passfob/service/base/passcode';
import fc from 'fast-check';
import { createGuardrails, generateSync } from 'otplib';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';

const token = fc.record({
  seed: fc
    .uint8Array({ minLength: tokenLimits.secretMinBytes, maxLength: tokenLimits.secretMaxBytes })
    .map(secret),
  algorithm: fc.constantFrom('sha1' as const, 'sha256' as const, 'sha512' as const),
  digits: fc.constantFrom<6 | 7 | 8>(6, 7, 8),
  step: fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 2 ** 32 - 1, 2 ** 32, tokenLimits.counterMax)),
});

test('the passcodes used for verification equal those of unmodified otplib', () => {
  const guardrails = createGuardrails({
    MIN_SECRET_BYTES: tokenLimits.secretMinBytes,
    MAX_SECRET_BYTES: tokenLimits.secretMaxBytes,
    MAX_COUNTER: Number.MAX_SAFE_INTEGER,
  });
  fc.assert(
    fc.property(token, ({ seed, algorithm, digits, step }) => {
      const theirs = generateSync({
        strategy: 'hotp',
        secret: seed,
        algorithm,
        digits,
        counter: step,
        guardrails,
      });
      expect(passcodeAt({ algorithm, alphabet: 'decimal', digits }, seed, step)).toBe(theirs);
    }),
    { numRuns: 500 },
  );
});

test('matching stops at the first new step if one is enough, and otherwise lists all of them', () => {
  fc.assert(
    fc.property(token, fc.nat(12), ({ seed, algorithm, digits }, ahead) => {
      const facts: PasscodeFacts = {
        kind: 'hotp',
        algorithm,
        alphabet: 'decimal',
        digits,
        periodSeconds: null,
        lastStep: 7,
        driftSteps: 0,
        lookAhead: 10,
      };
      const shown = { passcode: passcodeAt(facts, seed, 8 + ahead), nowMs: 0 };
      const all = matchingSteps(facts, seed, { ...shown, isEnough: false });
      expect(all.includes(8 + ahead)).toBe(ahead < 10);
      expect(matchingSteps(facts, seed, { ...shown, isEnough: true })).toEqual(all.slice(0, 1));
    }),
    { numRuns: 100 },
  );
});
