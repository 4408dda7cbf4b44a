import { type AesBlocks, ccmOpen, ccmSeal } from '@passfob/protocol/ccm';
import type { Algorithm, Hash, Parts, Primitives } from '@passfob/protocol/primitives';

const ZERO_IV = new Uint8Array(16);

/**
 * The protocol's primitives on Espruino's native hashes and AES. CCM is built from CBC and ECB: boards without native
 * CCM have both, and `mode:"CTR"` ignores its initialisation vector.
 *
 * A native call answers undefined where it finds no memory for its result. `new Uint8Array` of that throws, and so does
 * a hash over it, so that nothing is ever made of it: a command is refused, a frame counts as lost, and at a key the
 * fob reports the error.
 */
export class NativePrimitives implements Primitives, AesBlocks {
  private readonly AES: DeviceCrypto['AES'];
  /**
   * By algorithm number. Looked up once, because every passcode needs two. `hello` reports which of them the board
   * has.
   */
  private readonly hashes: Hash[];

  constructor() {
    const crypto = require('crypto');
    this.AES = crypto.AES;
    this.hashes = [crypto.SHA1, crypto.SHA1, crypto.SHA256, crypto.SHA512];
  }

  hash(algorithm: Algorithm, parts: Parts): Uint8Array {
    return new Uint8Array((this.hashes[algorithm] as Hash)(parts));
  }

  hasher(algorithm: Algorithm): Hash {
    return this.hashes[algorithm] as Hash;
  }

  cbc(key: Uint8Array, blocks: Uint8Array): Uint8Array {
    return this.encrypt(key, ZERO_IV, blocks);
  }

  ecb(key: Uint8Array, blocks: Uint8Array): Uint8Array {
    return new Uint8Array(this.AES.encrypt(blocks, key, { mode: 'ECB' }));
  }

  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array {
    return ccmSeal(this, key, nonce, plain);
  }

  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    return ccmOpen(this, key, nonce, sealed);
  }

  encrypt(key: Uint8Array, vector: Uint8Array, blocks: Uint8Array): Uint8Array {
    return new Uint8Array(this.AES.encrypt(blocks, key, { mode: 'CBC', iv: vector }));
  }

  decrypt(key: Uint8Array, vector: Uint8Array, blocks: Uint8Array): Uint8Array {
    return new Uint8Array(this.AES.decrypt(blocks, key, { mode: 'CBC', iv: vector }));
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
