import { badInput } from '../../enrol/enrolment.ts';

/**
 * Returns a cell that means the same in every program. Spreadsheets run a cell that begins with these characters as a
 * formula; an escape character before it would become part of the name at the server. So such a cell is refused.
 * @throws FobError `bad-input`
 */
export function cell(what: string, text: string): string {
  if (/^[=+\-@\t\r]/.test(text)) {
    throw badInput(
      `The ${what} begins with a character that makes a spreadsheet run it as a formula.`,
      `Give the account another ${what}.`,
    );
  }
  if (/[",;\r\n\t]|^#/.test(text)) {
    throw badInput(
      `The ${what} has a comma, a quotation mark or the like, or begins with #: some programs cannot read that in a table.`,
      `Give the account another ${what}.`,
    );
  }
  return text;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
