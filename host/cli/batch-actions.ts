import { closeSync, fsyncSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { type Codes, codesFrom, codesOf } from '../batch/codes.ts';
import { Ledger } from '../batch/ledger.ts';
import { PARALLEL_MAX } from '../batch/limits.ts';
import { type Plan, readPlan } from '../batch/plan.ts';
import { REPORT_WRITERS, type ReportRow, reportRows } from '../batch/report.ts';
import { type FobResult, runBatch } from '../batch/run.ts';
import { checkUpload, uploadRows, writeUpload } from '../batch/upload.ts';
import type { Context } from '../commands/context.ts';
import { FobError, systemCode } from '../errors.ts';
import type { Prompts } from './base/prompts.ts';
import { errorDocument, type Report } from './base/report.ts';
import type { Terminal } from './base/terminal.ts';
import { barScreen, plainScreen } from './batch-progress.ts';
import type { Invocation } from './invocation.ts';

type Asked = Extract<Invocation, { command: 'batch' }>;

/**
 * `passfob batch`: reads the plan, provisions, reports.
 * @throws FobError `bad-input` before any fob is touched; `incomplete` with the report as details; `cancelled`
 */
export async function batch(
  asked: Asked,
  context: Context,
  prompts: Prompts,
  terminal: Terminal,
  isJson: boolean,
): Promise<Report> {
  const read = await readPlan(asked.plan);
  const plan: Plan = { ...read, name: asked.name ?? read.name };
  if (asked.entra !== undefined) await checkUpload(plan.rows, 'entra');
  const ledger = asked.isDry
    ? await Ledger.look(context.inventory, plan)
    : await Ledger.open(context.inventory, plan, context.now());
  if (asked.release !== undefined && !asked.isDry) await ledger.release(asked.release);
  const results = asked.isDry ? [] : await work(asked, context, prompts, terminal, isJson, ledger);
  const rows = reportRows(ledger, results);
  if (!asked.isDry) {
    if (asked.report) writeNew(asked.report.path, REPORT_WRITERS[asked.report.format](rows));
    if (asked.entra) writeNew(asked.entra, writeUpload(await uploadRows(context.inventory, rows), 'entra'));
  }
  return said(context, ledger, rows, results);
}

async function work(
  asked: Asked,
  context: Context,
  prompts: Prompts,
  terminal: Terminal,
  isJson: boolean,
  ledger: Ledger,
): Promise<FobResult[]> {
  const { signal } = context;
  const isTerminal =
    terminal.stdin.isTTY === true && 'isTTY' in terminal.stderr && terminal.stderr.isTTY === true;
  const rows = ledger.plan.rows.length;
  const codes = openCodes(asked, terminal);
  const screen =
    isTerminal && !isJson && signal
      ? barScreen(terminal, signal, rows)
      : plainScreen(terminal, prompts, rows);
  const { port } = asked.choice;
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

/** What reads codes off screens is not asked twice in one run: the fob shows the same code to the next. */
async function readOff(codes: Codes, serial: string, isAgain: boolean): Promise<string> {
  if (!isAgain) return codes.next(serial);
  throw new FobError('bad-input', {
    sentence: `The code that came for ${serial} has a wrong, missing or extra character.`,
    next: 'Run the command again while the code is on the screen, and read it anew.',
  });
}

function openCodes({ codesFrom: path }: Asked, terminal: Terminal): Codes | undefined {
  if (path === undefined) return undefined;
  return path === '-' ? codesOf(terminal.stdin) : codesFrom(path);
}

/** An existing file is never overwritten, and only its owner may read the new one. */
function writeNew(path: string, content: string): void {
  try {
    const descriptor = openSync(path, 'wx', 0o600);
    try {
      // Not `writeSync`, which may write a part.
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
  { signal }: Context,
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
  const isStopped = signal?.aborted || failed.some(({ error }) => error?.kind === 'cancelled');
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
