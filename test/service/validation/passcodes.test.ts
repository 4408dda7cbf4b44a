import { tokenLimits } from '@passfob/service/base/limits/tokens';
import { matchingSteps, type PasscodeFacts, passcodeAt, sameText } from '@passfob/service/base/passcode';
import { otplibAgrees } from '@passfob/service/base/second-opinion';
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

// RFC 4226, Appendix D.
const HOTP_VECTORS = [
  '755224',
  '287082',
  '359152',
  '969429',
  '338314',
  '254676',
  '287922',
  '162583',
  '399871',
  '520489',
];
// RFC 6238, Appendix B: the seconds since 1970, and the passcodes with SHA-1, SHA-256 and SHA-512.
const TOTP_VECTORS = [
  [59, '94287082', '46119246', '90693936'],
  [1_111_111_109, '07081804', '68084774', '25091201'],
  [1_111_111_111, '14050471', '67062674', '99943326'],
  [1_234_567_890, '89005924', '91819424', '93441116'],
  [2_000_000_000, '69279037', '90698825', '38618901'],
  [20_000_000_000, '65353130', '77737706', '47863826'],
] as const;
const vectorSeed = (length: number) => secret(Buffer.from('1234567890'.repeat(7).slice(0, length)));

test('the passcodes of the examples in RFC 4226 and RFC 6238 are right', () => {
  for (const [step, passcode] of HOTP_VECTORS.entries()) {
    const form = { algorithm: 'sha1', alphabet: 'decimal', digits: 6 } as const;
    expect(passcodeAt(form, vectorSeed(20), step)).toBe(passcode);
    expect(otplibAgrees(form, vectorSeed(20), { step, passcode })).toBe(true);
  }
  for (const [seconds, ...passcodes] of TOTP_VECTORS)
    for (const [at, algorithm] of (['sha1', 'sha256', 'sha512'] as const).entries()) {
      const form = { algorithm, alphabet: 'decimal', digits: 8 } as const;
      const seed = vectorSeed([20, 32, 64][at] ?? 0);
      expect(passcodeAt(form, seed, Math.floor(seconds / 30))).toBe(passcodes[at]);
    }
});

test('otplib contradicts any other passcode, and has no opinion on those of other alphabets', () => {
  const form = { algorithm: 'sha1', alphabet: 'decimal', digits: 6 } as const;
  expect(otplibAgrees(form, vectorSeed(20), { step: 0, passcode: '755225' })).toBe(false);
  expect(
    otplibAgrees({ ...form, alphabet: 'hex' }, vectorSeed(20), { step: 0, passcode: '755224' }),
  ).toBeUndefined();
});

test('a step that is no whole number from 0 to 2^53 - 1 has no passcode', () => {
  const form = { algorithm: 'sha1', alphabet: 'decimal', digits: 6 } as const;
  for (const step of [-1, 0.5, Number.NaN, 2 ** 53])
    expect(() => passcodeAt(form, vectorSeed(20), step)).toThrow(RangeError);
});

test('two texts are the same only if all their characters are', () => {
  const text = fc.string({ unit: fc.constantFrom('0', '1', '\u0000', 'é'), maxLength: 4 });
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(sameText(one, other)).toBe(one === other);
    }),
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
