import { pbkdf2 as nobleDerive, sha1, sha224, sha256, sha384, sha512 } from '../../third-party/noble.ts';

/** The hashes of `require("crypto")`, by Espruino's names. */
const HASHES = { SHA1: sha1, SHA224: sha224, SHA256: sha256, SHA384: sha384, SHA512: sha512 };

export type NativeHash = keyof typeof HASHES;

/** Returns the digest (FIPS 180-4). */
export function hash(name: NativeHash, bytes: Uint8Array): Uint8Array {
  return HASHES[name](bytes);
}

/**
 * Derives a key (RFC 8018 §5.2, with HMAC).
 * @param rounds 1 or more
 * @param length bytes of the key, 1 or more
 */
export function pbkdf2(
  name: NativeHash,
  password: Uint8Array,
  salt: Uint8Array,
  rounds: number,
  length: number,
): Uint8Array {
  return nobleDerive(HASHES[name], password, salt, { c: rounds, dkLen: length });
}
