import { openBox, sealBox } from './box.ts';

/** Keys that seal what is stored. */
export interface EncryptionKeys {
  /** Sealing keys by key id; every sealed value names the one it is sealed under. */
  readonly sealing: ReadonlyMap<string, Uint8Array>;
  /** The key id that new seals use. */
  readonly currentKeyId: string;
  /** Reads the key file again where it has changed; keys that are known stay known. Absent where none are added. */
  readonly reload?: () => void;
}

/** How a database holds sealed values. */
export interface SealFormat<Place, Sealed> {
  /**
   * What a value is bound to: where it stands, and its key id. Copied into another row or column it does not open. No two
   * places may give the same bytes.
   */
  associatedData(place: Place, keyId: string): Uint8Array;
  /** @param box nonce, ciphertext and tag */
  written(keyId: string, box: Buffer): Sealed;
  read(sealed: Sealed): { readonly keyId: string; readonly box: Uint8Array };
}

/** Seals bytes for one place under the current key. */
export function sealAs<Place, Sealed>(
  format: SealFormat<Place, Sealed>,
  keys: EncryptionKeys,
  place: Place,
  plain: Uint8Array,
): Sealed {
  const keyId = keys.currentKeyId;
  const key = keys.sealing.get(keyId);
  if (key === undefined) throw new Error('the current sealing key is not among the keys');
  return format.written(
    keyId,
    sealBox(key, () => format.associatedData(place, keyId), plain),
  );
}

/** The bytes of a sealed value, or undefined where its key is unknown or anything about it is not as it was made. */
export function unsealAs<Place, Sealed>(
  format: SealFormat<Place, Sealed>,
  keys: EncryptionKeys,
  place: Place,
  sealed: Sealed,
): Uint8Array | undefined {
  const { keyId, box } = format.read(sealed);
  const key = keyOf(keys, keyId);
  return key && openBox(key, format.associatedData(place, keyId), box);
}

/** A program beside this one may seal under a key that was added since this one read the file. */
function keyOf(keys: EncryptionKeys, keyId: string): Uint8Array | undefined {
  const known = keys.sealing.get(keyId);
  if (known !== undefined || keys.reload === undefined) return known;
  keys.reload();
  return keys.sealing.get(keyId);
}
