import { FobError } from '../errors.ts';
import { CELL_CHARS_MAX, PLAN_COLUMNS_MAX, PLAN_ROWS_MAX } from './limits.ts';

/**
 * Records of a CSV file (RFC 4180 §2), no more than the heading and `PLAN_ROWS_MAX`, with comma or semicolon as the first line has it. Lines that hold nothing are
 * left out; what is quoted is taken as it stands, all else without the white space around it.
 * @throws FobError `bad-input`, with the number of the line and nothing of what stands there
 */
export function readCsv(text: string): { readonly line: number; readonly cells: readonly string[] }[] {
  const records: { line: number; cells: string[] }[] = [];
  const body = text.replace(/^\uFEFF/, '');
  const separator = separatorOf(body);
  const quotedPattern = QUOTED;
  let line = 1;
  let cells: string[] = [];
  let begun = 1;
  const cellPattern = separator === ',' ? /[^",\r\n]*/y : /[^";\r\n]*/y;
  for (let at = 0; at <= body.length; ) {
    cellPattern.lastIndex = at;
    const plain = cellPattern.exec(body)?.[0] ?? '';
    at += plain.length;
    let cell = plain.trim();
    if (body[at] === '"') {
      if (cell !== '') throw unreadable(line);
      quotedPattern.lastIndex = at;
      const quoted = quotedPattern.exec(body);
      if (quoted?.[1] === undefined) throw unreadable(line);
      at += quoted[0].length;
      cell = quoted[1].replaceAll('""', '"');
      line += cell.split('\n').length - 1;
    }
    if (cell.length > CELL_CHARS_MAX || cells.length === PLAN_COLUMNS_MAX) throw unreadable(line);
    cells.push(cell);
    const next = body[at];
    at++;
    if (next === separator) continue;
    if (next === '\r' && body[at] === '\n') at++;
    else if (next !== '\n' && next !== '\r' && next !== undefined) throw unreadable(line);
    if (cells.some(one => one !== '')) {
      if (records.length > PLAN_ROWS_MAX) throw tooManyRows();
      records.push({ line: begun, cells });
    }
    cells = [];
    line++;
    begun = line;
  }
  return records;
}

/** Every quote of a cell may be doubled. */
const QUOTED = new RegExp(`"((?:[^"]|""){0,${CELL_CHARS_MAX}})"[ \\t]*`, 'y');

/** Whichever stands more often in the first line. */
function separatorOf(text: string): ',' | ';' {
  const [first = ''] = text.split(/\r?\n/, 1);
  return first.split(';').length > first.split(',').length ? ';' : ',';
}

function tooManyRows(): FobError {
  return new FobError('bad-input', {
    sentence: `The plan has more than ${PLAN_ROWS_MAX} rows.`,
    next: 'Split it into several plans.',
  });
}

function unreadable(line: number): FobError {
  return new FobError('bad-input', {
    sentence: `Line ${line} of the plan is not CSV: a quote is out of place, or a cell or the line is too long.`,
    next: 'Write it as a spreadsheet saves CSV, in UTF-8 (RFC 4180).',
  });
}

/** What a spreadsheet takes for the beginning of a formula. */
const FORMULA = /^[\s]*[=+\-@\t\r]/;

/** Records as CSV (RFC 4180 §2): every cell quoted, and none that a spreadsheet would run. */
export function writeCsv(records: readonly (readonly string[])[]): string {
  return records.map(cells => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
