import type { Context } from '../commands/context.ts';
import { withFob } from '../commands/find.ts';
import { dryRun, type ImportedRow, type ImportResult, importRows } from '../commands/import.ts';
import { readImport } from '../commands/import-source.ts';
import type { AccountForm } from '../commands/list.ts';
import type { Prompts } from './base/prompts.ts';
import { inLines, type Report } from './base/report.ts';
import { printable } from './base/terminal.ts';
import { passcodeText } from './base/words.ts';
import type { Invocation } from './invocation.ts';

/** The files are read and judged whole before any fob is looked for. */
export async function importFiles(
  { source, isDryRun, choice }: Extract<Invocation, { command: 'import' }>,
  context: Context,
  prompts: Prompts,
): Promise<Report> {
  const rows = await readImport(source, prompts.secret, context.signal);
  if (isDryRun) return said(dryRun(rows));
  return withFob(choice, async fob => said(await importRows(context, fob, rows)), context.signal);
}

function said(result: ImportResult): Report {
  return { document: { ...result }, text: inLines(importText(result)) };
}

/** A line a row, its warnings under it. What stands in a file is made safe to print. */
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
