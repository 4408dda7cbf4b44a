/** A text as pieces: new ones, and pieces of a base by offset and length. */
export type SharedText = readonly (string | readonly [number, number])[];

/** Returns the whole text. @param base the text that it shares pieces with */
export function wholeText(base: string, shared: SharedText): string {
  return shared
    .map(piece => (typeof piece === 'string' ? piece : base.slice(piece[0], piece[0] + piece[1])))
    .join('');
}
