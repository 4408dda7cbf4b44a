import { administrationLimits } from '../../base/limits/administration.ts';

/**
 * The form in which texts are compared by a search: without accents, in lower case (ß as ss), compatibility forms
 * resolved (Unicode Standard Annex #15, NFKD), white space as single spaces. Parts are stored in this form, so another
 * form comes with a migration that makes them again.
 */
export function fold(text: string): string {
  if (/^[!-~]*$/.test(text)) return text.toLowerCase();
  // To lower case before: ẞ becomes ß, which upper case turns into SS. Accents go last: upper case writes some as letters.
  const folded = text.normalize('NFKD').toLowerCase().toUpperCase().toLowerCase().normalize('NFKD');
  return folded.replace(/\p{M}/gu, '').replaceAll('ς', 'σ').replace(/\s+/g, ' ').trim();
}

/**
 * The parts by which a row is found: what its texts hold from each character on, cut to `administrationLimits.searchPartMax` characters.
 * A part that another one begins with is left out, because a search for its beginning finds the other one.
 *
 * @param texts as the row has them
 * @returns each once, by code point
 */
export function partsOf(texts: readonly string[]): string[] {
  return withoutBeginnings(texts.flatMap(text => suffixes(fold(text))));
}

/** What is searched for. */
export interface Wanted {
  /** What parts have to begin with. */
  readonly beginning: string;
  /** What one of the row's texts has to hold: longer than the beginning where the text is longer than a part. */
  readonly whole: string;
}

/** @returns undefined where no text holds it: it is empty, or has characters that no name has and PostgreSQL refuses */
export function wantedOf(typed: string): Wanted | undefined {
  const whole = fold(typed);
  if (whole === '' || /[\p{Cc}\p{Cs}]/u.test(whole)) return undefined;
  return { beginning: cut(whole), whole };
}

/** Whether one of a row's texts holds what is searched for. */
export function holds(texts: readonly string[], { whole }: Wanted): boolean {
  return texts.some(text => fold(text).includes(whole));
}

/**
 * The least of a row's parts by which it is found; undefined where it is not. A row that has several such parts is listed at
 * this one alone.
 */
export function leastPart(texts: readonly string[], { beginning, whole }: Wanted): string | undefined {
  const folded = texts.map(fold);
  if (!folded.some(text => text.includes(whole))) return undefined;
  return withoutBeginnings(folded.flatMap(text => partsBeginningWith(beginning, text)))[0];
}

function partsBeginningWith(beginning: string, folded: string): string[] {
  const parts: string[] = [];
  for (let at = folded.indexOf(beginning); at >= 0; at = folded.indexOf(beginning, at + 1))
    parts.push(cut(folded.slice(at)));
  return parts;
}

/** By code point, which is the order of UTF-8 and so that of the databases; JavaScript compares halves of surrogate pairs. */
export function byCodePoint(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [one.charCodeAt(at), other.charCodeAt(at)];
    if (left !== right) return rankOf(left) - rankOf(right);
  }
  return one.length - other.length;
}

/** A half of a pair stands for a code point above all that need none. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function suffixes(folded: string): string[] {
  const parts: string[] = [];
  let at = 0;
  for (const character of folded) {
    // A text that is searched for begins with no space.
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
  // In this order whatever begins with a part stands right behind it.
  return sorted.filter((part, at) => sorted[at + 1]?.startsWith(part) !== true);
}
