import { HASH_BYTES } from './limits.ts';
import { type Algorithm, type Hash, type Parts, type Primitives, SHA256, SHA512 } from './primitives.ts';

/** HMAC (RFC 2104) that keeps the padded keys, since padding is most of the work of a passcode on a slow board. */
export class Hmac {
  readonly primitives: Primitives;
  readonly algorithm: Algorithm;
  private readonly hash: Hash;
  private readonly block: number;
  private readonly innerWords: Int32Array;
  private readonly outerWords: Int32Array;
  private readonly inner: Uint8Array;
  private readonly outer: Uint8Array;
  /** Words of the key in the pads. The words behind them are those of an empty key. */
  private words: number;

  /** @param key any length; one longer than the hash's block is hashed first (RFC 2104 §2). */
  constructor(primitives: Primitives, algorithm: Algorithm, key: Uint8Array) {
    const block = algorithm === SHA512 ? 128 : 64;
    const inner = new Int32Array(block >> 2);
    const outer = new Int32Array(block >> 2);
    this.primitives = primitives;
    this.algorithm = algorithm;
    this.hash = primitives.hasher
      ? primitives.hasher(algorithm)
      : parts => primitives.hash(algorithm, parts as Parts);
    this.block = block;
    this.innerWords = inner;
    this.outerWords = outer;
    this.inner = new Uint8Array(inner.buffer);
    this.outer = new Uint8Array(outer.buffer);
    this.words = -1;
    this.rekey(key);
  }

  /** Takes another key. Nothing of the old key is left, and no memory is allocated. */
  rekey(key: Uint8Array): this {
    const length = key.length;
    if (length > this.block) return this.rekey(this.primitives.hash(this.algorithm, [key]));
    const inner = this.innerWords;
    const outer = this.outerWords;
    // By words, and only those of the key: the loop is expensive on an interpreter whose cost grows with each token.
    let i = (length + 3) >> 2;
    if (i !== this.words || length & 3) this.pad(i);
    this.inner.set(key, 0);
    while (i--) {
      (inner[i] as number) ^= 0x36363636;
      // 0x36 ^ 0x5c in each byte.
      outer[i] = (inner[i] as number) ^ 0x6a6a6a6a;
    }
    return this;
  }

  private pad(words: number): void {
    this.words = words;
    this.innerWords.fill(0, 0, words);
    this.innerWords.fill(0x36363636, words);
    this.outerWords.fill(0x5c5c5c5c, words);
  }

  /** Returns the MAC over the concatenated parts. */
  mac(parts: Uint8Array[]): Uint8Array {
    const hash = this.hash;
    return new Uint8Array(hash([this.outer, hash([this.inner, parts])]));
  }
}

/** HKDF-Extract with SHA-256 (RFC 5869 §2.2). */
export function extract(primitives: Primitives, salt: Uint8Array, secret: Uint8Array): Hmac {
  return new Hmac(primitives, SHA256, new Hmac(primitives, SHA256, salt).mac([secret]));
}

const FIRST_BLOCK = new Uint8Array([1]);

/** HKDF-Expand for at most one block of SHA-256 (RFC 5869 §2.3): 1 to 32 bytes. */
export function expand(pseudorandomKey: Hmac, info: Uint8Array, length: number): Uint8Array {
  const block = pseudorandomKey.mac([info, FIRST_BLOCK]);
  return length < HASH_BYTES ? new Uint8Array(block.subarray(0, length)) : block;
}

/** Compares two byte strings in a time that depends only on their lengths. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  let i = a.length;
  let difference = i ^ b.length;
  // Bytes past the end of the shorter string change nothing, since the lengths differ already.
  while (i--) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}
