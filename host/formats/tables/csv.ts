import { finished } from 'node:stream/promises';
import { type Options, parse } from 'csv-parse';
import { badInput } from '../../enrol/enrolment.ts';
import { isFobError } from '../../errors.ts';
import { CELLS_MAX, RECORD_BYTES_MAX, TURN_BYTES } from '../base/limits.ts';
import {
  checkRowCount,
  type ImportRow,
  type ReadAids,
  readRows,
  type SourceFile,
  utf8Of,
} from '../base/row.ts';
import type { Work } from '../base/work.ts';
import { headedReader } from './headed.ts';
import type { TableLine } from './line.ts';
import { isTokenLine, readOwnedTokenLine, readTokenLine } from './token-lines.ts';

/** Reads tables with commas, semicolons or tabs: with a header that names the columns, or in privacyIDEA's order. */
export async function readCsv(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  const lines = await parseTable(utf8Of(file), work);
  const [first, ...rest] = lines;
  if (first === undefined) throw badInput('The file is empty.', 'Name a file that holds accounts.');
  if (VERSION_2.test(headOf(file))) return readRows(lines, work, readOwnedTokenLine);
  if (isTokenLine(first)) return readRows(lines, work, line => readTokenLine(line));
  const read = headedReader(first);
  if (read !== undefined) return readRows(rest, work, read);
  throw badInput(
    'The table has no column that is known to hold secrets.',
    'Give it a first line with the names of its columns: secret, issuer, label, type, digits, period, counter.',
  );
}

/** privacyIDEA's files of this version have three columns about the user before the others. */
const VERSION_2 = /^#\s*version:\s*2\s*$/m;

function headOf({ bytes }: SourceFile): string {
  return (Buffer.from(bytes.subarray(0, 64)).toString('latin1').split(/\r|\n/, 1)[0] ?? '').trim();
}

const OPTIONS: Options = {
  bom: true,
  trim: true,
  skip_empty_lines: true,
  relax_column_count: true,
  comment: '#',
  comment_no_infix: true,
};

/** Reads lines that are neither empty nor comments (`#`). Reads piece by piece, and no further than needed. */
async function parseTable(text: Uint8Array, work: Work): Promise<TableLine[]> {
  const lines: TableLine[] = [];
  let written = 0;
  let recordEnd = 0;
  const parser = parse({
    ...OPTIONS,
    delimiter: delimiterOf(text),
    on_record(cells: string[], { lines: line }) {
      recordEnd = written;
      checkRowCount(lines.length + 1);
      if (cells.length > CELLS_MAX)
        throw badInput('The table has too many columns.', 'Leave out those not needed.');
      lines.push({ place: `line ${line}`, cells });
      return null;
    },
  });
  try {
    const ended = finished(parser);
    // Awaited at the end; earlier errors have already been thrown.
    ended.catch(() => undefined);
    parser.resume();
    for (; written < text.length && parser.writable; written += TURN_BYTES) {
      if (written - recordEnd > RECORD_BYTES_MAX) throw tooLong();
      parser.write(text.subarray(written, written + TURN_BYTES));
      if (work.isDue) await work.pause();
    }
    parser.end();
    await ended;
  } catch (error) {
    if (isFobError(error)) throw error;
    // The parser's message quotes the unreadable text, which may be a secret.
    throw badInput('The table has a quotation mark in a wrong place.', 'Save it again as CSV.');
  } finally {
    parser.destroy();
  }
  return lines;
}

function tooLong(): Error {
  return badInput(
    'The table has a line that is too long, or a quotation mark that is never closed.',
    'Save it again as CSV, one account a line.',
  );
}

const [NEWLINE, RETURN, HASH] = [0x0a, 0x0d, 0x23];

/** Returns the most frequent separator of the first line that is not empty. */
function delimiterOf(text: Uint8Array): string {
  for (let from = 0; from < text.length; ) {
    let end = from;
    while (end < text.length && text[end] !== NEWLINE && text[end] !== RETURN) end++;
    const line = Buffer.from(text.subarray(from, Math.min(end, from + TURN_BYTES))).toString('utf8');
    if (line.trim() !== '' && text[from] !== HASH) {
      const count = (mark: string) => line.split(mark).length;
      return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
    }
    from = end + 1;
  }
  return ',';
}
