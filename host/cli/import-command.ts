import type { ImportedRow, ImportResult } from '../commands/import.ts';
import type { AccountForm } from '../commands/list.ts';
import { FobError } from '../errors.ts';
import { FORMAT_NAMES } from '../formats/format-names.ts';
import { command } from './base/command.ts';
import { type CommonOptions, keyFileOption, passwordFileOption } from './base/common-options.ts';
import { anInventory } from './base/needs.ts';
import { inLines, type Report, reportOf } from './base/report.ts';
import { passcodeText } from './base/result-format.ts';
import { printable } from './base/terminal.ts';

export const importCommand = command({
  words: 'import <files..>',
  describe: 'write accounts from the exports of other programs to the fob',
  options: importOptions,
  read({ files, format, only, passwordFile, keyFile, dryRun }) {
    if (files.some(file => file === ''))
      throw new FobError('usage', { sentence: 'A file has an empty name.' });
    return { source: { files, format, only, passwordFile, keyFile }, isDryRun: dryRun };
  },
  needs: anInventory,
  // Reads and validates all files before any fob is searched for.
  async run({ source, isDryRun }, { choice, context, prompts }) {
    const { readImport } = await import('../commands/import-source.ts');
    const { dryRun, importRows } = await import('../commands/import.ts');
    const rows = await readImport(source, prompts.secret, context.signal);
    if (isDryRun) return said(dryRun(rows));
    const { withFob } = await import('../commands/find.ts');
    return withFob(choice, async fob => said(await importRows(context, fob, rows)), context.signal);
  },
});

function importOptions(given: CommonOptions) {
  return given
    .positional('files', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'files that other programs exported, and images of QR codes',
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
    .option('key-file', keyFileOption);
}

function said(result: ImportResult): Report {
  return reportOf(result, inLines(importText(result)));
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
  return [...lines.map(printable), sum.length === 0 ? 'There is no account in it.' : sum.join(', ')].join(
    '\n',
  );
}

function isForm(row: ImportedRow): row is ImportedRow & AccountForm {
  return row.kind !== undefined;
}
