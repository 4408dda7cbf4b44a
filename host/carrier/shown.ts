/**
 * Characters that change how the text around them is shown, or hide it: controls (C0, C1), line and paragraph
 * separators, those that turn the direction of writing (Unicode TR 9, trojan source), and halves of a pair.
 */
const UNSHOWN = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const ALL_UNSHOWN = new RegExp(UNSHOWN.source, 'gu');

/** Whether a text can be shown to a person as it is. */
export function isShown(text: string): boolean {
  return !UNSHOWN.test(text);
}

/** Returns the text with a space for each character that must not be shown, cut to this many UTF-16 units. */
export function shown(text: string, most: number): string {
  // The cut may leave half a pair, so it comes first.
  return text.slice(0, most).replace(ALL_UNSHOWN, ' ');
}
