import { stringify } from 'csv-stringify/sync';

/** A cell that a spreadsheet may read as a formula. */
const FORMULA = /^[\s]*[=+\-@\t\r]/;

/**
 * Writes records as CSV (RFC 4180 §2) with every cell quoted and formulas disarmed. The library's `escape_formulas`
 * checks only the first character, but spreadsheets skip leading white space.
 */
export function writeCsv(records: readonly (readonly string[])[]): string {
  return stringify([...records], {
    quoted: true,
    quoted_empty: true,
    record_delimiter: 'windows',
    cast: { string: text => (FORMULA.test(text) ? `'${text}` : text) },
  });
}
