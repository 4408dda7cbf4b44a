import { finished } from 'node:stream/promises';
import { type Options, parse } from 'csv-parse';
import { badInput } from '../../enrol/enrolment.ts';
import { type FobError, isFobError } from '../../errors.ts';
import { documentLook, notAccounts } from '../base/documents.ts';
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
  textOf,
  utf8Of,
} from '../base/row.ts';
import type { Work } from '../base/work.ts';
import { bareLineReader, isBareLine } from './bare-lines.ts';
import { hasSureName, headedReader } from './headed.ts';
import type { TableLine } from './line.ts';
import { isTokenLine, readOwnedTokenLine, readTokenLine } from './token-lines.ts';
import { isYubicoLine, readYubicoLine } from './yubico.ts';

/**
 * Reads tables with commas, semicolons, tabs or spaces: with a header that names the columns, or in the order of
 * privacyIDEA, YubiKey logs, or makers of tokens.
 */
export async function readCsv(file: SourceFile, { work, assumed = {} }: ReadAids): Promise<ImportRow[]> {
  const isOwned = VERSION_2.test(headOf(file));
  const lines = await parseTable(
    file,
    work,
    above => isOwned || layoutOf(above, assumed)?.isRegular === true,
  );
  const [first] = lines;
  if (first === undefined) throw badInput('The file is empty.', 'Name a file that holds accounts.');
  if (isOwned) return readRows(lines, work, readOwnedTokenLine);
  const layout = layoutOf(lines, assumed);
  if (layout === undefined) throw isTableOfOthers(lines) ? noSecrets(file) : noTable(file);
  const { read, headerAt } = layout;
  if (headerAt === undefined) return readRows(lines, work, read);
  const above = lines.slice(0, headerAt).map(({ place }) => refused(place, NAMELESS, aboveHeader()));
  const rows = await readRows(lines.slice(headerAt + 1), work, read);
  const good = rows.filter(({ outcome }) => outcome.state === 'ok').length;
  if (good > 0 && (layout.isRegular || good * 2 >= rows.length)) return [...above, ...rows];
  if (!layout.isRegular || (rows.length === 0 && headerAt > 0)) throw noTable(file);
  // Without a single account a sentence, or a table of something else, may have looked like a header.
  if (rows.length > 0 && !hasSureName(lines[headerAt] ?? first)) throw noSecrets(file);
  if (documentLook(textOf(file)) !== undefined) throw noTable(file);
  return [...above, ...rows];
}

/** Whether the lines are a table, but not of accounts: several lines with as many cells each, and no sentences. */
function isTableOfOthers(lines: readonly TableLine[]): boolean {
  const sentences = lines.filter(({ cells }) => /[.!?]$/.test(cells.at(-1) ?? '')).length;
  const isSeveral = lines.length > 1 && (lines[0]?.cells.length ?? 0) > 1;
  return isSeveral && sentences * 2 < lines.length && isRegular(lines);
}

/** How the accounts stand in a table. */
interface Layout {
  readonly read: (line: TableLine) => ImportRow | Iterable<ImportRow>;
  /** Undefined for tables without a header. */
  readonly headerAt: number | undefined;
  /** Whether the lines have as many cells as the header, as those of tables do, and those of other texts do not. */
  readonly isRegular: boolean;
}

/**
 * Finds a header among the first lines, or tokens in at least half of them: a word of a sentence can be read as Base32,
 * and a line of other texts as a token. Undefined for other texts.
 */
function layoutOf(lines: readonly TableLine[], assumed: Assumed): Layout | undefined {
  const head = lines.slice(0, LINES_BEFORE_HEADER_MAX);
  const tokens = head.map(line => headlessReader(line, assumed));
  const isOfTokens = tokens.filter(read => read !== undefined).length * 2 >= head.length;
  for (const [at, line] of head.entries()) {
    const token = tokens[at];
    if (isOfTokens && token !== undefined) return { read: token, headerAt: undefined, isRegular: true };
    const read = headedReader(line, assumed);
    if (read === undefined) continue;
    const below = lines.slice(at + 1, at + 1 + LINES_BEFORE_HEADER_MAX);
    return { read, headerAt: at, isRegular: isRegular([line, ...below]) };
  }
  return undefined;
}

/** Whether most lines have as many cells as the first: several, or a single one that is no sentence. */
function isRegular(lines: readonly TableLine[]): boolean {
  const [first, ...others] = lines.slice(0, LINES_BEFORE_HEADER_MAX + 1);
  const count = first?.cells.length ?? 0;
  const alike = others.filter(
    ({ cells }) => cells.length === count && (count > 1 || !/\s/.test(cells[0] ?? '')),
  );
  return (count > 1 || others.length > 0) && alike.length * 2 >= others.length;
}

/** Makes a reader for tables with lines like this one; undefined if it is no token. */
function headlessReader(line: TableLine, assumed: Assumed): ((line: TableLine) => ImportRow) | undefined {
  if (isYubicoLine(line)) return readYubicoLine;
  if (!isBareLine(line) && !isTokenLine(line)) return undefined;
  const readBare = bareLineReader(assumed);
  return other => (isTokenLine(other) && !isBareLine(other) ? readTokenLine(other) : readBare(other));
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
  file: SourceFile,
  work: Work,
  isTable: (lines: readonly TableLine[]) => boolean,
): Promise<TableLine[]> {
  const text = utf8Of(file);
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
      if (written - recordEnd > RECORD_BYTES_MAX) throw isTable(lines) ? tooLong() : noTable(file);
      parser.write(text.subarray(written, written + TURN_BYTES));
      if (work.isDue) await work.pause();
    }
    parser.end();
    await ended;
  } catch (error) {
    if (isFobError(error, 'cancelled')) throw error;
    const isFirst = isFobError(error) && lines.length === 0;
    if (documentLook(textOf(file)) !== undefined || !(isFirst || isTable(lines))) throw noTable(file);
    if (isFobError(error)) throw error;
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

function noTable(file: SourceFile): Error {
  return notAccounts(file, documentLook(textOf(file)) ?? 'text');
}

function noSecrets(file: SourceFile): Error {
  const look = documentLook(textOf(file));
  if (look !== undefined) return notAccounts(file, look);
  return notAccounts(
    file,
    'a table without a column for secrets',
    'Give it a first line with the names of its columns: secret, issuer, label, type, digits, period, counter.',
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
