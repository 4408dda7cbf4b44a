import { CCM_TAG_BYTES } from '../../../protocol/limits.ts';
import { type Algorithm, type Primitives, SHA1, SHA256 } from '../../../protocol/primitives.ts';

/** The protocol's primitives where the interpreter has AES-CCM itself, and AES in no other mode. */
export class CcmPrimitives implements Primitives {
  private readonly crypto: DeviceCrypto;

  constructor() {
    this.crypto = require('crypto');
  }

  hash(algorithm: Algorithm, parts: Uint8Array[]): Uint8Array {
    const crypto = this.crypto;
    return new Uint8Array(
      algorithm === SHA1
        ? crypto.SHA1(parts)
        : algorithm === SHA256
          ? crypto.SHA256(parts)
          : crypto.SHA512(parts),
    );
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
