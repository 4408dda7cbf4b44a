import { SEAL_KEY_ID_BYTES } from '../encryption-at-rest/limits.ts';
import { type EncryptionKeys, type SealFormat, sealAs, unsealAs } from '../encryption-at-rest/seal.ts';
import { FobError } from '../errors.ts';

/** The place of a sealed value. A copy in another row or column does not open. */
export interface InventorySealLocation {
  /** `table.column` */
  readonly column: string;
  /** The id of the row. */
  readonly id: string;
}

/** A column of bytes: key id, nonce, ciphertext and tag. */
export const SEAL_FORMAT: SealFormat<InventorySealLocation, Uint8Array> = {
  /** No part can contain the separator, so no two places give the same bytes. */
  associatedData: (place, keyId) => Buffer.from([place.column, place.id, keyId].join('\n'), 'utf8'),
  written: (keyId, box) => Buffer.concat([Buffer.from(keyId, 'hex'), box]),
  read: sealed => ({
    keyId: Buffer.from(sealed).toString('hex', 0, SEAL_KEY_ID_BYTES),
    box: sealed.subarray(SEAL_KEY_ID_BYTES),
  }),
};

export function seal(keys: EncryptionKeys, place: InventorySealLocation, plain: Uint8Array): Uint8Array {
  return sealAs(SEAL_FORMAT, keys, place, plain);
}

/** @throws FobError `inventory` if the key is unknown or anything was changed */
export function unseal(keys: EncryptionKeys, place: InventorySealLocation, sealed: Uint8Array): Uint8Array {
  const plain = unsealAs(SEAL_FORMAT, keys, place, sealed);
  if (plain === undefined) throw cannotOpen();
  return plain;
}

export function cannotOpen(): FobError {
  return new FobError('inventory', {
    sentence:
      'An encrypted value of the inventory cannot be decrypted: it was changed, or its key is missing.',
    next: 'Restore inventory.db and inventory.key from the same backup.',
  });
}
