import { AES_BLOCK_BYTES } from '../../base/limits.ts';
import { aesCbc, aesCtr } from './aes.ts';

/**
 * AES-CCM (RFC 3610) without additional data. A nonce has 7 to 13 bytes, a tag 4, 6, 8, 10, 12, 14 or 16. Written
 * apart from the protocol's own, which the images run: each is a check of the other.
 */

/** Whether the length field, which is what the nonce leaves of a block, holds `length` (RFC 3610 §2). */
export function ccmHolds(nonce: Uint8Array, length: number): boolean {
  return length < 256 ** (AES_BLOCK_BYTES - 1 - nonce.length);
}

/** Returns the whole block of authentication (§2.2), not yet masked. */
function authenticate(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, tagLength: number): Uint8Array {
  const padded = Math.ceil(plain.length / AES_BLOCK_BYTES) * AES_BLOCK_BYTES;
  const blocks = new Uint8Array(AES_BLOCK_BYTES + padded);
  const first = new Uint8Array(AES_BLOCK_BYTES);
  // At most four bytes of the length field are in use here.
  new DataView(first.buffer).setUint32(AES_BLOCK_BYTES - 4, plain.length);
  first[0] = ((tagLength - 2) / 2) * 8 + (AES_BLOCK_BYTES - 2 - nonce.length);
  first.set(nonce, 1);
  blocks.set(first);
  blocks.set(plain, AES_BLOCK_BYTES);
  return aesCbc(key, new Uint8Array(AES_BLOCK_BYTES), blocks, true).subarray(-AES_BLOCK_BYTES);
}

/** Encrypts or decrypts (§2.3): the tag is masked by block 0 of the key stream, the text by those after it. */
function mask(key: Uint8Array, nonce: Uint8Array, tag: Uint8Array, text: Uint8Array) {
  const counter = new Uint8Array(AES_BLOCK_BYTES);
  counter[0] = AES_BLOCK_BYTES - 2 - nonce.length;
  counter.set(nonce, 1);
  const both = new Uint8Array(AES_BLOCK_BYTES + text.length);
  both.set(tag);
  both.set(text, AES_BLOCK_BYTES);
  const masked = aesCtr(key, counter, both);
  return { tag: masked.slice(0, tag.length), text: masked.slice(AES_BLOCK_BYTES) };
}

/** @param plain one whose length the nonce's field holds (`ccmHolds`) */
export function ccmSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  plain: Uint8Array,
  tagLength: number,
): { data: Uint8Array; tag: Uint8Array } {
  const whole = authenticate(key, nonce, plain, tagLength);
  const { tag, text } = mask(key, nonce, whole.subarray(0, tagLength), plain);
  return { data: text, tag };
}

/** Returns undefined if the tag is wrong. */
export function ccmOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  tag: Uint8Array,
): Uint8Array | undefined {
  const { tag: expected, text } = mask(key, nonce, tag, sealed);
  const whole = authenticate(key, nonce, text, tag.length);
  return expected.every((byte, at) => byte === whole[at]) ? text : undefined;
}
