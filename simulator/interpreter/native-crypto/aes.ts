import { AES_BLOCK_BYTES } from '../../base/limits.ts';
import { cbc, ctr, ecb } from '../../third-party/noble.ts';

/** AES in the modes that Espruino has (NIST SP 800-38A), without padding. Keys have 16, 24 or 32 bytes. */

const NO_PADDING = { disablePadding: true };

/** @param blocks whole blocks */
export function aesEcb(key: Uint8Array, blocks: Uint8Array, encrypt: boolean): Uint8Array {
  const cipher = ecb(key, NO_PADDING);
  return encrypt ? cipher.encrypt(blocks) : cipher.decrypt(blocks);
}

/** @param blocks whole blocks */
export function aesCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array, encrypt: boolean): Uint8Array {
  const cipher = cbc(key, iv, NO_PADDING);
  return encrypt ? cipher.encrypt(blocks) : cipher.decrypt(blocks);
}

/** @param counter the first block of the counter, which counts as one number of 128 bits */
export function aesCtr(key: Uint8Array, counter: Uint8Array, bytes: Uint8Array): Uint8Array {
  return ctr(key, counter).encrypt(bytes);
}

/** Encrypts in CFB mode with segments of one byte (CFB8), which is what Espruino calls CFB. */
export function aesCfb8(key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Uint8Array {
  const register = iv.slice();
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) {
    const mask = aesEcb(key, register, true)[0] as number;
    const byte = (bytes[at] as number) ^ mask;
    out[at] = byte;
    register.copyWithin(0, 1);
    register[AES_BLOCK_BYTES - 1] = byte;
  }
  return out;
}
