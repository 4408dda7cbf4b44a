import { CsvError, type Options, parse } from 'csv-parse/sync';
import { FobError, isFobError } from '../errors.ts';
import { CELL_CHARS_MAX, PLAN_COLUMNS_MAX, PLAN_ROWS_MAX } from './limits.ts';

/** One record of a CSV file, and the line where it starts. */
interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

const OPTIONS: Options = {
  bom: true,
  trim: true,
  skip_empty_lines: true,
  relax_column_count: true,
  // A file may mix line ends, because different programs may have written its lines.
  record_delimiter: ['\r\n', '\n', '\r'],
};

/**
 * Reads the records of a CSV file (RFC 4180 §2), at most the heading and `PLAN_ROWS_MAX`. The separator is comma or
 * semicolon, as in the first line. Skips empty lines; trims white space outside quotes and keeps it inside.
 * @throws FobError `bad-input`, with the number of the line where the record starts, but none of its content
 */
export function readCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  // The parser reports the last line of a record, and counts a CRLF inside quotes as two lines.
  let line = 1;
  const options: Options = {
    ...OPTIONS,
    delimiter: separatorOf(text),
    on_record(cells: string[], { empty_lines: emptyLines }) {
      const begun = line + emptyLines;
      if (cells.length > PLAN_COLUMNS_MAX || cells.some(cell => cell.length > CELL_CHARS_MAX))
        throw unreadable(begun);
      if (cells.some(cell => cell !== '')) {
        if (records.length > PLAN_ROWS_MAX) throw tooManyRows();
        records.push({ line: begun, cells });
      }
      line += cells.reduce((ends, cell) => ends + cell.split('\n').length - 1, 1);
      return null;
    },
  };
  try {
    parse(text, options);
  } catch (error) {
    if (isFobError(error)) throw error;
    // The parser's message quotes the unreadable text, which may be a secret.
    throw unreadable(line + (error instanceof CsvError ? Number(error.empty_lines) : 0));
  }
  return records;
}

/** Returns the one that occurs more often in the first line. */
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
