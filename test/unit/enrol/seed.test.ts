import { hkdfSync, randomBytes } from 'node:crypto';
import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import fc from 'fast-check';
import { connect } from 'passfob/client/client';
import { BOARDS_WITHOUT } from 'passfob/enrol/algorithms';
import { ALPHABET_NAMES } from 'passfob/enrol/alphabets';
import { withFobRandomness } from 'passfob/enrol/mixed-seed';
import { otpauthOf, parseOtpauth } from 'passfob/enrol/otpauth';
import { freshSeed } from 'passfob/enrol/seed';
import { describe, expect, it } from 'vitest';
import { BangleDriver } from '../../fob/conformance/banglejs2-driver.ts';
import { PicoHidDriver } from '../../fob/conformance/pico-hid-driver.ts';
import { SimulatorDriver } from '../../fob/conformance/simulator-driver.ts';
import { secret } from '../../kit/secrets.ts';
import { name, SECRET_BYTES } from './accounts.ts';

const chance = (length: number) => secret(new Uint8Array(randomBytes(length)));

it('a fresh seed is a usual TOTP account where no settings are given', () => {
  const seed = freshSeed({ label: 'alice' }, chance);
  expect({ ...seed, secret: seed.secret.length }).toEqual({
    kind: KIND_TOTP,
    algorithm: SHA1,
    digits: 6,
    alphabet: 'decimal',
    period: 30,
    counter: 0,
    issuer: '',
    label: 'alice',
    secret: 20,
    warnings: [],
  });
});

it.each([
  [SHA1, 20],
  [SHA256, 32],
  [SHA512, 64],
] as const)(
  'a seed has as many bytes as hash %i gives: %i, all from the source of randomness',
  (algorithm, length) => {
    const drawn: Uint8Array[] = [];
    const seed = freshSeed({ algorithm, label: 'alice' }, count => {
      const bytes = chance(count);
      drawn.push(bytes);
      return bytes;
    });
    expect(drawn.map(bytes => bytes.length)).toEqual([length]);
    expect(seed.secret).toEqual(drawn[0]);
  },
);

it('a fresh seed becomes a URI that reads back as itself', () => {
  const options = fc.record(
    {
      kind: fc.constantFrom<1 | 2>(KIND_HOTP, KIND_TOTP),
      algorithm: fc.constantFrom<1 | 2 | 3>(SHA1, SHA256, SHA512),
      digits: fc.integer({ min: 6, max: 8 }),
      alphabet: fc.constantFrom(...ALPHABET_NAMES),
      period: fc.integer({ min: 15, max: 300 }),
      issuer: name,
      label: name.filter(text => text !== ''),
    },
    { requiredKeys: ['label'] },
  );
  fc.assert(
    fc.property(options, wanted => {
      const seed = freshSeed(wanted, chance);
      expect(parseOtpauth(otpauthOf(seed))).toEqual(seed);
      expect(seed).toMatchObject({ ...wanted, period: seed.kind === KIND_HOTP ? 0 : (wanted.period ?? 30) });
    }),
  );
});

it('a fresh seed is as long as the hash of an OCRA suite gives', () => {
  const suite = { algorithm: 3, digits: 10, question: 1, length: 10, inputs: 8, step: 30 };
  const seed = freshSeed({ label: 'bank', suite }, chance);
  expect(seed).toMatchObject({ kind: 3, algorithm: 3, digits: 10, period: 0, counter: 0, suite });
  expect(seed.secret).toHaveLength(64);
});

it.each([
  [{ digits: 11 }, /11 digits/],
  [{ digits: 6.5 }, /6.5 digits/],
  [{ digits: 5 }, /5 digits/],
  [{ alphabet: 'hex', digits: 4 }, /4 characters/],
  [{ alphabet: 'base64', digits: 9 }, /9 characters/],
  [{ period: 0 }, /period of 0 seconds/],
  [{ issuer: 'i'.repeat(33) }, /issuer is 1 byte too long/],
  [{ label: 'bell\u0007' }, /label .* cannot be shown/],
] as const)('a fresh seed is refused for %o', (wanted, sentence) => {
  expect(() => freshSeed({ label: 'alice', ...wanted }, chance)).toThrow(sentence);
});

describe('fresh secrets', () => {
  const chance = new Uint8Array(32).fill(5);
  const totp = freshSeed({ issuer: 'Example', label: 'alice@example.com' }, () => SECRET_BYTES);

  it('a fresh secret is HKDF-SHA-512 over randomness of computer and fob, by the names of the account', () => {
    const names = JSON.stringify(['passfob seed', 'Example', 'alice@example.com']);
    const expected = new Uint8Array(hkdfSync('sha512', SECRET_BYTES, chance, names, 20));
    expect(withFobRandomness(totp, chance)).toEqual({ ...totp, secret: expected });
  });

  it.each([20, 32, 64])('a fresh secret keeps its %d bytes, and depends on each of its sources', length => {
    const one = { ...totp, secret: new Uint8Array(length).fill(1) };
    const made = [
      withFobRandomness(one, chance),
      withFobRandomness(
        one,
        chance.map(byte => byte ^ 1),
      ),
      withFobRandomness({ ...one, secret: new Uint8Array(length).fill(2) }, chance),
      withFobRandomness({ ...one, label: 'bob' }, chance),
    ].map(({ secret }) => Buffer.from(secret).toString('hex'));
    expect([new Set(made).size, made.every(text => text.length === length * 2)]).toEqual([4, true]);
  });
});

it('the boards without an algorithm are those whose images say so', async () => {
  const bus = ['pico', 'espruino-wifi', 'rpi-pico', 'rpi-pico2'] as const;
  const drivers = bus.map(board => new SimulatorDriver({}, board));
  for (const driver of [...drivers, new PicoHidDriver(), new BangleDriver()]) {
    const client = connect(driver.transport);
    const { board, algorithms } = await client.hello();
    for (const algorithm of [SHA1, SHA256, SHA512] as const)
      expect(BOARDS_WITHOUT[algorithm].includes(board), `${board} ${algorithm}`).toBe(
        ((algorithms >> algorithm) & 1) === 0,
      );
    await client.close();
    driver.fob.close();
  }
});
