import { closeSync, fsyncSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { type Codes, codesFrom, codesOf } from '../batch/codes.ts';
import { Ledger } from '../batch/ledger.ts';
import { PARALLEL_MAX } from '../batch/limits.ts';
import { type BatchPlan, readPlan } from '../batch/plan.ts';
import { REPORT_WRITERS, type ReportFormat, type ReportRow, reportRows } from '../batch/report.ts';
import { type FobResult, runBatch } from '../batch/run.ts';
import { checkUpload, uploadRows, writeUpload } from '../batch/upload.ts';
import { readSerial } from '../client/fob-serial.ts';
import { FobError, systemCode } from '../errors.ts';
import { addressText, readAddress } from '../transports/discover.ts';
import { command } from './base/command.ts';
import { type CommonOptions, without } from './base/common-options.ts';
import { anInventory, type InventoryCall } from './base/needs.ts';
import { errorDocument, type Report } from './base/report.ts';
import type { Terminal } from './base/terminal.ts';
import { barScreen, plainScreen } from './batch-progress.ts';

/**
 * `passfob batch`: reads the plan, provisions, reports. Throws `bad-input` before any fob is touched; `incomplete`
 * with the report as details; `cancelled`.
 */
export const batchCommand = command({
  words: 'batch <plan>',
  describe: 'provision many fobs by a plan, to be resumed at any time',
  options: batchOptions,
  read: readBatch,
  needs: anInventory,
  async run(asked, at) {
    const { context } = at;
    const read = await readPlan(asked.plan);
    const plan: BatchPlan = { ...read, name: asked.name ?? read.name };
    if (asked.entra !== undefined) await checkUpload(plan.rows, 'entra');
    const ledger = asked.isDry
      ? await Ledger.look(context.inventory, plan)
      : await Ledger.open(context.inventory, plan, context.now());
    if (asked.release !== undefined && !asked.isDry) await ledger.release(asked.release);
    const results = asked.isDry ? [] : await work(asked, at, ledger);
    const rows = reportRows(ledger, results);
    if (!asked.isDry) {
      if (asked.report) writeNew(asked.report.path, REPORT_WRITERS[asked.report.format](rows));
      if (asked.entra) writeNew(asked.entra, writeUpload(await uploadRows(context.inventory, rows), 'entra'));
    }
    return said(at, ledger, rows, results);
  },
});

function batchOptions(given: CommonOptions) {
  return without(given, 'fob', 'trace')
    .positional('plan', { type: 'string', demandOption: true, describe: 'CSV file: one account a row' })
    .option('ports', {
      string: true,
      requiresArg: true,
      describe: 'ports to work on at once, with commas between',
    })
    .option('all', { boolean: true, default: false, describe: 'every port with a board, at once' })
    .option('wait', {
      boolean: true,
      describe: 'wait for the next fob until the plan is done; default at a terminal',
    })
    .option('codes-from', {
      string: true,
      requiresArg: true,
      describe: 'pipe or file with lines of serial and pairing code, "-" for standard input',
    })
    .option('name', {
      string: true,
      requiresArg: true,
      describe: "of the journal; default: the plan's file name",
    })
    .option('release', {
      string: true,
      requiresArg: true,
      describe: 'give the rows of this fob to others first',
    })
    .option('report', { string: true, requiresArg: true, describe: 'new file: .csv, .json or .html' })
    .option('entra', { string: true, requiresArg: true, describe: 'new file for Entra ID, with the secrets' })
    .option('secrets-in-clear', {
      boolean: true,
      default: false,
      describe: 'yes, the file shows the secrets',
    })
    .option('dry-run', {
      boolean: true,
      default: false,
      describe: 'judge the plan and say what is left of it',
    });
}

type BatchOptions = Awaited<ReturnType<typeof batchOptions>['argv']>;
type BatchArguments = ReturnType<typeof readBatch>;

/** @throws FobError `usage`, `bad-input` */
function readBatch(options: BatchOptions) {
  const { plan, ports, all, wait, codesFrom, name, release, report, entra, secretsInClear, dryRun } = options;
  if (ports !== undefined && all)
    throw new FobError('usage', { sentence: '--ports and --all exclude each other.' });
  if (entra !== undefined && !secretsInClear) {
    throw new FobError('usage', {
      sentence: 'The file for Entra ID shows the secrets of all accounts to anyone who reads it.',
      next: 'If that is meant, add --secrets-in-clear, and delete the file when it has been uploaded.',
    });
  }
  return {
    plan,
    ports: ports?.split(',').map(port => addressText(readAddress(port.trim()))),
    isAll: all,
    waits: wait,
    codesFrom,
    name,
    release: release === undefined ? undefined : readSerial(release),
    report: report === undefined ? undefined : { path: report, format: formatOf(report) },
    entra,
    isDry: dryRun,
  };
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
    terminal.stdin.isTTY === true && 'isTTY' in terminal.stderr && terminal.stderr.isTTY === true;
  const rows = ledger.plan.rows.length;
  const codes = openCodes(asked, terminal);
  const screen =
    isTerminal && !isJson ? barScreen(terminal, signal, rows) : plainScreen(terminal, prompts, rows);
  const isMany = asked.ports !== undefined || asked.isAll;
  try {
    return await screen.during(() =>
      runBatch(context, {
        ledger,
        ports: asked.ports ?? (asked.isAll || port === undefined ? undefined : [port]),
        parallel: isMany ? PARALLEL_MAX : 1,
        waits: asked.waits ?? isTerminal,
        typesCodes: codes === undefined,
        askCode: ({ hello, address }, isAgain) =>
          codes ? readOff(codes, hello.serial, isAgain) : screen.askCode(hello.serial, address, isAgain),
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
    next: 'Run the command again while the code is on the screen, and read it anew.',
  });
}

function openCodes({ codesFrom: path }: BatchArguments, terminal: Terminal): Codes | undefined {
  if (path === undefined) return undefined;
  return path === '-' ? codesOf(terminal.stdin) : codesFrom(path);
}

/** Never overwrites an existing file; only the owner may read the new file. */
function writeNew(path: string, content: string): void {
  try {
    const descriptor = openSync(path, 'wx', 0o600);
    try {
      // Not `writeSync`, which may write only a part.
      writeFileSync(descriptor, content);
      fsyncSync(descriptor);
    } catch (error) {
      unlinkSync(path);
      throw error;
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    const exists = systemCode(cause) === 'EEXIST';
    throw new FobError('bad-input', {
      sentence: `The file ${path} ${exists ? 'exists already, and it is not overwritten' : 'cannot be written'}.`,
      next: 'Name a new file and run the command again: what is done stays done.',
      cause,
    });
  }
}

function said(
  { signal }: InventoryCall,
  ledger: Ledger,
  rows: readonly ReportRow[],
  results: readonly FobResult[],
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
  return { document, text };
}
