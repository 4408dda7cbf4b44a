import { createHmac } from 'node:crypto';
import { alphabetOf, BASE32, BASE64, DECIMAL, HEXADECIMAL, readPasscode } from '@passfob/protocol/alphabet';
import { Hmac } from '@passfob/protocol/hmac';
import { CHARACTERS_MIN, COUNTER_MAX, DIGITS_MAX, DIGITS_MIN } from '@passfob/protocol/limits';
import { hotp } from '@passfob/protocol/otp';
import { type Algorithm, SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import fc from 'fast-check';
import { hostPrimitives as primitives } from 'passfob/client/primitives';
import { describe, expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';

/** Written out, so that the code's own table is not checked against itself. */
const ALPHABETS = [
  { name: 'decimal', alphabet: DECIMAL, chars: '0123456789', caseBlind: true },
  { name: 'hexadecimal', alphabet: HEXADECIMAL, chars: '0123456789ABCDEF', caseBlind: true },
  { name: 'Base32', alphabet: BASE32, chars: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', caseBlind: true },
  {
    name: 'Base64',
    alphabet: BASE64,
    chars: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
    caseBlind: false,
  },
] as const;

const HASHES = ['', 'sha1', 'sha256', 'sha512'] as const;
const key = fc.uint8Array({ minLength: 10, maxLength: 128 }).map(secret);
const algorithm = fc.constantFrom<Algorithm>(SHA1, SHA256, SHA512);
const counter = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 5, COUNTER_MAX),
);

function macOf(hash: Algorithm, secretKey: Uint8Array, moving: number): Buffer {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(moving));
  return createHmac(HASHES[hash], secretKey).update(message).digest();
}

describe.each(ALPHABETS)('passcodes in $name', ({ alphabet, chars, caseBlind }) => {
  const characters = fc.integer({ min: alphabet ? CHARACTERS_MIN : DIGITS_MIN, max: DIGITS_MAX });
  const code = fc
    .array(fc.constantFrom(...chars), { minLength: CHARACTERS_MIN, maxLength: DIGITS_MAX })
    .map(list => list.join(''));
  const separator = fc.constantFrom('', ' ', '  ', '-', '\t', ' - ', '\r\n');

  it('passcodes name their characters in the order of their values', () => {
    expect(alphabetOf(alphabet)).toBe(chars);
  });

  it('passcodes have the character at the byte of the HMAC modulo the size, or the RFC digits', () => {
    fc.assert(
      fc.property(key, algorithm, counter, characters, (secretKey, hash, moving, length) => {
        const mac = macOf(hash, secretKey, moving);
        const value = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff;
        const expected = alphabet
          ? [...mac.subarray(0, length)].map(byte => chars[byte % chars.length]).join('')
          : `${value % 10 ** length}`.padStart(length, '0');
        expect(hotp(new Hmac(primitives, hash, secretKey), moving, length, alphabet)).toBe(secret(expected));
      }),
    );
  });

  it('passcodes are unbiased, as every byte stands for each character equally often', () => {
    if (alphabet) expect(256 % chars.length).toBe(0);
  });

  it('passcodes are read with any separators, and in either case where the alphabet has one', () => {
    fc.assert(
      fc.property(code, fc.array(separator, { minLength: 10 }), fc.boolean(), (shown, between, lower) => {
        const cased = caseBlind && lower ? shown.toLowerCase() : shown;
        const typed = [...cased].map((char, i) => (between[i] ?? '') + char).join('') + (between[9] ?? '');
        expect(readPasscode(typed, alphabet)).toBe(shown);
      }),
    );
  });

  it('passcodes with a character outside the alphabet are refused, at any position', () => {
    const foreign = fc
      .string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' })
      .filter(char => !chars.includes(caseBlind ? char.toUpperCase() : char) && !' \t\r\n-'.includes(char));
    fc.assert(
      fc.property(code, foreign, fc.nat({ max: DIGITS_MAX }), (shown, char, place) => {
        expect(readPasscode(shown.slice(0, place) + char + shown.slice(place), alphabet)).toBeUndefined();
      }),
    );
  });

  it('empty passcodes are refused', () => {
    for (const nothing of ['', ' ', '-', ' - \t']) expect(readPasscode(nothing, alphabet)).toBeUndefined();
  });
});

it('Base64 keeps case and punctuation: another case is another passcode', () => {
  expect([readPasscode('aB+/9', BASE64), readPasscode('Ab+/9', BASE64)]).toEqual(['aB+/9', 'Ab+/9']);
  // Mail programs may turn characters into those of base64url, which stand for nothing here.
  expect(readPasscode('aB_/9', BASE64)).toBeUndefined();
});

it('an unknown alphabet number reads nothing', () => {
  for (const alphabet of [-1, 4, 15]) {
    expect(alphabetOf(alphabet)).toBe('');
    expect(readPasscode('123456', alphabet)).toBeUndefined();
  }
});
