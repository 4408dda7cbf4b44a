import { CCM_NONCE_BYTES, CCM_TAG_BYTES } from '@passfob/protocol/limits';
import type { Algorithm, Hash, Parts, Primitives } from '@passfob/protocol/primitives';

/** The protocol's primitives for interpreters with native AES-CCM and no other AES mode. */
export class CcmPrimitives implements Primitives {
  /** By algorithm number. */
  private readonly hashes: Hash[];

  constructor() {
    const crypto = require('crypto');
    this.hashes = [crypto.SHA1, crypto.SHA1, crypto.SHA256, crypto.SHA512];
  }

  hash(algorithm: Algorithm, parts: Parts): Uint8Array {
    return new Uint8Array((this.hashes[algorithm] as Hash)(parts));
  }

  hasher(algorithm: Algorithm): Hash {
    return this.hashes[algorithm] as Hash;
  }

  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(plain.length + CCM_TAG_BYTES);
    const result = AES.ccmEncrypt(plain, key, nonce, CCM_TAG_BYTES);
    sealed.set(new Uint8Array(result.data));
    sealed.set(new Uint8Array(result.tag), plain.length);
    return sealed;
  }

  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const end = sealed.length - CCM_TAG_BYTES;
    if (end < 0) return undefined;
    const plain = AES.ccmDecrypt(sealed.subarray(0, end), key, nonce, sealed.subarray(end, sealed.length));
    return plain && new Uint8Array(plain);
  }

  /**
   * Uses the counter mode inside CCM (RFC 3610 §2.3) without the tag. The first 13 bytes of the vector must differ
   * each time.
   */
  encrypt(key: Uint8Array, vector: Uint8Array, blocks: Uint8Array): Uint8Array {
    return new Uint8Array(
      AES.ccmEncrypt(blocks, key, vector.subarray(0, CCM_NONCE_BYTES), CCM_TAG_BYTES).data,
    );
  }

  decrypt(key: Uint8Array, vector: Uint8Array, blocks: Uint8Array): Uint8Array {
    return this.encrypt(key, vector, blocks);
  }

  text(bytes: Uint8Array): string {
    return E.toString(bytes);
  }

  crc32(bytes: Uint8Array): number {
    return E.CRC32(bytes);
  }

  encode64(bytes: Uint8Array): string {
    return btoa(bytes);
  }

  decode64(text: string): Uint8Array {
    return E.toUint8Array(atob(text));
  }
}
