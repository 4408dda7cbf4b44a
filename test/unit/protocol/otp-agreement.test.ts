import { execFileSync } from 'node:child_process';
import { storedKey } from '@passfob/protocol/account';
import { Hmac } from '@passfob/protocol/hmac';
import {
  COUNTER_MAX,
  PERIOD_SECONDS_MAX,
  PERIOD_SECONDS_MIN,
  SECRET_BYTES_MAX,
  SECRET_BYTES_MIN,
} from '@passfob/protocol/limits';
import { hotp, timeStep } from '@passfob/protocol/otp';
import { SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import fc from 'fast-check';
import { createGuardrails, generateSync } from 'otplib';
import { hostPrimitives as primitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { itNeeds, needsTool } from '../../kit/tools.ts';

const ALGORITHMS = { [SHA1]: 'sha1', [SHA256]: 'sha256', [SHA512]: 'sha512' } as const;

const account = fc.record({
  key: fc.uint8Array({ minLength: SECRET_BYTES_MIN, maxLength: SECRET_BYTES_MAX }).map(secret),
  algorithm: fc.constantFrom<1 | 2 | 3>(SHA1, SHA256, SHA512),
  digits: fc.constantFrom<6 | 7 | 8>(6, 7, 8),
});

/** Bounds of 32-bit numbers, of signed time and of doubles, and everything between them. */
const counter = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40, COUNTER_MAX),
);
/** Seconds since 1970, beyond the years 2038 and 2106. */
const time = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 40 }),
  fc.constantFrom(0, 59, 2 ** 31, 2 ** 32, 20000000000),
);
const period = fc.integer({ min: PERIOD_SECONDS_MIN, max: PERIOD_SECONDS_MAX });

type Account = typeof account extends fc.Arbitrary<infer T> ? T : never;

/** Returns the passcode as a fob computes it: from the key as it is stored. */
function ours({ key, algorithm, digits }: Account, moving: number): string {
  return hotp(new Hmac(primitives, algorithm, storedKey(primitives, algorithm, key)), moving, digits);
}

/** otplib refuses short and long secrets and late counters by default; the comparison is about values. */
const guardrails = createGuardrails({
  MIN_SECRET_BYTES: SECRET_BYTES_MIN,
  MAX_SECRET_BYTES: SECRET_BYTES_MAX,
  MAX_COUNTER: COUNTER_MAX,
  MAX_PERIOD: PERIOD_SECONDS_MAX,
});

it('passcodes agree with otplib: 1,000 HOTP values', () => {
  fc.assert(
    fc.property(account, counter, (made, moving) => {
      const theirs = generateSync({
        strategy: 'hotp',
        secret: made.key,
        algorithm: ALGORITHMS[made.algorithm],
        digits: made.digits,
        counter: moving,
        guardrails,
      });
      expect(ours(made, moving)).toBe(theirs);
    }),
    { numRuns: 1000 },
  );
});

it('passcodes agree with otplib: 1,000 TOTP values', () => {
  fc.assert(
    fc.property(account, time, period, (made, epoch, seconds) => {
      const theirs = generateSync({
        strategy: 'totp',
        secret: made.key,
        algorithm: ALGORITHMS[made.algorithm],
        digits: made.digits,
        period: seconds,
        epoch,
        guardrails,
      });
      expect(ours(made, timeStep(epoch, seconds))).toBe(theirs);
    }),
    { numRuns: 1000 },
  );
});

itNeeds(needsTool('oathtool'), 'passcodes agree with oathtool: 25 HOTP values', oathtool => {
  const sha1 = account.map(made => ({ ...made, algorithm: SHA1 }) as const);
  fc.assert(
    fc.property(sha1, counter, (made, moving) => {
      const options = ['--hotp', `--counter=${moving}`, `--digits=${made.digits}`];
      expect(ours(made, moving)).toBe(theirsOf(oathtool, options, made.key));
    }),
    { numRuns: 25 },
  );
});

itNeeds(needsTool('oathtool'), 'passcodes agree with oathtool: 25 TOTP values', oathtool => {
  fc.assert(
    fc.property(account, time, period, (made, epoch, seconds) => {
      const options = [
        `--totp=${ALGORITHMS[made.algorithm]}`,
        `--now=@${epoch}`,
        `--time-step-size=${seconds}s`,
        `--digits=${made.digits}`,
      ];
      expect(ours(made, timeStep(epoch, seconds))).toBe(theirsOf(oathtool, options, made.key));
    }),
    { numRuns: 25 },
  );
});

/** oathtool reads the key from its standard input: on a command line all users could see it. */
function theirsOf(oathtool: string, options: readonly string[], key: Uint8Array): string {
  const input = Buffer.from(key).toString('hex');
  return execFileSync(oathtool, [...options, '-'], {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  }).trim();
}
