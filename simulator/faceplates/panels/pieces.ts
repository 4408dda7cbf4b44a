/** An element of a page, described without a page: what a view returns, and what a page makes of it. */
export interface Piece {
  readonly tag: string;
  /** Its attributes as a page has them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Piece | string)[];
  /** Tells it from its siblings, so that a page moves the element instead of writing all of them anew. */
  readonly key: string | undefined;
}

type Value = string | number | boolean | undefined;

/** Describes an element. An attribute of `false` or undefined is left out, and one of `true` is empty. */
export function piece(
  tag: string,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly (Piece | string | undefined)[]
): Piece {
  const { key, ...rest } = attributes;
  const kept = Object.entries(rest)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => [name, value === true ? '' : String(value)]);
  return {
    tag,
    attributes: Object.fromEntries(kept),
    children: children.filter((child): child is Piece | string => child !== undefined && child !== ''),
    key: key === undefined ? undefined : String(key),
  };
}

/** Returns the text of pieces, as a reader of the page finds it: blocks apart, words of one block together. */
export function textOfPieces(pieces: readonly (Piece | string)[]): string {
  return pieces
    .map(each => (typeof each === 'string' ? each : textOfPieces(each.children)))
    .filter(text => text !== '')
    .join(' ');
}

/** Returns every piece among these and inside them that `wanted` accepts. */
export function findPieces(
  pieces: readonly (Piece | string)[],
  wanted: (piece: Piece) => boolean,
): readonly Piece[] {
  return pieces.flatMap(each =>
    typeof each === 'string' ? [] : [...(wanted(each) ? [each] : []), ...findPieces(each.children, wanted)],
  );
}
