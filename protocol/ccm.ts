import { Writer } from './bytes.ts';
import { equal } from './hmac.ts';
import { CCM_TAG_BYTES } from './limits.ts';

/** AES-128 on boards without CCM. The input is whole blocks; the result has its own memory at offset 0. */
export interface AesBlocks {
  /** CBC with a zero initialisation vector. */
  cbc(key: Uint8Array, blocks: Uint8Array): Uint8Array;
  ecb(key: Uint8Array, blocks: Uint8Array): Uint8Array;
}

/**
 * Counter mode of RFC 3610 §2.3, L = 2. Returns 16 bytes of S0, then `data` under the key stream, padded to whole
 * blocks. One native ECB call encrypts all counter blocks; an exclusive or by words costs a quarter of one by bytes.
 */
function crypt(aes: AesBlocks, key: Uint8Array, nonce: Uint8Array, data: Uint8Array): Uint8Array {
  const blocks = 1 + ((data.length + 15) >> 4);
  const counters = new Uint8Array(blocks * 16);
  for (let i = 0; i < blocks; i++) {
    counters[i * 16] = 1;
    counters.set(nonce, i * 16 + 1);
    counters[i * 16 + 15] = i;
  }
  const out = aes.ecb(key, counters);
  counters.fill(0);
  counters.set(data, 16);
  const stream = new Int32Array(out.buffer);
  const words = new Int32Array(counters.buffer);
  for (let i = 0; i < words.length; i++) (stream[i] as number) ^= words[i] as number;
  return out;
}

/** Returns the encrypted authentication value of RFC 3610 §2.2 and §2.3: M = 8, L = 2, no associated data. */
function tagOf(
  aes: AesBlocks,
  key: Uint8Array,
  nonce: Uint8Array,
  plain: Uint8Array,
  s0: Uint8Array,
): Uint8Array {
  const blocks = new Uint8Array(16 + ((plain.length + 15) & ~15));
  blocks[0] = 0x19;
  blocks.set(nonce, 1);
  blocks[14] = plain.length >> 8;
  blocks[15] = plain.length & 255;
  blocks.set(plain, 16);
  const mac = aes.cbc(key, blocks);
  const tag = new Uint8Array(CCM_TAG_BYTES);
  for (let i = 0; i < CCM_TAG_BYTES; i++) {
    tag[i] = (mac[mac.length - 16 + i] as number) ^ (s0[i] as number);
  }
  return tag;
}

/**
 * Encrypts with AES-128-CCM (RFC 3610) and a 13-byte nonce. Returns the ciphertext and the 8-byte tag. At most 4,080
 * bytes.
 */
export function ccmSeal(aes: AesBlocks, key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array {
  const out = crypt(aes, key, nonce, plain);
  return new Writer(plain.length + CCM_TAG_BYTES)
    .raw(out.subarray(16, 16 + plain.length))
    .raw(tagOf(aes, key, nonce, plain, out))
    .done();
}

/** Returns the plaintext, or undefined if the tag is wrong or missing. */
export function ccmOpen(
  aes: AesBlocks,
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const length = sealed.length - CCM_TAG_BYTES;
  if (length < 0) return undefined;
  const out = crypt(aes, key, nonce, sealed.subarray(0, length));
  const plain = new Uint8Array(out.subarray(16, 16 + length));
  const tag = tagOf(aes, key, nonce, plain, out);
  return equal(tag, sealed.subarray(length, sealed.length)) ? plain : undefined;
}
