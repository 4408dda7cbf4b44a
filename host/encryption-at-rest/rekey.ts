import { type EncryptionKeys, type SealFormat, sealAs, unsealAs } from './seal.ts';

/** A sealed value and its place in the database. */
export interface SealedValue<Place, Sealed> {
  readonly place: Place;
  readonly sealed: Sealed;
}

/** The sealed values of a table, a column or the settings, as re-keying iterates over them. */
export interface SealedValues<Sealed, Value> {
  /**
   * Returns some values under other keys than the current one, in a fixed order after the last one seen; none at the
   * end.
   */
  next(last: Value | undefined): Promise<readonly Value[]>;
  /**
   * Replaces old seals by new ones, in one transaction. Skips a value that has changed since it was read.
   * @returns how many were replaced
   */
  replace(pairs: readonly { readonly before: Value; readonly after: Sealed }[]): Promise<number>;
}

export interface ResealCounts {
  readonly resealed: number;
  /** Values that do not open because their key is lost or the database is damaged. */
  readonly unreadable: number;
  /** Values that another writer changed meanwhile. */
  readonly changed: number;
}

/**
 * Re-encrypts values under the current key in small batches, so that others can work meanwhile. After an interruption
 * every value still opens as long as the old keys exist, and the next call continues with the rest.
 */
export async function reseal<Place, Sealed, Value extends SealedValue<Place, Sealed>>(
  format: SealFormat<Place, Sealed>,
  keys: EncryptionKeys,
  values: SealedValues<Sealed, Value>,
): Promise<ResealCounts> {
  const counts = { resealed: 0, unreadable: 0, changed: 0 };
  let last: Value | undefined;
  for (;;) {
    const some = await values.next(last);
    last = some.at(-1);
    if (last === undefined) return counts;
    const pairs = some.flatMap(before => {
      const after = sealedAnew(format, keys, before);
      return after === undefined ? [] : [{ before, after }];
    });
    const replaced = pairs.length === 0 ? 0 : await values.replace(pairs);
    counts.resealed += replaced;
    counts.changed += pairs.length - replaced;
    counts.unreadable += some.length - pairs.length;
  }
}

function sealedAnew<Place, Sealed>(
  format: SealFormat<Place, Sealed>,
  keys: EncryptionKeys,
  { place, sealed }: SealedValue<Place, Sealed>,
): Sealed | undefined {
  const plain = unsealAs(format, keys, place, sealed);
  if (plain === undefined) return undefined;
  const made = sealAs(format, keys, place, plain);
  plain.fill(0);
  return made;
}
