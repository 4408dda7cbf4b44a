import { createCipheriv, createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { aesCbc, aesCfb8, aesCtr, aesEcb } from '@passfob/simulator/interpreter/native-crypto/aes';
import { ccmHolds, ccmOpen, ccmSeal } from '@passfob/simulator/interpreter/native-crypto/ccm';
import { hash, type NativeHash, pbkdf2 } from '@passfob/simulator/interpreter/native-crypto/hashes';
import { describe, expect, it } from 'vitest';
import { LONG, seedsOf } from '../../kit/counts.ts';

const HASHES = ['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'] satisfies [NativeHash, ...NativeHash[]];
const KEY_BYTES = [16, 24, 32] as const;
const SEEDS = seedsOf(40, 4_000);

/** What OpenSSL makes of it, without padding. */
function openssl(name: string, key: Uint8Array, iv: Uint8Array | null, data: Uint8Array, encrypt: boolean) {
  const cipher = encrypt ? createCipheriv(name, key, iv) : createDecipheriv(name, key, iv);
  cipher.setAutoPadding(false);
  return new Uint8Array(Buffer.concat([cipher.update(data), cipher.final()]));
}

/** The message of a failure names the seed. */
function same(made: Uint8Array, expected: Uint8Array, seed: number): void {
  expect(Buffer.from(made).toString('hex'), `seed ${seed}`).toBe(Buffer.from(expected).toString('hex'));
}

describe('the native calls of the interpreter', LONG, () => {
  it('hashes of random bytes are those of OpenSSL', () => {
    for (const seed of SEEDS) {
      const chance = makeRandomness(seed, 'hash');
      const bytes = chance.bytes(chance.below(300));
      for (const name of HASHES)
        same(hash(name, bytes), new Uint8Array(createHash(name).update(bytes).digest()), seed);
    }
  });

  it('keys derived by PBKDF2 from random passwords are those of OpenSSL', () => {
    for (const seed of SEEDS) {
      const chance = makeRandomness(seed, 'pbkdf2');
      const [password, salt] = [chance.bytes(chance.below(200)), chance.bytes(chance.below(100))];
      const [rounds, length] = [1 + chance.below(20), 1 + chance.below(100)];
      const name = chance.pick(HASHES);
      const expected = new Uint8Array(pbkdf2Sync(password, salt, rounds, length, name));
      same(pbkdf2(name, password, salt, rounds, length), expected, seed);
    }
  });

  it('AES of random blocks is that of OpenSSL in the modes ECB, CBC, CTR and CFB8', () => {
    for (const seed of SEEDS) {
      const chance = makeRandomness(seed, 'aes');
      const size = chance.pick(KEY_BYTES);
      const [key, iv] = [chance.bytes(size), chance.bytes(16)];
      const blocks = chance.bytes(chance.below(9) * 16);
      const bytes = chance.bytes(chance.below(100));
      // The last bytes of the counter carry over.
      const counter = Uint8Array.from(iv, (byte, at) => (at > 8 ? 0xff : byte));
      const bits = size * 8;
      for (const encrypt of [true, false]) {
        same(aesEcb(key, blocks, encrypt), openssl(`aes-${bits}-ecb`, key, null, blocks, encrypt), seed);
        same(aesCbc(key, iv, blocks, encrypt), openssl(`aes-${bits}-cbc`, key, iv, blocks, encrypt), seed);
      }
      same(aesCtr(key, counter, bytes), openssl(`aes-${bits}-ctr`, key, counter, bytes, true), seed);
      same(aesCfb8(key, iv, bytes), openssl(`aes-${bits}-cfb8`, key, iv, bytes, true), seed);
    }
  });

  it('CCM of random texts is that of OpenSSL for every length of nonce and tag', () => {
    for (const seed of SEEDS) {
      const chance = makeRandomness(seed, 'ccm');
      const size = chance.pick(KEY_BYTES);
      const [key, nonce] = [chance.bytes(size), chance.bytes(7 + chance.below(7))];
      const plain = chance.bytes(chance.below(200));
      const authTagLength = 4 + 2 * chance.below(7);
      const cipher = createCipheriv(`aes-${(size * 8) as 128 | 192 | 256}-ccm`, key, nonce, {
        authTagLength,
      });
      const data = Buffer.concat([cipher.update(plain), cipher.final()]);
      const sealed = ccmSeal(key, nonce, plain, authTagLength);
      same(sealed.data, new Uint8Array(data), seed);
      same(sealed.tag, new Uint8Array(cipher.getAuthTag()), seed);
      same(ccmOpen(key, nonce, sealed.data, sealed.tag) ?? new Uint8Array(0), plain, seed);
      const wrong = sealed.tag.slice();
      const at = chance.below(authTagLength);
      wrong[at] = (wrong[at] as number) ^ (1 << chance.below(8));
      expect(ccmOpen(key, nonce, sealed.data, wrong), `seed ${seed}`).toBeUndefined();
    }
  });

  it('a text of 65,536 bytes is too long for CCM with a nonce of 13 bytes, as for OpenSSL', () => {
    const [key, nonce] = [new Uint8Array(16), new Uint8Array(13)];
    const sealing = (length: number) => () => {
      const cipher = createCipheriv('aes-128-ccm', key, nonce, { authTagLength: 8 });
      return cipher.update(new Uint8Array(length));
    };
    expect(sealing(65_535)).not.toThrow();
    expect(sealing(65_536)).toThrow();
    expect([ccmHolds(nonce, 65_535), ccmHolds(nonce, 65_536)]).toEqual([true, false]);
    expect(ccmHolds(nonce.subarray(1), 65_536)).toBe(true);
  });
});
