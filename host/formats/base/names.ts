import { NAME_BYTES_MAX } from '@passfob/protocol/limits';

/** Marks a cut name. One byte, and in every font of a fob. */
const CUT = '~';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A name that fits into a fob, and a warning if it had to be changed. */
export interface FittedName {
  readonly name: string;
  readonly warnings: readonly string[];
}

/**
 * Cuts a name to the length that fobs can store. Apps allow names of any length, especially e-mail addresses, and no
 * account should be refused for that. The beginning is kept because it tells accounts apart better than the end.
 */
export function fitName(what: 'issuer' | 'label', text: string): FittedName {
  const name = text.trim();
  if (bytesIn(name) <= NAME_BYTES_MAX) return { name, warnings: [] };
  let kept = '';
  let room = NAME_BYTES_MAX - bytesIn(CUT);
  // A letter has at least one byte, so the rest of a long text need not be split.
  for (const { segment } of graphemes.segment(name.slice(0, NAME_BYTES_MAX))) {
    room -= bytesIn(segment);
    if (room < 0) break;
    kept += segment;
  }
  const short = `${kept.trimEnd()}${CUT}`;
  return {
    name: short,
    warnings: [`The ${what} is longer than ${NAME_BYTES_MAX} bytes; the fob shows "${short}".`],
  };
}

function bytesIn(text: string): number {
  return new TextEncoder().encode(text).length;
}
