import { randomUUID } from 'node:crypto';
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { type Algorithm, SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import type { Alphabet } from '@passfob/service/base/kinds';
import fc from 'fast-check';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { NOON_MS, newToken, Rig } from '../kit.ts';
import { Office } from '../users/kit.ts';

const NUMBERS: Readonly<Record<Alphabet, number>> = { decimal: 0, hex: 1, base32: 2, base64: 3 };
const HASHES: Readonly<Record<'sha1' | 'sha256' | 'sha512', Algorithm>> = {
  sha1: SHA1,
  sha256: SHA256,
  sha512: SHA512,
};

const cases = fc.record({
  alphabet: fc.constantFrom<Alphabet>('decimal', 'hex', 'base32', 'base64'),
  algorithm: fc.constantFrom('sha1' as const, 'sha256' as const, 'sha512' as const),
  digits: fc.integer({ min: 6, max: 8 }),
  seed: fc.uint8Array({ minLength: 16, maxLength: 64 }),
  counter: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 2 ** 31, max: 2 ** 40 })),
});

/** Returns a passcode as a person might copy it: in groups, and in another case. */
function copied(passcode: string, lower: boolean): string {
  const grouped = `${passcode.slice(0, 3)} ${passcode.slice(3)}`;
  return lower ? grouped.toLowerCase() : grouped;
}

test('passcodes of the fob’s own code are accepted in every alphabet, in any case unless case matters', async () => {
  await using rig = new Rig();
  const service = await rig.start({ lock: { threshold: 0, periodMs: 1000 } });
  await using office = await Office.beside(rig);
  await fc.assert(
    fc.asyncProperty(cases, async ({ alphabet, algorithm, digits, seed, counter }) => {
      const user = randomUUID();
      const token = newToken({
        user,
        serial: user,
        kind: 'hotp',
        counter,
        algorithm,
        alphabet,
        digits,
        secret: secret(seed),
      });
      await office.token(user, token);
      const shown = (at: number) =>
        hotp(new Hmac(hostPrimitives, HASHES[algorithm], token.secret), at, digits, NUMBERS[alphabet]);
      const outcome = async (passcode: string) =>
        (await service.validate({ user, passcode, source: '::1' })).outcome;
      const first = shown(counter);
      const lower = copied(first, true);
      const isSame = lower.replace(' ', '') === first;
      const exactly = alphabet === 'base64' && !isSame;
      expect(await outcome(lower)).toBe(exactly ? 'wrong' : 'accepted');
      expect(await outcome(copied(shown(counter + 1), false))).toBe('accepted');
      expect(await outcome(copied(shown(counter + 1), false))).toBe('replay');
    }),
    { numRuns: 60 },
  );
  expect(rig.clock.nowMs).toBe(NOON_MS);
});
