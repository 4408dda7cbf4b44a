import { createCipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { equal, expand, extract, Hmac } from '@passfob/protocol/hmac';
import { hotp, timeStep } from '@passfob/protocol/otp';
import { pairingCodeOf, readPairingCode } from '@passfob/protocol/pairing';
import { type Algorithm, SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import { commonIv, recordNonce, senderKey } from '@passfob/protocol/session';
import fc from 'fast-check';
import { hostPrimitives as primitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const ascii = (text: string) => new Uint8Array(Buffer.from(text));
const hexOf = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');

it('HOTP: RFC 4226 appendix D', () => {
  const key = new Hmac(primitives, SHA1, ascii('12345678901234567890'));
  const values = Array.from({ length: 10 }, (_, counter) => hotp(key, counter, 6));
  expect(values).toEqual('755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' '));
});

it('TOTP: RFC 6238 appendix B, up to T = 20000000000', () => {
  const digits = '1234567890';
  const keys: [Algorithm, number][] = [
    [SHA1, 20],
    [SHA256, 32],
    [SHA512, 64],
  ];
  const table: Record<number, string[]> = {
    59: ['94287082', '46119246', '90693936'],
    1111111109: ['07081804', '68084774', '25091201'],
    1111111111: ['14050471', '67062674', '99943326'],
    1234567890: ['89005924', '91819424', '93441116'],
    2000000000: ['69279037', '90698825', '38618901'],
    20000000000: ['65353130', '77737706', '47863826'],
  };
  for (const [time, codes] of Object.entries(table)) {
    const found = keys.map(([algorithm, length]) =>
      hotp(
        new Hmac(primitives, algorithm, ascii(digits.repeat(7).slice(0, length))),
        timeStep(Number(time), 30),
        8,
      ),
    );
    expect(found).toEqual(codes);
  }
});

it('session keys: RFC 8613 appendix C.1.1', () => {
  const master = extract(primitives, hex('9e7ca92223786340'), hex('0102030405060708090a0b0c0d0e0f10'));
  expect(hexOf(senderKey(master, -1))).toBe('f0910ed7295e6ad4b54fc793154302ff');
  expect(hexOf(senderKey(master, 1))).toBe('ffb14e093c94c9cac9471648b4f98710');
  expect(hexOf(commonIv(master))).toBe('4622d4dd6d944168eefb54987c');
  // C.1.1 gives the nonces for counter 0: recipient id 01 and, for the empty id, the IV itself.
  expect(hexOf(recordNonce(commonIv(master), 1, 0))).toBe('4722d4dd6d944169eefb54987c');
});

it('CCM: RFC 3610 packet vector shape, against OpenSSL for every length', () => {
  for (let length = 1; length <= 100; length++) {
    const [key, nonce, plain] = [randomBytes(16), randomBytes(13), randomBytes(length)];
    const cipher = createCipheriv('aes-128-ccm', key, nonce, { authTagLength: 8 });
    cipher.setAAD(new Uint8Array(0), { plaintextLength: length });
    const expected = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    const sealed = primitives.seal(key, nonce, plain);
    expect(hexOf(sealed)).toBe(expected.toString('hex'));
    expect(hexOf(primitives.open(key, nonce, sealed))).toBe(plain.toString('hex'));
    const at = length % sealed.length;
    sealed[at] = (sealed[at] ?? 0) ^ (1 << (length % 8));
    expect(primitives.open(key, nonce, sealed)).toBeUndefined();
  }
});

it('two byte strings are equal only if no bit and no length differs', () => {
  for (let length = 0; length <= 33; length++) {
    const bytes = new Uint8Array(randomBytes(length));
    expect(equal(bytes, Uint8Array.from(bytes))).toBe(true);
    for (const other of [Uint8Array.of(...bytes, 0), Uint8Array.of(0, ...bytes)]) {
      expect([equal(bytes, other), equal(other, bytes)]).toEqual([false, false]);
    }
    for (let bit = 0; bit < 8 * length; bit++) {
      const other = Uint8Array.from(bytes);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(equal(bytes, other)).toBe(false);
    }
  }
});

it('CCM refuses a tag that differs in any one bit', () => {
  const [key, nonce] = [randomBytes(16), randomBytes(13)];
  const sealed = primitives.seal(key, nonce, randomBytes(20));
  for (let bit = 8 * 20; bit < 8 * sealed.length; bit++) {
    const other = Uint8Array.from(sealed);
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(primitives.open(key, nonce, other)).toBeUndefined();
  }
  expect(primitives.open(key, nonce, sealed)).toHaveLength(20);
});

it('HMAC, HKDF and CRC-32 agree with OpenSSL and zlib', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(bytes, bytes, (key, data) => {
      for (const [algorithm, name] of [
        [SHA1, 'sha1'],
        [SHA256, 'sha256'],
        [SHA512, 'sha512'],
      ] as const) {
        const mac = new Hmac(primitives, algorithm, key).mac([data.subarray(0, 3), data.subarray(3)]);
        expect(hexOf(mac)).toBe(createHmac(name, key).update(data).digest('hex'));
      }
      expect(hexOf(expand(extract(primitives, key, data), key, 32))).toBe(
        Buffer.from(hkdfSync('sha256', data, key, key, 32)).toString('hex'),
      );
      expect(primitives.crc32(data)).toBe(zlibCrc32(data));
    }),
  );
});

const entropy = fc.uint8Array({ minLength: 10, maxLength: 10 });

it('a pairing code reads back in any case and grouping', () => {
  fc.assert(
    fc.property(entropy, bytes => {
      const code = pairingCodeOf(bytes);
      expect(readPairingCode(code.toUpperCase().replace(/(...)/g, '$1 - '))).toBe(code);
    }),
  );
});

it('a pairing code detects every single wrong character and every adjacent swap', () => {
  fc.assert(
    fc.property(entropy, bytes => {
      const code = pairingCodeOf(bytes);
      for (let i = 0; i < code.length; i++) {
        for (const char of 'qpzry9x8gf2tvdw0s3jn54khce6mua7l') {
          const typed = code.slice(0, i) + char + code.slice(i + 1);
          if (typed !== code) expect(readPairingCode(typed)).toBeUndefined();
        }
        const swapped = code.slice(0, i) + (code[i + 1] ?? '') + code[i] + code.slice(i + 2);
        if (swapped !== code) expect(readPairingCode(swapped)).toBeUndefined();
      }
      expect(readPairingCode(code.slice(1))).toBeUndefined();
      expect(readPairingCode(code.replaceAll('0', 'O').replaceAll('l', '1'))).toBe(code);
      expect(readPairingCode(code.replaceAll('0', 'o').replaceAll('l', 'I'))).toBe(code);
    }),
    { numRuns: 20 },
  );
});
