import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type Hmac,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { sealingLimits } from '../../base/limits/sealing.ts';
import type { Keys } from './key-file.ts';

const CIPHER = 'aes-256-gcm';

/** A sealed value as it stands in a row: nonce, ciphertext and tag in base64, and the key it is sealed under. */
export interface Sealed {
  readonly keyId: string;
  readonly box: string;
}

/**
 * The table and row a seal belongs to. It is bound to them (and to the key id) as associated data, so a sealed seed
 * copied into another row does not open there.
 */
export interface Place {
  readonly table: string;
  readonly id: string;
}

/** Seals bytes for one place under the current key: AES-256-GCM (SP 800-38D), random 96-bit nonce. */
export function seal(keys: Keys, place: Place, plain: Uint8Array): Sealed {
  const keyId = keys.currentKeyId;
  const key = keys.sealing.get(keyId);
  if (key === undefined) throw new Error('the current sealing key is not among the keys');
  const nonce = randomBytes(sealingLimits.sealNonceBytes);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: sealingLimits.sealTagBytes });
  cipher.setAAD(associatedData(place, keyId));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { keyId, box: Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64') };
}

/**
 * Opens a sealed value of one place.
 *
 * @returns the bytes, or undefined when the key is unknown or anything about the seal is not as it was made
 */
export function unseal(keys: Keys, place: Place, sealed: Sealed): Uint8Array | undefined {
  const key = keyOf(keys, sealed.keyId);
  const box = Buffer.from(sealed.box, 'base64');
  const bodyEnd = box.length - sealingLimits.sealTagBytes;
  if (key === undefined || bodyEnd < sealingLimits.sealNonceBytes) return undefined;
  const nonce = box.subarray(0, sealingLimits.sealNonceBytes);
  const decipher = createDecipheriv(CIPHER, preparedOf(key), nonce, {
    authTagLength: sealingLimits.sealTagBytes,
  });
  decipher.setAAD(associatedData(place, sealed.keyId));
  decipher.setAuthTag(box.subarray(bodyEnd));
  try {
    const plain = decipher.update(box.subarray(sealingLimits.sealNonceBytes, bodyEnd));
    // In this mode nothing is left to come out at the end but whether all of it is true.
    decipher.final();
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
  } catch {
    return undefined;
  }
}

/** Another node may seal under a key that was added since this one read the file. */
function keyOf(keys: Keys, keyId: string): Uint8Array | undefined {
  const known = keys.sealing.get(keyId);
  if (known !== undefined || keys.reload === undefined) return known;
  keys.reload();
  return keys.sealing.get(keyId);
}

const prepared = new WeakMap<Uint8Array, KeyObject>();

/** A key as OpenSSL takes it without copying it each time. */
function preparedOf(key: Uint8Array): KeyObject {
  const found = prepared.get(key) ?? createSecretKey(key);
  prepared.set(key, found);
  return found;
}

function associatedData(place: Place, keyId: string): Buffer {
  return unambiguous([place.table, place.id, keyId]);
}

/** What a keyed digest is for; the same texts give different digests for different purposes. */
export type MacPurpose =
  | 'answer'
  | 'take'
  | 'temporary'
  | 'serial'
  | 'pin'
  | 'challenge'
  | 'new-pin'
  | 'pin-proof'
  | 'pin-request'
  | 'radius-press'
  | 'autosend'
  | 'csrf'
  | 'audit'
  | 'audit-seal'
  | 'backup';

/**
 * A keyed digest of a list of texts for one purpose: recognises a value again without storing it. Without the key file
 * it cannot be searched, not even for six digits.
 *
 * @returns base64url of 32 bytes
 */
export function macOf(keys: Keys, purpose: MacPurpose, parts: readonly string[]): string {
  return createHmac('sha256', keys.mac)
    .update(unambiguous([purpose, ...parts]))
    .digest('base64url');
}

/** A keyed digest of bytes that come one after another, for one purpose. */
export function macStream(keys: Keys, purpose: 'backup'): Hmac {
  return createHmac('sha256', keys.mac).update(unambiguous([purpose]));
}

/** Each part with its length in front, so that no two lists give the same bytes. */
export function unambiguous(parts: readonly string[]): Buffer {
  let size = 0;
  for (const part of parts) size += sealingLimits.sealLengthBytes + Buffer.byteLength(part, 'utf8');
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const part of parts) {
    const written = bytes.write(part, at + sealingLimits.sealLengthBytes, 'utf8');
    at = bytes.writeUInt32BE(written, at) + written;
  }
  return bytes;
}
