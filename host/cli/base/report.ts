import { namesakeText } from '../../commands/account-name.ts';
import type { PressPurpose, Progress } from '../../commands/context.ts';
import { FobError } from '../../errors.ts';
import type { Lines } from './columns.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { CHECK_TEXTS } from './result-format.ts';
import { jsonLine, printable, type Terminal } from './terminal.ts';

/** The result of a command, for programs and for people. All content is made safe to print. */
export interface Report {
  readonly document: Readonly<Record<string, unknown>>;
  /** Printed to standard output. */
  readonly text: Lines;
  /** Printed to standard error, in addition to the result. */
  readonly note?: Lines;
}

/** Makes a report of a result and its text for people. */
export function reportOf(result: object, text: Lines, note?: Lines): Report {
  return { document: { ...result }, text, ...(note !== undefined && { note }) };
}

/** Prints one JSON document, or lines. */
export async function sayReport(terminal: Terminal, isJson: boolean, report: Report): Promise<void> {
  if (isJson) terminal.out(jsonLine({ ok: true, ...report.document }));
  else {
    terminal.out(await printableLines(report.text, terminal));
    if (report.note) terminal.note(await printableLines(report.note, terminal));
  }
}

/** Joins lines with line breaks; an empty text gives no line. */
async function printableLines(text: Lines, { columns }: Terminal): Promise<string> {
  const parts = typeof text === 'string' ? [text] : text;
  if (parts.length === 1 && parts[0] === '') return '';
  const lines: string[] = [];
  for (const part of parts) {
    if (typeof part === 'string') lines.push(part);
    // Loaded here, because most commands print no table.
    else lines.push(...(await import('./columns.ts')).tableLines(part, columns));
  }
  return lines.map(line => `${printable(line)}\n`).join('');
}

/** Splits a text whose parts have already been made safe to print. */
export function inLines(text: string): readonly string[] {
  return text.split('\n');
}

/** Converts an error into a JSON object. */
export function errorDocument(error: FobError): Readonly<Record<string, unknown>> {
  const { kind, refusal, message, next, details } = error;
  return { kind, refusal, message, next, exitCode: exitCodeOf(error), details };
}

/**
 * Prints an error: the sentence and the next step. A foreign error is named by its type only, because its text may
 * quote the data in use; with PASSFOB_DEBUG also by its place in the code.
 * @returns the exit code
 */
export function sayError(terminal: Terminal, isJson: boolean, error: unknown): number {
  const isOurs = error instanceof FobError;
  const said = isOurs
    ? errorDocument(error)
    : {
        kind: 'internal',
        message: `passfob has an internal error (${nameOf(error)}).`,
        next: 'Set PASSFOB_DEBUG=1, run it again and report what it prints.',
        exitCode: EXIT_CODES.internal.code,
      };
  if (isJson) terminal.out(jsonLine({ ok: false, error: said }));
  else {
    const shown = [...sentenceAndLines(error, String(said.message)), String(said.next)];
    terminal.note(`passfob: ${shown.map(printable).join('\n')}\n`);
  }
  if (terminal.environment.PASSFOB_DEBUG) terminal.note(traceOf(error));
  return Number(said.exitCode);
}

/** Splits a message only where its error says so: a text from a fob may hold line breaks. */
function sentenceAndLines(error: unknown, message: string): readonly string[] {
  if (!(error instanceof FobError) || error.lines.length === 0) return [message];
  const below = error.lines.join('\n');
  return [message.slice(0, message.length - below.length - 1), ...error.lines];
}

/** Prints the result of a dry run: the step before which it stopped. @returns the exit code */
export async function sayDryRun(
  terminal: Terminal,
  isJson: boolean,
  { message, next }: FobError,
): Promise<number> {
  await sayReport(terminal, isJson, { document: { dryRun: true, message }, text: message, note: next });
  return EXIT_CODES.ok.code;
}

function nameOf(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  const code = error instanceof Error && 'code' in error ? ` ${String(error.code)}` : '';
  return `${name}${code}`;
}

/** Returns where an error and its causes arose, without their texts. */
function traceOf(error: unknown): string {
  const lines: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const frames = (cause.stack ?? '').split('\n').filter(line => /^\s+at /.test(line));
    lines.push(nameOf(cause), ...frames);
  }
  return `${lines.join('\n')}\n`;
}

const PRESS_PURPOSES = {
  code: 'to send a passcode here',
  respond: 'to send the response here',
  erase: 'to erase everything on it',
  clock: 'to have its clock changed',
  'pin-reset': 'to have its PIN reset',
  maintenance: 'to open it for an update',
} as const satisfies Record<PressPurpose, string>;

/** Formats progress of a command, safe to print. */
export function progressText(progress: Progress): string {
  return printable(sentenceFor(progress));
}

function sentenceFor(progress: Progress): string {
  switch (progress.event) {
    case 'code-shown':
      return `The fob ${progress.serial} shows a pairing code for ${progress.seconds} seconds.`;
    case 'press-needed':
      return pressText(progress);
    case 'press-awaited':
      return 'Still waiting. Hold the button for a full second; if you held it as soon as the fob asked, hold it again.';
    case 'pairing-resumed':
      return `An interrupted pairing of the fob ${progress.serial} is now complete.`;
    case 'recovery-key-left':
      return `The fob ${progress.serial} can have its PIN reset by this inventory.`;
    case 'clock-set':
      return `The clock of the fob ${progress.serial} is set.`;
    case 'advanced':
      return `${progress.done} of ${progress.total} ${progress.unit} are done.`;
    case 'account-next':
      return `${progress.number} of ${progress.count}: ${progress.account}`;
    case 'account-written':
      return `${progress.account} is on the fob ${progress.serial}.`;
    case 'account-proved':
      return `The fob ${progress.serial} has proved ${progress.account}.`;
    case 'restore-press-needed':
      return `The fob ${progress.serial} lost its keys. Press its button to allow their restoration.`;
    case 'espruino-copying':
      return `${progress.bytesDone} of ${progress.bytesTotal} bytes of Espruino are on the board.`;
    case 'board-awaited':
      return 'Espruino is copied. Waiting until the board is there as a serial port. Leave it plugged in.';
    case 'compacting':
      return `The memory of the fob ${progress.serial} is being tidied. Leave it plugged in.`;
    case 'uploading':
      return `${progress.bytesDone} of ${progress.bytesTotal} bytes are on the fob ${progress.serial} (${progress.file}).`;
    case 'restarting':
      return `The fob ${progress.serial} starts again.`;
    case 'account-kept':
      return `${progress.account} was on the fob ${progress.serial} already, and is proved.`;
    case 'namesake':
      return `${progress.account}: ${namesakeText(progress.ids)}`;
    case 'row-refused':
      return rowText(progress);
    case 'account-doubtful':
      return `${progress.account}: ${CHECK_TEXTS[progress.verdict]}.`;
  }
}

function rowText({ place, name, reason, next }: Extract<Progress, { event: 'row-refused' }>): string {
  return `${place}${name === '' ? '' : ` (${name})`}: ${[reason, next].filter(text => text !== '').join(' ')}`;
}

function pressText({ serial, purpose, number }: Extract<Progress, { event: 'press-needed' }>): string {
  const asks = number === undefined ? 'asks' : `asks and shows the number ${number}`;
  return `When ${serial} ${asks}, hold its button for a second ${PRESS_PURPOSES[purpose]}; press it to decline.`;
}
