import { administrationLimits } from '../../base/limits/administration.ts';

/**
 * Returns the form in which a search compares texts: without accents, in lower case (ß as ss), compatibility forms
 * resolved (Unicode Standard Annex #15, NFKD), white space as single spaces. Parts are stored in this form, so a
 * change of it needs a migration that makes them again.
 */
export function fold(text: string): string {
  if (/^[!-~]*$/.test(text)) return text.toLowerCase();
  // Lower case first: ẞ becomes ß, which upper case turns into SS. Accents are removed last: upper case writes some
  // as letters.
  const folded = text.normalize('NFKD').toLowerCase().toUpperCase().toLowerCase().normalize('NFKD');
  return folded.replace(/\p{M}/gu, '').replaceAll('ς', 'σ').replace(/\s+/g, ' ').trim();
}

/**
 * Returns the parts by which a row is found: the rest of its texts from each character on, cut to
 * `administrationLimits.searchPartMax` characters. A part that is the beginning of another one is left out, because a
 * search for it finds the longer one.
 *
 * @param texts as in the row
 * @returns each once, by code point
 */
export function partsOf(texts: readonly string[]): string[] {
  return withoutBeginnings(texts.flatMap(text => suffixes(fold(text))));
}

/**
 * Returns the words of a typed text, folded: each once, longest first, without those that another one contains, because
 * a row with the longer word has the shorter one as well.
 *
 * @returns undefined if no text can contain them: there is a character that no name has and PostgreSQL refuses
 */
export function splitTyped(typed: string): string[] | undefined {
  const folded = fold(typed);
  if (/[\p{Cc}\p{Cs}]/u.test(folded)) return undefined;
  const words = [...new Set(folded.split(' '))].filter(word => word !== '');
  return words
    .filter(word => !words.some(other => other !== word && other.includes(word)))
    .sort((one, other) => other.length - one.length || byCodePoint(one, other));
}

/** Returns the beginning of a word that parts can have, which is the word itself unless it is longer than a part. */
export function beginningOf(word: string): string {
  return cut(word);
}

/**
 * Returns the least of a row's parts with this beginning; undefined if none has it. A row with several such parts is
 * listed only at this one.
 *
 * @param folded the folded texts, as stored
 */
export function leastPart(folded: string, beginning: string): string | undefined {
  return withoutBeginnings(
    folded.split(BETWEEN_TEXTS).flatMap(text => partsBeginningWith(beginning, text)),
  )[0];
}

/** Stands between the folded texts of a row, which never contain it: no word matches across two of them. */
const BETWEEN_TEXTS = '\n';

/** Returns the texts of a row as they are stored to be compared with words. */
export function foldedTexts(texts: readonly string[]): string {
  return texts.map(fold).join(BETWEEN_TEXTS);
}

/** Appended to a text, it sorts after every text with that beginning: no name holds this code point. */
export const LAST = '\u{10ffff}';

function partsBeginningWith(beginning: string, folded: string): string[] {
  const parts: string[] = [];
  for (let at = folded.indexOf(beginning); at >= 0; at = folded.indexOf(beginning, at + 1))
    parts.push(cut(folded.slice(at)));
  return parts;
}

/**
 * Compares by code point, which is the order of UTF-8 and so that of the databases; JavaScript compares surrogates.
 */
export function byCodePoint(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [one.charCodeAt(at), other.charCodeAt(at)];
    if (left !== right) return rankOf(left) - rankOf(right);
  }
  return one.length - other.length;
}

/** A surrogate stands for a code point above all that need none. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function suffixes(folded: string): string[] {
  const parts: string[] = [];
  let at = 0;
  for (const character of folded) {
    // A wanted text never begins with a space.
    if (character !== ' ') parts.push(cut(folded.slice(at)));
    at += character.length;
  }
  return parts;
}

function cut(text: string): string {
  // Each character has one or two units.
  const most = text.slice(0, 2 * administrationLimits.searchPartMax);
  if (!/[\ud800-\udfff]/.test(most)) return most.slice(0, administrationLimits.searchPartMax);
  return [...most].slice(0, administrationLimits.searchPartMax).join('');
}

function withoutBeginnings(parts: readonly string[]): string[] {
  const sorted = [...new Set(parts)].sort(byCodePoint);
  // In this order, texts that begin with a part come directly after it.
  return sorted.filter((part, at) => sorted[at + 1]?.startsWith(part) !== true);
}
