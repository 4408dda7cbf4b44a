import { createHmac, type Hmac } from 'node:crypto';
import { type SealFormat, sealAs, unsealAs } from 'passfob/encryption-at-rest/seal';
import { encryptionLimits } from '../../base/limits/encryption.ts';
import type { Keys } from './key-file.ts';

/** An encrypted value as a row stores it: nonce, ciphertext and tag in base64, and the id of its key. */
export interface Sealed {
  readonly keyId: string;
  readonly box: string;
}

/**
 * The table and row to which an encrypted value is bound: an encrypted seed copied into another row cannot be
 * decrypted there.
 */
export interface SealLocation {
  readonly table: string;
  readonly id: string;
}

/** Stored in two text columns: the key id, and the box in base64. */
export const sealFormat: SealFormat<SealLocation, Sealed> = {
  associatedData: (place, keyId) => unambiguous([place.table, place.id, keyId]),
  written: (keyId, box) => ({ keyId, box: box.toString('base64') }),
  read: ({ keyId, box }) => ({ keyId, box: Buffer.from(box, 'base64') }),
};

/** Encrypts bytes for one location under the current key. */
export function seal(keys: Keys, place: SealLocation, plain: Uint8Array): Sealed {
  return sealAs(sealFormat, keys, place, plain);
}

/**
 * Decrypts a value of one location.
 *
 * @returns the bytes, or undefined if the key is unknown or any part was changed
 */
export function unseal(keys: Keys, place: SealLocation, sealed: Sealed): Uint8Array | undefined {
  return unsealAs(sealFormat, keys, place, sealed);
}

/** The purpose of a keyed digest; the same texts give different digests for different purposes. */
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
 * Returns a keyed digest of a list of texts for one purpose: it identifies a value without storing it. Without the
 * key file it cannot be searched, not even for six digits.
 *
 * @returns base64url of 32 bytes
 */
export function macOf(keys: Keys, purpose: MacPurpose, parts: readonly string[]): string {
  return createHmac('sha256', keys.mac)
    .update(unambiguous([purpose, ...parts]))
    .digest('base64url');
}

/** Returns a keyed digest for a stream of bytes, for one purpose. */
export function macStream(keys: Keys, purpose: 'backup'): Hmac {
  return createHmac('sha256', keys.mac).update(unambiguous([purpose]));
}

/** Returns each part with its length in front, so that no two lists give the same bytes. */
export function unambiguous(parts: readonly string[]): Buffer {
  let size = 0;
  for (const part of parts) size += encryptionLimits.partLengthBytes + Buffer.byteLength(part, 'utf8');
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const part of parts) {
    const written = bytes.write(part, at + encryptionLimits.partLengthBytes, 'utf8');
    at = bytes.writeUInt32BE(written, at) + written;
  }
  return bytes;
}
