import { openBox, sealBox } from './box.ts';

/** Keys that seal stored values. */
export interface EncryptionKeys {
  /** Sealing keys by key id; every sealed value contains the id of its key. */
  readonly sealing: ReadonlyMap<string, Uint8Array>;
  /** The key id for new seals. */
  readonly currentKeyId: string;
  /** Reads the key file again if it has changed; known keys are kept. Absent if no keys are ever added. */
  readonly reload?: () => void;
}

/** The form of sealed values in a database. */
export interface SealFormat<Place, Sealed> {
  /**
   * Returns the bytes that a value is bound to: its place and its key id. A copy in another row or column does not
   * open. No two places may give the same bytes.
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

/** Opens a sealed value; undefined if its key is unknown or anything was changed. */
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

/** Another program may seal under a key that was added after this one read the file. */
function keyOf(keys: EncryptionKeys, keyId: string): Uint8Array | undefined {
  const known = keys.sealing.get(keyId);
  if (known !== undefined || keys.reload === undefined) return known;
  keys.reload();
  return keys.sealing.get(keyId);
}
