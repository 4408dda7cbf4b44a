import { type Options, parse } from 'csv-parse/sync';
import { badInput } from '../../enrol/enrolment.ts';
import { CELLS_MAX } from '../limits.ts';
import { checkRowCount, type Row, type SourceFile, textOf } from '../row.ts';
import { readHeaded } from './headed.ts';
import type { Line } from './line.ts';
import { isTokenLine, readTokenLine } from './token-lines.ts';

/** Tables with commas, semicolons or tabs: with a header that says what is where, or as privacyIDEA has them. */
export async function readCsv(file: SourceFile): Promise<Row[]> {
  const lines = parseTable(textOf(file));
  checkRowCount(lines.length);
  const [first, ...rest] = lines;
  if (first === undefined) throw badInput('The file is empty.', 'Name a file that holds accounts.');
  if (isTokenLine(first)) return lines.map(readTokenLine);
  const rows = readHeaded(first, rest);
  if (rows !== undefined) return rows;
  throw badInput(
    'The table has no column that is known to hold secrets.',
    'Give it a first line with the names of its columns: secret, issuer, label, type, digits, period, counter.',
  );
}

/** Lines that hold something; those that begin with `#` are comments. */
function parseTable(text: string): Line[] {
  const options: Options = {
    bom: true,
    info: true,
    delimiter: delimiterOf(text),
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    comment: '#',
    comment_no_infix: true,
  };
  let read: { info: { lines: number }; record: string[] }[];
  try {
    read = parse(text, options) as unknown as typeof read;
  } catch {
    // The parser quotes what it could not read, which may be a secret.
    throw badInput('The table has a quotation mark in a wrong place.', 'Save it again as CSV.');
  }
  return read.map(({ info, record }) => {
    if (record.length > CELLS_MAX)
      throw badInput('The table has too many columns.', 'Leave out those not needed.');
    return { place: `line ${info.lines}`, cells: record };
  });
}

/** The one that the first line has most of. */
function delimiterOf(text: string): string {
  const line = text.split(/[\r\n]/).find(one => one.trim() !== '' && !one.startsWith('#')) ?? '';
  const count = (mark: string) => line.split(mark).length;
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}
