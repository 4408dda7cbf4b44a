import { accountName } from '../commands/account-name.ts';
import { codes, type Passcode } from '../commands/code.ts';
import type { FobCall } from './base/calls.ts';
import { errorDocument, type Report } from './base/report.ts';
import { printable } from './base/terminal.ts';

/**
 * `passfob code --all`: prints each passcode as soon as the fob gives it.
 * @throws FobError as `codes`
 */
export async function allCodes({ context, fob, isJson, terminal }: FobCall): Promise<Report> {
  const result = await codes(context, fob, passcode => {
    if (!isJson) terminal.out(`${printable(lineOf(passcode))}\n`);
  });
  const skipped = result.skipped.map(({ account, error }) => ({ account, error: errorDocument(error) }));
  const note = result.skipped.map(
    ({ account, error }) => `No passcode of ${accountName(account)}: ${error.message} ${error.next}`,
  );
  return { document: { ...result, skipped }, text: '', ...(note.length > 0 && { note }) };
}

function lineOf({ account, code, secondsLeft }: Passcode): string {
  const left = secondsLeft === undefined ? '' : `  valid for ${secondsLeft} s`;
  return `${code}  ${accountName(account)}${left}`;
}
