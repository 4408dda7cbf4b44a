import { closeSync, fsyncSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import type { Codes } from '../batch/codes.ts';
import type { Ledger } from '../batch/ledger.ts';
import { PARALLEL_MAX } from '../batch/limits.ts';
import type { BatchPlan } from '../batch/plan.ts';
import type { ReportFormat, ReportRow } from '../batch/report.ts';
import type { FobResult } from '../batch/run.ts';
import { readSerial } from '../client/fob-serial.ts';
import { FobError, systemCode } from '../errors.ts';
import type { InventoryCall } from './base/calls.ts';
import { command } from './base/command.ts';
import { type CommonOptions, LETTERS, without } from './base/common-options.ts';
import { anInventory } from './base/needs.ts';
import { errorDocument, type Report } from './base/report.ts';
import type { Terminal } from './base/terminal.ts';

/**
 * `passfob batch`: reads the plan, provisions, reports. Throws `bad-input` before any fob is touched; `incomplete`
 * with the report as details; `cancelled`.
 */
export const batchCommand = command({
  words: 'batch <plan>',
  describe: 'provision many fobs from a plan; it can be resumed at any time',
  options: batchOptions,
  read: readBatch,
  needs: anInventory,
  async run(asked, at) {
    const { context } = at;
    const { readPlan } = await import('../batch/plan.ts');
    const { Ledger } = await import('../batch/ledger.ts');
    const { REPORT_WRITERS, reportRows } = await import('../batch/report.ts');
    const { checkUpload, uploadRows, writeUpload } = await import('../batch/upload.ts');
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
    .option('name', {
      string: true,
      requiresArg: true,
      describe: "name of the journal; default: the plan's file name",
    })
    .option('release', {
      string: true,
      requiresArg: true,
      describe: 'first release the rows of this fob for other fobs',
    })
    .option('report', { string: true, requiresArg: true, describe: 'new file: .csv, .json or .html' })
    .option('entra', { string: true, requiresArg: true, describe: 'new file for Entra ID, with the secrets' })
    .option('secrets-in-clear', {
      boolean: true,
      default: false,
      describe: 'allow a file that shows the secrets',
    })
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
  const { plan, ports, all, wait, codesFrom, name, release, report, entra, secretsInClear, dryRun } = options;
  if (ports !== undefined && all)
    throw new FobError('usage', { sentence: '--ports and --all exclude each other.' });
  if (entra !== undefined && !secretsInClear) {
    throw new FobError('usage', {
      sentence: 'The file for Entra ID shows the secrets of all accounts to everyone who reads it.',
      next: 'To allow this, add --secrets-in-clear, and delete the file after the upload.',
    });
  }
  return {
    plan,
    ports: ports === undefined ? undefined : await addressesIn(ports),
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

/** @throws FobError `bad-input` */
async function addressesIn(ports: string): Promise<string[]> {
  const { addressText, readAddress } = await import('../transports/discover.ts');
  return ports.split(',').map(port => addressText(readAddress(port.trim())));
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
  const size = { rows: ledger.plan.rows.length, left: ledger.left };
  const { barScreen, plainScreen } = await import('./batch-progress.ts');
  const { runBatch } = await import('../batch/run.ts');
  const codes = await openCodes(asked, terminal);
  const screen =
    isTerminal && !isJson ? barScreen(terminal, signal, size) : plainScreen(terminal, prompts, size);
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
      next: 'Name a new file and run the command again: finished rows stay finished.',
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
