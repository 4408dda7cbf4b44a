/**
 * A name or label as it is stored: composed (NFC), no space around it, one line without control or invisible
 * characters, so that it ends up in a page, a mail header or a log as what it looks like.
 *
 * @param max in UTF-16 units, after preparation
 * @returns undefined when it is too long or holds such characters; an empty text is one
 */
export function prepareLine(typed: string, max: number): string | undefined {
  // Composition may shorten a text, but not below this; what is longer is not even looked at.
  if (typed.length > max * 4) return undefined;
  const line = typed.normalize('NFC').trim();
  return line.length > max || /[\p{C}\u2028\u2029]/u.test(line) ? undefined : line;
}
