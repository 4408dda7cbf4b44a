import { NAME_BYTES_MAX } from '@passfob/protocol/limits';

/** Stands where a name was cut. One byte, and in every font of a fob. */
const CUT = '~';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A name as a fob can keep it, and a sentence where it had to be changed. */
export interface FittedName {
  readonly name: string;
  readonly warnings: readonly string[];
}

/**
 * A name cut to what a fob keeps. Apps hold names of any length, most of all e-mail addresses, and nobody wants an
 * account refused for that; the letters that are left tell accounts apart better than those that go.
 */
export function fitName(what: 'issuer' | 'label', text: string): FittedName {
  const name = text.trim();
  if (bytesIn(name) <= NAME_BYTES_MAX) return { name, warnings: [] };
  let kept = '';
  let room = NAME_BYTES_MAX - bytesIn(CUT);
  // A letter has a byte or more, so that a long text is not taken apart to its end.
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
