/** Hash functions of RFC 6238 §1.2, by their numbers on the wire and in records. */
export const SHA1 = 1;
export const SHA256 = 2;
export const SHA512 = 3;
export type Algorithm = typeof SHA1 | typeof SHA256 | typeof SHA512;

export type Parts = (Uint8Array | Uint8Array[])[];

/** A hash over parts, which may be hashes themselves. */
export type Hash = (parts: (Uint8Array | Uint8Array[] | ArrayBuffer)[]) => Uint8Array | ArrayBuffer;

/**
 * Cryptographic functions of the platform: native on a board, @noble on a host. A port: the protocol never names a
 * library or a device global.
 */
export interface Primitives {
  /** Hash of the concatenated parts, nested lists flattened: 20, 32 or 64 bytes. */
  hash(algorithm: Algorithm, parts: Parts): Uint8Array;
  /** Returns the function behind `hash`, if there is one: a MAC then needs two calls less. */
  hasher?(algorithm: Algorithm): Hash;
  /** AES-128-CCM, 13-byte nonce, 8-byte tag, no associated data (RFC 3610): ciphertext followed by the tag. */
  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array;
  /** Returns the plaintext, or undefined if the tag is wrong. */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  /**
   * Encrypts whole blocks under a key and a 16-byte initialisation vector, to the same length. It gives secrecy only:
   * the caller must authenticate the bytes by other means. AES-128-CBC where the board has it. Not on the wire.
   */
  encrypt(key: Uint8Array, vector: Uint8Array, blocks: Uint8Array): Uint8Array;
  decrypt(key: Uint8Array, vector: Uint8Array, blocks: Uint8Array): Uint8Array;
  /** CRC-32 as in zlib and Ethernet (reflected 0xEDB88320), 0 to 2^32 - 1. */
  crc32(bytes: Uint8Array): number;
  /** Standard base64 with padding (RFC 4648 §4). */
  encode64(bytes: Uint8Array): string;
  /**
   * Decodes base64 that has passed the checks in `frame.ts`. Other input may give any result: Espruino's `atob`
   * returns a string of length -1 over foreign memory for `"=="`.
   */
  decode64(text: string): Uint8Array;
  /** One character for each byte. */
  text(bytes: Uint8Array): string;
}
