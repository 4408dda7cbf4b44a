import { cbc, ecb } from '@noble/ciphers/aes.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { type AesBlocks, ccmOpen, ccmSeal } from '@passfob/protocol/ccm';
import { type Algorithm, type Parts, type Primitives, SHA1, SHA256 } from '@passfob/protocol/primitives';
import { crc32 } from '@passfob/protocol/trace/plain';
import { base64 } from '@scure/base';

const ZERO_IV = new Uint8Array(16);
const NO_PADDING = { disablePadding: true };

const aes: AesBlocks = {
  cbc: (key, blocks) => cbc(key, ZERO_IV, NO_PADDING).encrypt(blocks),
  ecb: (key, blocks) => ecb(key, NO_PADDING).encrypt(blocks),
};

function hash(algorithm: Algorithm, parts: Parts): Uint8Array {
  const state = (algorithm === SHA1 ? sha1 : algorithm === SHA256 ? sha256 : sha512).create();
  for (const part of parts.flat()) state.update(part);
  return state.digest();
}

function decode64(text: string): Uint8Array {
  try {
    return base64.decode(text);
  } catch {
    return new Uint8Array(0);
  }
}

/** The protocol's primitives on @noble: the same in Node and in a browser. */
export const hostPrimitives: Primitives = {
  hash,
  seal: (key, nonce, plain) => ccmSeal(aes, key, nonce, plain),
  open: (key, nonce, sealed) => ccmOpen(aes, key, nonce, sealed),
  encrypt: (key, vector, blocks) => cbc(key, vector, NO_PADDING).encrypt(blocks),
  decrypt: (key, vector, blocks) => cbc(key, vector, NO_PADDING).decrypt(blocks),
  crc32,
  encode64: bytes => base64.encode(bytes),
  decode64,
  text: bytes => Array.from(bytes, byte => String.fromCharCode(byte)).join(''),
};
