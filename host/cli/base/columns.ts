import { eastAsianWidth } from 'get-east-asian-width';
import { printable } from './terminal.ts';

/** Rows of cells. On a terminal that is too narrow for the columns each row becomes a record of lines. */
export interface Table {
  /** The names of the columns; records of lines go without them, because each cell speaks for itself. */
  readonly heading?: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * One line, or several, and tables. A line break inside a line is printed as `?`, because it may come from a fob.
 */
export type Lines = string | readonly (string | Table)[];

const GAP = '  ';
const INDENT = '  ';

/**
 * Lays a table out in lines.
 * @param columns of the terminal; undefined: as many as needed
 */
export function tableLines({ heading, rows }: Table, columns = Number.POSITIVE_INFINITY): string[] {
  const body = rows.map(row => row.map(printable));
  const full = heading === undefined ? body : [heading, ...body];
  const widths = (full[0] ?? []).map((_, place) => Math.max(...full.map(row => textWidth(row[place] ?? ''))));
  const needed = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
  if (needed > columns) return body.flatMap(row => recordLines(row, columns));
  return full.map(row =>
    row
      .map((cell, place) => cell + ' '.repeat((widths[place] ?? 0) - textWidth(cell)))
      .join(GAP)
      .trimEnd(),
  );
}

/** The first cell, and the others below it. Nothing is left out. */
function recordLines(row: readonly string[], columns: number): string[] {
  const [head = '', ...rest] = row.filter(cell => cell !== '');
  return [
    ...wrapped(head, columns),
    ...rest.flatMap(cell => wrapped(cell, columns - INDENT.length).map(line => INDENT + line)),
  ];
}

/** Breaks a text between words. A longer word stays whole, so that it can be copied; the terminal breaks it. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last === undefined || textWidth(longer) > columns) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Returns how many columns of a terminal a text takes: wide characters and emoji take two, combining marks none. */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (/^\p{Mark}/u.test(segment)) continue;
    const isEmoji = /\p{Emoji_Presentation}|\ufe0f/u.test(segment);
    width += isEmoji ? 2 : eastAsianWidth(segment.codePointAt(0) ?? 0);
  }
  return width;
}
