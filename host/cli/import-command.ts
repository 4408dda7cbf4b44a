import type { Context, FobAtHand } from '../commands/context.ts';
import type { ImportedRow, ImportResult } from '../commands/import.ts';
import type { AccountForm } from '../commands/list.ts';
import { SECRET_ENCODINGS } from '../enrol/secret-encodings.ts';
import { FobError, isFobError } from '../errors.ts';
import type { ImportRow } from '../formats/base/row.ts';
import { FORMAT_NAMES } from '../formats/format-names.ts';
import type { InventoryCall } from './base/calls.ts';
import { command } from './base/command.ts';
import { type CommonOptions, keyFileOption, passwordFileOption } from './base/common-options.ts';
import { anInventory } from './base/needs.ts';
import { inLines, type Report, reportOf } from './base/report.ts';
import { passcodeText } from './base/result-format.ts';
import { printable } from './base/terminal.ts';

export const importCommand = command({
  words: 'import <files..>',
  describe: 'write accounts from the exports of other programs to the fob',
  json: '`serial` (absent in a dry run), `counts` and `rows`: `place`, `issuer`, `label`, `serial` (of the token, where the file has one), the fields of an account as in `list` (absent where there is none), `state` (`ok`, `enrolled`, `present`, `skipped`, `refused`; after an error also `failed`, `untried`), `reason`, `next`, `id`, `warnings`; in the `details` of an error where rows were refused',
  options: importOptions,
  read({ files, format, only, passwordFile, keyFile, dryRun, ...rest }) {
    if (files.some(file => file === ''))
      throw new FobError('usage', { sentence: 'A file has an empty name.' });
    const { kind: type, algorithm, digits, period, encoding } = rest;
    const assumed = { type, algorithm, digits, period, encoding };
    return { source: { files, format, only, passwordFile, keyFile, assumed }, isDryRun: dryRun };
  },
  needs: anInventory,
  // Reads and validates all files before any fob is searched for.
  async run({ source, isDryRun }, { choice, context, prompts }) {
    const { readImport } = await import('../commands/import-source.ts');
    const { importRows } = await import('../commands/import.ts');
    const files = source.files.map(prompts.file);
    const rows = await readImport({ ...source, files }, prompts.secret, context.signal);
    if (isDryRun) return predicted({ choice, context }, rows);
    const { withFob } = await import('../commands/find.ts');
    const quieter: Context = {
      ...context,
      // The proof follows at once, and says the same.
      report: progress => {
        if (progress.event !== 'account-written') context.report(progress);
      },
    };
    return withFob(choice, async fob => said(await importRows(quieter, fob, rows)), context.signal);
  },
});

/** Asks a fob that is at hand. Without a named one, a file can be looked at before there is any. */
async function predicted(
  { choice, context }: Pick<InventoryCall, 'choice' | 'context'>,
  rows: readonly ImportRow[],
): Promise<Report> {
  const { dryRun, dryRunWith } = await import('../commands/import.ts');
  const { withFob } = await import('../commands/find.ts');
  const isNamed = [choice.port, choice.serial, choice.starts].some(name => name !== undefined);
  let isAtHand = false;
  const ask = async (fob: FobAtHand) => {
    isAtHand = true;
    const { asked, ...result } = await dryRunWith(context, fob, rows);
    const note = `The fob ${result.serial} is not of this inventory: its accounts and free places were not read.`;
    return said(result, asked ? '' : note);
  };
  return withFob(choice, ask, context.signal).catch(error => {
    if (isNamed || isAtHand || isFobError(error, 'cancelled')) throw error;
    return said(dryRun(rows), isFobError(error, 'no-fob') ? '' : error.message);
  });
}

function importOptions(given: CommonOptions) {
  return given
    .positional('files', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'files that other programs exported, and images of QR codes; "-" for standard input',
    })
    .option('format', { choices: FORMAT_NAMES, describe: 'format of the files; default: detected' })
    .option('only', {
      string: true,
      array: true,
      // One value for each use, so that the files may follow it.
      nargs: 1,
      default: [] as string[],
      describe: 'only accounts of these names: label, issuer or issuer:label',
    })
    .option('password-file', passwordFileOption)
    .option('key-file', keyFileOption)
    .option('kind', { choices: ['totp', 'hotp'] as const, describe: 'kind of all tokens' })
    .option('algorithm', {
      choices: ['sha1', 'sha256', 'sha512'] as const,
      describe: 'their hash, default sha1',
    })
    .option('digits', { number: true, requiresArg: true, describe: '6 to 8, default 6' })
    .option('period', { number: true, requiresArg: true, describe: 'seconds (TOTP), default 30' })
    .option('encoding', { choices: SECRET_ENCODINGS, describe: 'encoding of the seeds' })
    .group(['kind', 'algorithm', 'digits', 'period', 'encoding'], 'For tables that do not say it:');
}

function said(result: ImportResult, note = ''): Report {
  return reportOf(result, inLines(importText(result)), note);
}

/** Formats a line for each row, with its warnings below. Text from a file is made safe to print. */
function importText({ rows, counts }: ImportResult): string {
  const lines = rows.flatMap(row => {
    const { place, issuer, label, state, reason, next, warnings } = row;
    const name = [issuer, label].filter(part => part !== '').join(': ');
    const why = [reason, next].filter(part => part !== undefined && part !== '').join(' ');
    const form = isForm(row) ? passcodeText(row) : '';
    const head = [place, name, form, why === '' ? state : `${state}: ${why}`]
      .filter(part => part !== '')
      .join('  ');
    return [head, ...warnings.map(warning => `  ${warning}`)];
  });
  const sum = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  return [...lines.map(printable), sum.join(', ')].join('\n');
}

function isForm(row: ImportedRow): row is ImportedRow & AccountForm {
  return row.kind !== undefined;
}
