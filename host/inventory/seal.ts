import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { FobError } from '../errors.ts';
import { SEAL_KEY_ID_BYTES, SEAL_NONCE_BYTES, SEAL_TAG_BYTES } from '../limits.ts';
import type { SealingKeys } from './key-file.ts';

const CIPHER = 'aes-256-gcm';

/**
 * Where a sealed value stands. It is bound to it, and to the key id, as associated data: copied into another row or
 * column it does not open.
 */
export interface Place {
  /** `table.column` */
  readonly column: string;
  /** The row. */
  readonly id: string;
}

/** Key id, nonce, ciphertext and tag in one: AES-256-GCM (SP 800-38D) under the current key, random 96-bit nonce. */
export function seal(keys: SealingKeys, place: Place, plain: Uint8Array): Buffer {
  const nonce = randomBytes(SEAL_NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(keys, keys.currentId), nonce, {
    authTagLength: SEAL_TAG_BYTES,
  });
  cipher.setAAD(associatedData(place, keys.currentId));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.from(keys.currentId, 'hex'), nonce, body, cipher.getAuthTag()]);
}

/** @throws FobError `inventory` when the key is unknown or anything about the seal is not as it was made */
export function unseal(keys: SealingKeys, place: Place, sealed: Uint8Array): Uint8Array {
  const box = Buffer.from(sealed);
  const bodyStart = SEAL_KEY_ID_BYTES + SEAL_NONCE_BYTES;
  const bodyEnd = box.length - SEAL_TAG_BYTES;
  if (bodyEnd < bodyStart) throw cannotOpen();
  const id = keyIdOf(box);
  const nonce = box.subarray(SEAL_KEY_ID_BYTES, bodyStart);
  const decipher = createDecipheriv(CIPHER, keyOf(keys, id), nonce, { authTagLength: SEAL_TAG_BYTES });
  decipher.setAAD(associatedData(place, id));
  decipher.setAuthTag(box.subarray(bodyEnd));
  try {
    return new Uint8Array(
      Buffer.concat([decipher.update(box.subarray(bodyStart, bodyEnd)), decipher.final()]),
    );
  } catch {
    throw cannotOpen();
  }
}

/** Id of the key under which a value was sealed. */
export function keyIdOf(sealed: Uint8Array): string {
  return Buffer.from(sealed).toString('hex', 0, SEAL_KEY_ID_BYTES);
}

function keyOf(keys: SealingKeys, id: string): Uint8Array {
  const key = keys.byId.get(id);
  if (key === undefined) throw cannotOpen();
  return key;
}

function cannotOpen(): FobError {
  return new FobError('inventory', {
    sentence: 'A sealed value of the inventory does not open: it was changed, or its key is missing.',
    next: 'Restore inventory.db and inventory.key from one and the same backup.',
  });
}

/** No part can contain the separator, so no two places give the same bytes. */
function associatedData(place: Place, keyId: string): Buffer {
  return Buffer.from([place.column, place.id, keyId].join('\n'), 'utf8');
}
