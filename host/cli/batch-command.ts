import type { Codes } from '../batch/codes.ts';
import type { Counters } from '../batch/hand-on.ts';
import type { Ledger } from '../batch/ledger.ts';
import { EXPORT_DAYS_DEFAULT, EXPORT_DAYS_MAX, PARALLEL_MAX } from '../batch/limits.ts';
import type { ReportFormat, ReportRow } from '../batch/report.ts';
import type { FobResult } from '../batch/run.ts';
import { readSerial } from '../client/fob-serial.ts';
import type { OutFile } from '../commands/out-file.ts';
import { FobError } from '../errors.ts';
import type { InventoryCall } from './base/calls.ts';
import { command } from './base/command.ts';
import { type CommonOptions, hiddenOption, LETTERS, without } from './base/common-options.ts';
import { anInventory } from './base/needs.ts';
import { errorDocument, type Report } from './base/report.ts';
import type { Terminal } from './base/terminal.ts';
import {
  exportPassword,
  exportPasswordOption,
  namedPlan,
  outText,
  planNameOption,
} from './export-command.ts';
import { type OutWish, outOptions, readOut, settleOut } from './out.ts';

/**
 * `passfob batch`: reads the plan, provisions, reports. Throws `bad-input` before any fob is touched; `incomplete`
 * with the report as details; `cancelled`.
 */
export const batchCommand = command({
  words: 'batch <plan>',
  describe: 'provision many fobs from a plan; it can be resumed at any time',
  json: '`plan`, `left` (rows), `fobs`: `address`, `serial`, `board`, `firmware`, `outcome` (`done`, `skipped`, `failed`), `error`, `warnings`; `rows` as in the report; `savedTo` with `--out`, null while rows are left. The same in the `details` of an error',
  options: batchOptions,
  read: readBatch,
  needs: anInventory,
  async run(asked, at) {
    const { context } = at;
    const { readPlan } = await import('../batch/plan.ts');
    const { Ledger } = await import('../batch/ledger.ts');
    const { REPORT_WRITERS, reportRows } = await import('../batch/report.ts');
    const { rowsToHandOn, writeRows } = await import('../batch/hand-on.ts');
    const { refuseExisting, saveNew } = await import('../commands/out-file.ts');
    const plan = await readPlan(at.prompts.file(asked.plan), context.signal, asked.name);
    const ledger = asked.isDry
      ? await Ledger.look(context.inventory, plan)
      : await Ledger.open(context.inventory, plan, context.now());
    const counters = asked.out && (await checkFile(asked.out, at, ledger));
    if (asked.isDry) return said(at, ledger, reportRows(ledger, []), []);
    if (asked.report) refuseExisting(asked.report.path);
    const out = asked.out && (await settleOut(asked.out, at.prompts, 'secrets', context.signal));
    const later = await prepareExports(asked, at, ledger);
    if (asked.release !== undefined) await ledger.release(asked.release);
    const results = await work(asked, at, ledger);
    if (results.some(({ outcome }) => outcome === 'done')) await later?.();
    const rows = reportRows(ledger, results);
    if (asked.report) saveNew(asked.report.path, REPORT_WRITERS[asked.report.format](rows));
    if (out !== undefined && counters !== undefined && ledger.left === 0) {
      const count = await writeRows(context, ledger, rowsToHandOn(ledger, context.now()), out, counters);
      at.terminal.note(`${outText(count, out)}\n`);
    }
    return said(at, ledger, rows, results, out);
  },
});

/** Checks everything about the file for the accounts before any fob is provisioned. */
async function checkFile(wish: OutWish, { context }: InventoryCall, ledger: Ledger): Promise<Counters> {
  const { checkRows, rowsToHandOn } = await import('../batch/hand-on.ts');
  const { refuseExisting } = await import('../commands/out-file.ts');
  const counters = await checkRows(ledger, wish);
  rowsToHandOn(ledger, context.now());
  refuseExisting(wish.path);
  return counters;
}

/**
 * Allows exports of the batch later, before its first fob.
 * @returns what begins the days anew after a run that finished fobs
 */
async function prepareExports(
  { exportDays: days, exportPasswordFile: file }: BatchArguments,
  { context: { inventory, now }, prompts, terminal }: InventoryCall,
  ledger: Ledger,
): Promise<(() => Promise<void>) | undefined> {
  if (days === undefined || ledger.left === 0) return undefined;
  const { grantExports } = await import('../batch/export-permit.ts');
  const isBegun = ledger.left < ledger.plan.rows.length;
  const password = await exportPassword({ terminal, prompts }, file, !isBegun);
  const grant = () => grantExports(inventory, ledger, { password, days, isBegun }, now());
  await grant();
  return () => grantExports(inventory, ledger, { password, days, isBegun: true }, now());
}

function batchOptions(given: CommonOptions) {
  return outOptions(without(given, 'fob', 'trace'))
    .positional('plan', {
      type: 'string',
      demandOption: true,
      describe: 'CSV file: one account a row; "-" for standard input',
    })
    .option('ports', {
      string: true,
      requiresArg: true,
      describe: 'ports to use at the same time, separated by commas',
    })
    .option('all', {
      alias: LETTERS.all,
      boolean: true,
      default: false,
      describe: 'use every port with a board at the same time',
    })
    .option('wait', {
      boolean: true,
      describe: 'wait for the next fob until the plan is done; default at a terminal',
    })
    .option('codes-from', {
      string: true,
      requiresArg: true,
      describe: 'pipe or file with lines of serial and pairing code, "-" for standard input',
    })
    .option('hidden', hiddenOption)
    .option('name', planNameOption)
    .option('release', {
      string: true,
      requiresArg: true,
      describe: 'first release the rows of this fob for other fobs',
    })
    .option('report', { string: true, requiresArg: true, describe: 'new file: .csv, .json or .html' })
    .option('export-days', {
      string: true,
      describe: `allow inventory export for so many days after the last fob, under a password of its own: 1 to ${EXPORT_DAYS_MAX}, default ${EXPORT_DAYS_DEFAULT}`,
    })
    .option('export-password-file', exportPasswordOption)
    .option('dry-run', {
      boolean: true,
      default: false,
      describe: 'check the plan and show its remaining rows',
    });
}

type BatchOptions = Awaited<ReturnType<typeof batchOptions>['argv']>;
type BatchArguments = Awaited<ReturnType<typeof readBatch>>;

/** @throws FobError `usage`, `bad-input` */
async function readBatch(options: BatchOptions) {
  const { ports, all, wait, codesFrom, name, release, report, exportPasswordFile, dryRun } = options;
  const plan = namedPlan(options);
  if (plan === '-' && codesFrom === '-')
    throw new FobError('usage', { sentence: 'The plan and --codes-from cannot both be standard input.' });
  if (ports !== undefined && all)
    throw new FobError('usage', { sentence: '--ports and --all exclude each other.' });
  return {
    plan,
    ports: ports === undefined ? undefined : (await import('./addresses.ts')).addressesIn(ports),
    isAll: all,
    waits: wait,
    codesFrom,
    isHidden: options.hidden,
    name,
    release: release === undefined ? undefined : readSerial(release),
    report: report === undefined ? undefined : { path: report, format: formatOf(report) },
    out: readOut(options),
    exportDays: daysOf(options),
    exportPasswordFile,
    isDry: dryRun,
  };
}

/** @throws FobError `usage` */
function daysOf({ exportDays, exportPasswordFile }: BatchOptions): number | undefined {
  if (exportDays === undefined) {
    if (exportPasswordFile === undefined) return undefined;
    throw new FobError('usage', { sentence: '--export-password-file can be used only with --export-days.' });
  }
  const days = exportDays === '' ? EXPORT_DAYS_DEFAULT : Number(exportDays);
  if (/^\d*$/.test(exportDays) && days >= 1 && days <= EXPORT_DAYS_MAX) return days;
  throw new FobError('usage', { sentence: `--export-days takes 1 to ${EXPORT_DAYS_MAX}.` });
}

function formatOf(path: string): ReportFormat {
  const [, ending = ''] = /\.(csv|json|html)$/i.exec(path) ?? [];
  const format = (['csv', 'json', 'html'] as const).find(name => name === ending.toLowerCase());
  if (format !== undefined) return format;
  throw new FobError('usage', { sentence: '--report takes a file that ends in .csv, .json or .html.' });
}

async function work(
  asked: BatchArguments,
  { choice: { port }, isJson, terminal, context, prompts, signal }: InventoryCall,
  ledger: Ledger,
): Promise<FobResult[]> {
  const isTerminal =
    asked.plan !== '-' &&
    terminal.stdin.isTTY === true &&
    'isTTY' in terminal.stderr &&
    terminal.stderr.isTTY === true;
  const size = { rows: ledger.plan.rows.length, left: ledger.left };
  const { barScreen, plainScreen } = await import('./batch-progress.ts');
  const { runBatch } = await import('../batch/run.ts');
  const codes = await openCodes(asked, terminal);
  const screen =
    isTerminal && !isJson
      ? barScreen(terminal, signal, size, asked.isHidden)
      : plainScreen(terminal, prompts, size, asked.isHidden);
  const isMany = asked.ports !== undefined || asked.isAll;
  try {
    return await screen.during(() =>
      runBatch(context, {
        ledger,
        ports: asked.ports ?? (asked.isAll || port === undefined ? undefined : [port]),
        parallel: isMany ? PARALLEL_MAX : 1,
        waits: asked.waits ?? isTerminal,
        typesCodes: codes === undefined,
        askCode: ({ hello, address }, isAgain, fault) =>
          codes
            ? readOff(codes, hello.serial, isAgain)
            : screen.askCode(hello.serial, address, isAgain, fault),
        onEvent: event => screen.onEvent(event),
      }),
    );
  } finally {
    codes?.close();
  }
}

/** A code reader is asked only once in a run: the next run gets the same code from the fob. */
async function readOff(codes: Codes, serial: string, isAgain: boolean): Promise<string> {
  if (!isAgain) return codes.next(serial);
  throw new FobError('bad-input', {
    sentence: `The code that came for ${serial} has a wrong, missing or extra character.`,
    next: 'Run the command again, and read the code again while it is on the screen.',
  });
}

async function openCodes(
  { codesFrom: path }: BatchArguments,
  terminal: Terminal,
): Promise<Codes | undefined> {
  if (path === undefined) return undefined;
  const { codesFrom, codesOf } = await import('../batch/codes.ts');
  return path === '-' ? codesOf(terminal.stdin) : codesFrom(path);
}

function said(
  { signal }: InventoryCall,
  ledger: Ledger,
  rows: readonly ReportRow[],
  results: readonly FobResult[],
  out?: OutFile,
): Report {
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  const document = {
    plan: ledger.plan.name,
    left: ledger.left,
    fobs: results.map(({ error, ...result }) => ({
      ...result,
      ...(error && { error: errorDocument(error) }),
    })),
    rows,
    ...(out && { savedTo: ledger.left === 0 ? out.path : null }),
  };
  const done = rows.length - ledger.left;
  const text = `${done} of ${rows.length} rows of ${ledger.plan.name} are done.`;
  const isStopped = signal.aborted || failed.some(({ error }) => error?.kind === 'cancelled');
  if (isStopped && ledger.left > 0) {
    throw new FobError('cancelled', {
      sentence: `The batch was stopped: ${text}`,
      next: 'Run the same command again to go on.',
      details: document,
    });
  }
  if (failed.length > 0) {
    const which = failed.map(({ serial, address, error }) => `${serial ?? address}: ${error?.message}`);
    throw new FobError('incomplete', {
      sentence: `${text} Not done: ${which.join(' ')}`,
      details: document,
    });
  }
  const isWaiting = out !== undefined && ledger.left > 0;
  const note = [
    ...results.flatMap(({ serial = '', warnings = [] }) => warnings.map(warning => `${serial}: ${warning}`)),
    ...(isWaiting ? [`${out.path} is not written yet: passfob writes it when all rows are done.`] : []),
  ];
  return { document, text, note };
}
