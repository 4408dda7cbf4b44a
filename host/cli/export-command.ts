import type { OutFile } from '../commands/out-file.ts';
import { FobError } from '../errors.ts';
import type { InventoryCall } from './base/calls.ts';
import { command } from './base/command.ts';
import type { CommonOptions } from './base/common-options.ts';
import { anInventory } from './base/needs.ts';
import { reportOf } from './base/report.ts';
import { outOptions, readOut, settleOut } from './out.ts';

/** `passfob inventory export`: writes the accounts of a finished batch into a file again. */
export const exportCommand = command({
  words: 'inventory export <plan>',
  describe: 'write the accounts of a finished batch into a new file again',
  json: '`plan`, `savedTo`, `accounts`, `left` (rows that are not done), `until`: the end of the days for exports',
  options: exportOptions,
  read: options => ({
    plan: namedPlan(options),
    name: options.name,
    out: readOut(options),
    exportPasswordFile: options.exportPasswordFile,
  }),
  change: 'ask for the export password of the batch and write the file',
  needs: anInventory,
  async run({ plan: path, name, out: wish, exportPasswordFile }, { context, prompts, terminal }) {
    if (wish === undefined) throw new FobError('usage', { sentence: 'inventory export needs --out.' });
    const { readPlan } = await import('../batch/plan.ts');
    const { Ledger } = await import('../batch/ledger.ts');
    const { checkRows, writeRows } = await import('../batch/hand-on.ts');
    const { checkExportPermit } = await import('../batch/export-permit.ts');
    const { refuseExisting } = await import('../commands/out-file.ts');
    const plan = await readPlan(prompts.file(path), context.signal, name);
    const ledger = await Ledger.look(context.inventory, plan);
    const rows = plan.rows.filter(({ key }) => ledger.rowOf(key)?.state === 'done');
    if (rows.length === 0) {
      throw new FobError('bad-input', {
        sentence: `No row of ${plan.name} is done in this inventory.`,
        next: 'Name the plan of the batch; --name names another journal.',
      });
    }
    refuseExisting(wish.path);
    const counters = await checkRows(ledger, wish);
    const password = await exportPassword({ terminal, prompts }, exportPasswordFile, false);
    const until = await checkExportPermit(context.inventory, ledger, password, context.now());
    const out = await settleOut(wish, prompts, 'secrets', context.signal);
    const count = await writeRows(context, ledger, rows, out, counters);
    const left = plan.rows.length - rows.length;
    const result = { plan: plan.name, savedTo: out.path, accounts: count, left, until: until.toISOString() };
    const rest = left === 0 ? '' : `${left} rows of the plan are not done, and not in the file.`;
    return reportOf(result, outText(count, out), rest);
  },
});

/** @throws FobError `usage` */
export function namedPlan({ plan, name }: { plan: string; name?: string | undefined }): string {
  if (plan !== '-' || name !== undefined) return plan;
  throw new FobError('usage', {
    sentence: 'A plan from standard input has no name, and its journal needs one.',
    next: 'Add --name with the name of the batch.',
  });
}

function exportOptions(given: CommonOptions) {
  return outOptions(given)
    .positional('plan', {
      type: 'string',
      demandOption: true,
      describe: 'CSV file: the plan of the batch; "-" for standard input',
    })
    .option('name', planNameOption)
    .option('export-password-file', exportPasswordOption);
}

export const planNameOption = {
  string: true,
  requiresArg: true,
  describe: "name of the journal; default: the plan's file name",
} as const;

export const exportPasswordOption = {
  string: true,
  requiresArg: true,
  describe: 'file (or /dev/fd/N) whose first line is the export password of the batch',
} as const;

/** @throws FobError `bad-input`, `cancelled`, `usage` if nobody can be asked */
export async function exportPassword(
  { terminal, prompts }: Pick<InventoryCall, 'terminal' | 'prompts'>,
  file: string | undefined,
  isNew: boolean,
): Promise<string> {
  if (file === undefined && !(await prompts.canAsk())) {
    throw new FobError('usage', {
      sentence: 'This command needs the export password of the batch, and it cannot ask for one here.',
      next: 'Give it by a file that only you may read: --export-password-file FILE',
    });
  }
  if (file === undefined) terminal.note('Export password of this batch:\n');
  return prompts.password(file, isNew);
}

/** Formats the result for people. */
export function outText(count: number, { path, sealing }: OutFile): string {
  const accounts = count === 1 ? '1 account is' : `${count} accounts are`;
  const how = sealing === undefined ? 'unencrypted ' : 'encrypted ';
  return `${accounts} ${how}in ${path}: delete the file after the service has imported it.`;
}
