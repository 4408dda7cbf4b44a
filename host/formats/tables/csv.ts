import { finished } from 'node:stream/promises';
import { type Options, parse } from 'csv-parse';
import { badInput } from '../../enrol/enrolment.ts';
import { type FobError, isFobError } from '../../errors.ts';
import { CELLS_MAX, LINES_BEFORE_HEADER_MAX, RECORD_BYTES_MAX, TURN_BYTES } from '../base/limits.ts';
import {
  type Assumed,
  checkRowCount,
  type ImportRow,
  NAMELESS,
  type ReadAids,
  readRows,
  refused,
  type SourceFile,
  utf8Of,
} from '../base/row.ts';
import type { Work } from '../base/work.ts';
import { bareLineReader, isBareLine } from './bare-lines.ts';
import { headedReader } from './headed.ts';
import type { TableLine } from './line.ts';
import { isTokenLine, readOwnedTokenLine, readTokenLine } from './token-lines.ts';
import { isYubicoLine, readYubicoLine } from './yubico.ts';

/**
 * Reads tables with commas, semicolons, tabs or spaces: with a header that names the columns, or in the order of
 * privacyIDEA, YubiKey logs, or makers of tokens.
 */
export async function readCsv(file: SourceFile, { work, assumed = {} }: ReadAids): Promise<ImportRow[]> {
  const lines = await parseTable(
    utf8Of(file),
    work,
    above => VERSION_2.test(headOf(file)) || looksLikeTable(above, assumed),
  );
  const [first] = lines;
  if (first === undefined) throw badInput('The file is empty.', 'Name a file that holds accounts.');
  if (VERSION_2.test(headOf(file))) return readRows(lines, work, readOwnedTokenLine);
  for (const [at, line] of lines.slice(0, LINES_BEFORE_HEADER_MAX).entries()) {
    const read = headlessReader(line, assumed);
    if (read !== undefined) return readRows(lines, work, read);
    const readBelow = headedReader(line, assumed);
    if (readBelow === undefined) continue;
    const above = lines.slice(0, at).map(({ place }) => refused(place, NAMELESS, aboveHeader()));
    return [...above, ...(await readRows(lines.slice(at + 1), work, readBelow))];
  }
  throw badInput(
    'The table has no column that is known to hold secrets.',
    'Give it a first line with the names of its columns: secret, issuer, label, type, digits, period, counter.',
  );
}

/** Whether a line names columns, or all are tokens: words of a sentence can be read as Base32, too. */
function looksLikeTable(lines: readonly TableLine[], assumed: Assumed): boolean {
  const head = lines.slice(0, LINES_BEFORE_HEADER_MAX);
  if (head.some(line => headedReader(line, assumed) !== undefined)) return true;
  return head.length > 0 && head.every(line => headlessReader(line, assumed) !== undefined);
}

/** Makes a reader for tables with lines like this one; undefined if it is no token. */
function headlessReader(line: TableLine, assumed: Assumed): ((line: TableLine) => ImportRow) | undefined {
  if (isYubicoLine(line)) return readYubicoLine;
  if (isBareLine(line, assumed)) return bareLineReader(assumed);
  return isTokenLine(line) ? other => readTokenLine(other) : undefined;
}

function aboveHeader(): FobError {
  return badInput('The line stands above the names of the columns.', 'Remove it, if it is no account.');
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

/**
 * Reads lines that are neither empty nor comments (`#`). Reads piece by piece, and no further than needed.
 *
 * @param isTable whether the lines before a mistake show that the file is a table at all
 */
async function parseTable(
  text: Uint8Array,
  work: Work,
  isTable: (lines: readonly TableLine[]) => boolean,
): Promise<TableLine[]> {
  const lines: TableLine[] = [];
  let written = 0;
  let recordEnd = 0;
  const delimiter = delimiterOf(text);
  const parser = parse({
    ...OPTIONS,
    delimiter,
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
      if (written - recordEnd > RECORD_BYTES_MAX) throw isTable(lines) ? tooLong() : noTable();
      parser.write(text.subarray(written, written + TURN_BYTES));
      if (work.isDue) await work.pause();
    }
    parser.end();
    await ended;
  } catch (error) {
    if (isFobError(error)) throw error;
    if (!isTable(lines)) throw noTable();
    // The parser's message quotes the unreadable text, which may be a secret.
    throw badInput('The table has a quotation mark in a wrong place.', 'Save it again as CSV.');
  } finally {
    parser.destroy();
  }
  // Makers align columns with several spaces.
  return delimiter === ' '
    ? lines.map(({ place, cells }) => ({ place, cells: cells.filter(cell => cell !== '') }))
    : lines;
}

function noTable(): Error {
  return badInput(
    'The file looks like text, not an export.',
    'Name a file that a program exported. If it is a table, save it again as CSV, with the names of its columns above.',
  );
}

function tooLong(): Error {
  return badInput(
    'The table has a line that is too long, or a quotation mark that is never closed.',
    'Save it again as CSV, one account a line.',
  );
}

const [NEWLINE, RETURN, HASH] = [0x0a, 0x0d, 0x23];

/** Returns the most frequent separator of the first line that has one; a space if none of the first lines has. */
function delimiterOf(text: Uint8Array): string {
  let isSpaced = false;
  let left = LINES_BEFORE_HEADER_MAX;
  for (let from = 0; from < text.length && left > 0; ) {
    let end = from;
    while (end < text.length && text[end] !== NEWLINE && text[end] !== RETURN) end++;
    const line = Buffer.from(text.subarray(from, Math.min(end, from + TURN_BYTES))).toString('utf8');
    if (line.trim() !== '' && text[from] !== HASH) {
      const count = (mark: string) => line.split(mark).length;
      const best = [',', ';', '\t'].reduce((one, mark) => (count(mark) > count(one) ? mark : one));
      if (count(best) > 1) return best;
      isSpaced ||= line.trim().includes(' ');
      left--;
    }
    from = end + 1;
  }
  return isSpaced ? ' ' : ',';
}
