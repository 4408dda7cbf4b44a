/**
 * Returns a name or label as it is stored: composed (NFC), trimmed, one line without control or invisible characters.
 * So it looks the same in a page, a mail header and a log.
 *
 * @param max in UTF-16 units, after preparation
 * @returns undefined if it is too long or holds such characters; an empty text is valid
 */
export function prepareLine(typed: string, max: number): string | undefined {
  // Composition shortens a text at most to a quarter; a longer text is refused before that work.
  if (typed.length > max * 4) return undefined;
  const line = typed.normalize('NFC').trim();
  return line.length > max || /[\p{C}\u2028\u2029]/u.test(line) ? undefined : line;
}
