import { type EncryptionKeys, type SealFormat, sealAs, unsealAs } from './seal.ts';

/** A sealed value where it stands. */
export interface SealedValue<Place, Sealed> {
  readonly place: Place;
  readonly sealed: Sealed;
}

/** The sealed values of a table, a column or the settings, as re-keying goes through them. */
export interface SealedValues<Sealed, Value> {
  /** Some values under other keys than the current one, in a fixed order behind the last one seen; none ends it. */
  next(last: Value | undefined): Promise<readonly Value[]>;
  /**
   * Puts new seals in place of the old ones, all durable together. A value that has changed since it was read is left to
   * its writer.
   * @returns how many were replaced
   */
  replace(pairs: readonly { readonly before: Value; readonly after: Sealed }[]): Promise<number>;
}

export interface ResealCounts {
  readonly resealed: number;
  /** Values that do not open: their key is lost, or the database was damaged. */
  readonly unreadable: number;
  /** Values that another writer changed meanwhile. */
  readonly changed: number;
}

/**
 * Seals values anew under the current key, some at a time, so that others go on meanwhile. Cut off anywhere, every value
 * opens as long as the old keys are kept, and the next call goes on with what is left.
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
