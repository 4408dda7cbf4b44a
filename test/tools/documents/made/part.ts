import { rowsOf } from '../../tidy/tables.ts';

/** A part of a document that the code gives. It stands between `<!-- made: NAME -->` and `<!-- /made -->`, in any document. */
export interface MadePart {
  readonly name: string;
  /** @param previous the part as it stands there now: a column that is written by hand is taken from it */
  make(previous: string): string | Promise<string>;
}

/** A file that the code gives as a whole. */
export interface MadeFile {
  /** From the root. */
  readonly path: string;
  make(): string;
}

/** Stands in a cell that nobody has written yet; a test refuses it. */
export const UNWRITTEN = '(to be written)';

/** Returns the cells of some columns that are written by hand, by the first cell of their rows. */
export function keptCells(previous: string, columns: readonly number[]): (first: string) => string[] {
  const rows = new Map(rowsOf(previous).map(row => [row[0] ?? '', row]));
  return first => columns.map(column => rows.get(first)?.[column] ?? UNWRITTEN);
}

/** Writes each name as code. */
export const quoted = (names: readonly string[]): string => names.map(name => `\`${name}\``).join(', ');
