import { type AesBlocks, ccmOpen, ccmSeal } from '@passfob/protocol/ccm';
import { type Parts, type Primitives, SHA1, SHA256 } from '@passfob/protocol/primitives';
import { plainFrames } from '@passfob/protocol/trace/plain';
import { charactersOf } from '@passfob/protocol/trace/records';
import { cbc, ecb, sha1, sha256, sha512 } from '../../third-party/noble.ts';

const ZERO_IV = new Uint8Array(16);
const NO_PADDING = { disablePadding: true };

const aes: AesBlocks = {
  cbc: (key, blocks) => cbc(key, ZERO_IV, NO_PADDING).encrypt(blocks),
  ecb: (key, blocks) => ecb(key, NO_PADDING).encrypt(blocks),
};

function hash(algorithm: number, parts: Parts): Uint8Array {
  const state = (algorithm === SHA1 ? sha1 : algorithm === SHA256 ? sha256 : sha512).create();
  for (const part of parts.flat()) state.update(part);
  return state.digest();
}

/** The protocol's primitives for views of a wire with a test's key: on @noble, in Node and in a browser. */
export const tracePrimitives: Primitives = {
  ...plainFrames,
  hash,
  seal: (key, nonce, plain) => ccmSeal(aes, key, nonce, plain),
  open: (key, nonce, sealed) => ccmOpen(aes, key, nonce, sealed),
  encrypt: (key, vector, blocks) => cbc(key, vector, NO_PADDING).encrypt(blocks),
  decrypt: (key, vector, blocks) => cbc(key, vector, NO_PADDING).decrypt(blocks),
  text: charactersOf,
};
