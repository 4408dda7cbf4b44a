import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { SEAL_NONCE_BYTES, SEAL_TAG_BYTES } from './limits.ts';

const CIPHER = 'aes-256-gcm';
const OPTIONS = { authTagLength: SEAL_TAG_BYTES };

/**
 * Encrypts under a random nonce: AES-256-GCM (SP 800-38D).
 *
 * @param associatedData bound to the box, which opens only with the same bytes. A function of the nonce, if they
 * contain it
 * @returns nonce, ciphertext and tag
 */
export function sealBox(
  key: Uint8Array,
  associatedData: (nonce: Uint8Array) => Uint8Array,
  plain: Uint8Array,
): Buffer {
  const nonce = randomBytes(SEAL_NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, prepared(key), nonce, OPTIONS);
  cipher.setAAD(associatedData(nonce));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Opens a box; undefined if anything was changed. The caller clears the bytes after use. */
export function openBox(
  key: Uint8Array,
  associatedData: Uint8Array,
  box: Uint8Array,
): Uint8Array | undefined {
  const bodyEnd = box.length - SEAL_TAG_BYTES;
  if (bodyEnd < SEAL_NONCE_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, prepared(key), box.subarray(0, SEAL_NONCE_BYTES), OPTIONS);
  decipher.setAAD(associatedData);
  decipher.setAuthTag(box.subarray(bodyEnd));
  try {
    const plain = decipher.update(box.subarray(SEAL_NONCE_BYTES, bodyEnd));
    // In GCM `final` returns no bytes; it only checks the tag.
    decipher.final();
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
  } catch {
    return undefined;
  }
}

const known = new WeakMap<Uint8Array, KeyObject>();

/** Converts a key for OpenSSL once, to avoid a copy at each use. */
function prepared(key: Uint8Array): KeyObject {
  const found = known.get(key) ?? createSecretKey(key);
  known.set(key, found);
  return found;
}
